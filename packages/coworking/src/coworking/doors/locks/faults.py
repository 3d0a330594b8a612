"""Locks that refuse until somebody of the operator's has seen to them: staff are told once, and see it in the list."""

from __future__ import annotations

from sqlalchemy import select

from coworking.doors.locks.models import DoorCommand
from coworking.doors.rules import RulesOfDoors
from coworking.kit.notices import register_templates
from coworking.kit.outbox import TaskContext
from coworking.membership import tell_staff


def read_texts() -> None:
    register_templates("coworking.doors")


def tell_fault(context: TaskContext, command: DoorCommand) -> None:
    """Unless the command before at this door was refused for the same."""
    session, now = context.session, context.clock.now()
    session.flush()
    before = session.scalar(
        select(DoorCommand.detail)
        .where(DoorCommand.door == command.door, DoorCommand.id < command.id)
        .order_by(DoorCommand.id.desc())
        .limit(1)
    )
    if before == command.detail:
        return
    rules = context.resource(RulesOfDoors)[command.operator_id]
    door = rules.profile.doors.get(command.door)
    tell_staff(
        session,
        rules.membership,
        "lock-refuses",
        operator_id=command.operator_id,
        now=now,
        door=door.title.spoken(rules.membership.language.value) if door is not None else command.door,
        reason=command.detail,
    )
