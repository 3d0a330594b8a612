"""A lock that is nowhere, for trying out what doors do. It keeps its state in the database, so that the page shows what
a worker of another process has opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.doors.locks.models import SandboxLock
from coworking.doors.locks.protocol import UNLOCKED, LockAnswer, Unlock, refused, unknown
from coworking.kit.clock import Clock
from coworking.kit.db import Database

STAYS_OPEN: Final = timedelta(seconds=5)


class Behaviour(StrEnum):
    OPENS = "opens"
    REFUSES = "refuses"
    SILENT = "silent"
    """Opens, and its answer is lost."""


@dataclass(frozen=True)
class SandboxLocks:
    """The sandbox locks of one operator; a lock's reference is its door's name."""

    database: Database
    clock: Clock
    operator_id: int

    def unlock(self, asked: Unlock) -> LockAnswer:
        return self.database.run(lambda session: self._unlock(session, asked), self.operator_id)

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        def opened_for(session: Session) -> str | None:
            return session.scalar(
                select(SandboxLock.opened_for).where(SandboxLock.door == asked.lock_reference)
            )

        is_ours = self.database.run(opened_for, self.operator_id) == asked.command_id
        return UNLOCKED if is_ours else unknown("not-looked-up")

    def _unlock(self, session: Session, asked: Unlock) -> LockAnswer:
        lock = _lock(session, self.operator_id, asked.lock_reference)
        if lock.behaviour == Behaviour.REFUSES:
            return refused("out-of-order")
        lock.opened_at, lock.opened_for = self.clock.now(), asked.command_id
        return UNLOCKED if lock.behaviour == Behaviour.OPENS else unknown("silent")


@dataclass(frozen=True, slots=True)
class SandboxState:
    """A sandbox lock as it is now; `opened_at` is the last time."""

    behaviour: Behaviour
    opened_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return self.opened_at is not None and now < self.opened_at + STAYS_OPEN


def sandbox_states(session: Session, doors: Sequence[str]) -> dict[str, SandboxState]:
    """The state of each of these doors of the session's operator."""
    rows = session.scalars(select(SandboxLock).where(SandboxLock.door.in_(doors)))
    known = {row.door: SandboxState(Behaviour(row.behaviour), row.opened_at) for row in rows}
    return {door: known.get(door, SandboxState(Behaviour.OPENS, None)) for door in doors}


def set_behaviour(session: Session, operator_id: int, door: str, behaviour: Behaviour) -> None:
    """From the next command on."""
    _lock(session, operator_id, door).behaviour = behaviour.value


def _lock(session: Session, operator_id: int, door: str) -> SandboxLock:
    new = {"operator_id": operator_id, "door": door, "behaviour": Behaviour.OPENS.value}
    session.execute(
        insert(SandboxLock).values(new).on_conflict_do_nothing(index_elements=["operator_id", "door"])
    )
    return session.scalars(select(SandboxLock).where(SandboxLock.door == door).with_for_update()).one()
