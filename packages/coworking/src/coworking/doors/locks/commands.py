"""Sending an unlock: once, in time, and with an answer that is looked up when it is missing (R09).

That a lock is being asked is committed before it is asked, and nothing is held while it thinks. Who crashes in between
leaves a command that was `sent`: it is looked up, never sent again. A command that was not sent in time opens nothing:
a door does not open by itself after the person has gone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import insert
from sqlalchemy.orm import Session

from coworking.doors.locks.faults import tell_fault
from coworking.doors.locks.models import DoorCommand
from coworking.doors.locks.protocol import FAULTS, NO_LOCK, Lock, LockAnswer, LockState, Unlock, refused
from coworking.kit.db import Database, table_of
from coworking.kit.outbox import TaskContext, task

UNLOCK_LASTS: Final = timedelta(seconds=10)
"""From the decision until which a lock may be asked, and may open."""
FIRST_LOOK: Final = timedelta(seconds=2)
MOST_LOOKS: Final = 5
"""Each after twice the time of the one before; then the command stays unknown, and staff see it."""

QUEUE: Final = insert(table_of(DoorCommand)).returning(table_of(DoorCommand).c.id)
"""Past the ORM's bookkeeping, which takes longer than the row does: somebody stands at the door."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class AssignedLock:
    """The lock of one door, by the vendor's name for it."""

    lock: Lock
    lock_reference: str


@dataclass(frozen=True)
class LocksOfOperator:
    """`sandbox` is the lock of every door that has none, where the operator has no real lock at all."""

    by_door: Mapping[str, AssignedLock]
    sandbox: Lock | None = None

    def of_door(self, door: str) -> AssignedLock | None:
        if door in self.by_door:
            return self.by_door[door]
        return AssignedLock(self.sandbox, door) if self.sandbox is not None else None


@dataclass(frozen=True)
class LocksInForce:
    """The locks of each operator that this deployment serves. `database` is for the commit before a lock is asked."""

    database: Database
    by_operator: Mapping[int, LocksOfOperator]

    def of_door(self, operator_id: int, door: str) -> AssignedLock | None:
        """None where no lock was named for the door."""
        return self.by_operator[operator_id].of_door(door)


def queue_unlock(session: Session, operator_id: int, door: str, event_id: int, now: datetime) -> int:
    """Open a door soon after this transaction, for the decision of this id, which has no other command. `door` is the
    door's name in the profile. Returns the id of the command."""
    row = {
        "operator_id": operator_id,
        "door": door,
        "event_id": event_id,
        "key": uuid.uuid4().hex,
        "state": "queued",
        "queued_at": now,
        "expires_at": now + UNLOCK_LASTS,
        "looked_up": 0,
    }
    command_id: int = session.execute(QUEUE, row).scalar_one()
    send_unlock.enqueue(session, operator_id=operator_id, now=now, command_id=command_id)
    return command_id


@task("doors.send-unlock")
def send_unlock(context: TaskContext, *, command_id: int) -> None:
    """Ask the lock, unless it was asked before or it is too late."""
    assert context.operator_id is not None
    locks, now = context.resource(LocksInForce), context.clock.now()
    claimed = locks.database.run(lambda session: _claim(session, command_id, now), context.operator_id)
    command = context.session.get(DoorCommand, command_id, populate_existing=True)
    if command is None or command.state not in ("sent", "unknown"):
        return
    if not claimed:  # whoever asked did not live to tell
        _look_later(context.session, command, now)
        return
    assigned = locks.of_door(context.operator_id, command.door)
    answer = refused(NO_LOCK) if assigned is None else assigned.lock.unlock(_asked(assigned, command))
    _record(context, command, answer)


@task("doors.look-up-unlock")
def look_up_unlock(context: TaskContext, *, command_id: int) -> None:
    """Find out what became of an unlock that was sent and not answered."""
    assert context.operator_id is not None
    command = context.session.get(DoorCommand, command_id)
    if command is None or command.state not in ("sent", "unknown"):
        return
    assigned = context.resource(LocksInForce).of_door(context.operator_id, command.door)
    if assigned is None:
        return
    _record(context, command, assigned.lock.look_up(_asked(assigned, command), command.reference))


def _claim(session: Session, command_id: int, now: datetime) -> bool:
    """Whether this is the one who may ask the lock; committed before it is asked."""
    command = session.get(DoorCommand, command_id, with_for_update=True)
    if command is None or command.state != "queued":
        return False
    if now >= command.expires_at:
        command.state, command.answered_at, command.detail = "expired", now, "too-late"
        return False
    command.state, command.sent_at = "sent", now
    return True


def _asked(assigned: AssignedLock, command: DoorCommand) -> Unlock:
    assert command.sent_at is not None
    return Unlock(assigned.lock_reference, command.key, command.sent_at, command.expires_at)


def _record(context: TaskContext, command: DoorCommand, answer: LockAnswer) -> None:
    """What the lock said, unless somebody heard it before."""
    session, now = context.session, context.clock.now()
    session.refresh(command, with_for_update=True)
    if command.state not in ("sent", "unknown"):
        return
    command.state, command.detail = answer.state.value, answer.detail
    command.reference = answer.reference or command.reference
    if answer.state is not LockState.UNKNOWN:
        command.answered_at = now
        if answer.detail in FAULTS:
            tell_fault(context, command)
        return
    _look_later(session, command, now)


def _look_later(session: Session, command: DoorCommand, now: datetime) -> None:
    command.state = "unknown"
    if command.looked_up >= MOST_LOOKS:
        log.warning("an unlock stays unknown", command_id=command.id, door=command.door)
        return
    command.looked_up += 1
    look_up_unlock.enqueue(
        session,
        operator_id=command.operator_id,
        now=now,
        due_at=now + FIRST_LOOK * 2 ** (command.looked_up - 1),
        command_id=command.id,
    )
