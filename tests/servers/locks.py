"""Unlocks for the tests of tasks: one that is sent, one whose answer is looked up."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.locks.commands import LocksInForce, LocksOfOperator, look_up_unlock, queue_unlock
from coworking.doors.locks.models import DoorCommand
from coworking.doors.locks.protocol import UNLOCKED, LockAnswer, Unlock
from tests.factories.doors import make_allowed_unlock
from tests.factories.membership import NOW
from tests.servers.task_house import House

DOOR = "entrance"


class Opens:
    def unlock(self, asked: Unlock) -> LockAnswer:
        return UNLOCKED

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        return UNLOCKED


def queue_sending(house: House, session: Session) -> int:
    locks = LocksInForce(house.database, {house.operator_id: LocksOfOperator({}, Opens())})
    house.work.resources.provide(LocksInForce, locks)
    event = make_allowed_unlock(session, house.operator_id, DOOR)
    return queue_unlock(session, house.operator_id, DOOR, event.id, NOW)


def queue_look(house: House, session: Session) -> None:
    command = session.get_one(DoorCommand, queue_sending(house, session))
    command.state, command.sent_at = "sent", NOW - timedelta(seconds=9)
    session.flush()
    look_up_unlock.enqueue(session, operator_id=house.operator_id, now=NOW, command_id=command.id)


def is_open(session: Session) -> bool:
    return session.scalars(select(DoorCommand.state)).one() == "opened"
