"""An unlock is sent once and in time, and what nobody answered is looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from coworking.doors.locks.commands import (
    UNLOCK_LASTS,
    AssignedLock,
    LocksInForce,
    LocksOfOperator,
    queue_unlock,
)
from coworking.doors.locks.models import DoorCommand
from coworking.doors.locks.protocol import UNLOCKED, LockAnswer, Unlock, refused, unknown
from coworking.doors.locks.sandbox_lock import Behaviour, SandboxLocks, sandbox_states, set_behaviour
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources, run_due
from tests.factories.doors import make_allowed_unlock
from tests.factories.membership import NOW, make_operator

DOOR = "entrance"


class PowerCut(Exception):
    pass


@dataclass
class Scripted:
    """A lock that answers what it is told to; an answer of None is a power cut after it was asked."""

    answers: list[LockAnswer | None]
    looks: list[LockAnswer] = field(default_factory=list)
    asked: list[Unlock] = field(default_factory=list)

    def unlock(self, asked: Unlock) -> LockAnswer:
        self.asked.append(asked)
        answer = self.answers.pop(0)
        if answer is None:
            raise PowerCut
        return answer

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        return self.looks.pop(0)


@dataclass
class Stand:
    database: Database
    clock: VirtualClock
    operator_id: int
    locks: LocksOfOperator

    def queue(self) -> int:
        with self.database.transaction(self.operator_id) as session:
            event = make_allowed_unlock(session, self.operator_id, DOOR)
            queue_unlock(session, self.operator_id, DOOR, event.id, self.clock.now())
        return event.id

    def work(self, after: timedelta = timedelta(0)) -> None:
        self.clock.advance_to(self.clock.now() + after)
        locks = LocksInForce(self.database, {self.operator_id: self.locks})
        run_due(self.database, self.clock, Resources(locks))

    def command(self, event_id: int) -> DoorCommand:
        with self.database.transaction(self.operator_id) as session:
            return session.scalars(select(DoorCommand).where(DoorCommand.event_id == event_id)).one()


def stand(database: Database, lock: Scripted | None) -> Stand:
    with database.transaction() as session:
        operator_id = make_operator(session)
    clock = VirtualClock(NOW)
    locks = (
        LocksOfOperator({DOOR: AssignedLock(lock, "A1")})
        if lock
        else LocksOfOperator({}, SandboxLocks(database, clock, operator_id))
    )
    return Stand(database, clock, operator_id, locks)


@pytest.mark.parametrize(
    ("answer", "state"),
    [(UNLOCKED, "opened"), (refused("http-403"), "refused"), (unknown("timeout"), "unknown")],
)
def test_a_lock_is_asked_once(clean_database: Database, answer: LockAnswer, state: str) -> None:
    lock = Scripted([answer])
    house = stand(clean_database, lock)
    command = house.command(house.queue())
    house.work()
    told = house.command(command.event_id)
    assert (told.state, told.detail) == (state, answer.detail)
    assert lock.asked == [Unlock("A1", command.key, NOW, NOW + UNLOCK_LASTS)]


def test_a_door_does_not_open_late(clean_database: Database) -> None:
    lock = Scripted([])
    house = stand(clean_database, lock)
    event_id = house.queue()
    house.work(after=UNLOCK_LASTS)
    assert house.command(event_id).state == "expired"
    assert lock.asked == []


def test_what_was_asked_before_a_crash_is_looked_up_and_never_asked_again(clean_database: Database) -> None:
    lock = Scripted([None], looks=[unknown("not-in-history"), LockAnswer(UNLOCKED.state, "in-history")])
    house = stand(clean_database, lock)
    event_id = house.queue()
    house.work()
    assert house.command(event_id).state == "sent"
    house.work(after=timedelta(seconds=3))
    assert house.command(event_id).state == "unknown"
    house.work(after=timedelta(seconds=5))
    house.work(after=timedelta(seconds=10))
    assert (house.command(event_id).state, house.command(event_id).detail) == ("opened", "in-history")
    assert len(lock.asked) == 1


def test_what_nobody_ever_tells_stays_unknown(clean_database: Database) -> None:
    lock = Scripted([unknown("timeout")], looks=[unknown("not-in-history")] * 9)
    house = stand(clean_database, lock)
    event_id = house.queue()
    house.work()
    for _ in range(9):
        house.work(after=timedelta(minutes=5))
    assert house.command(event_id).state == "unknown"
    assert len(lock.looks) == 4


def test_the_sandbox_lock_opens_for_five_seconds_and_can_misbehave(clean_database: Database) -> None:
    house = stand(clean_database, None)
    states = []
    for behaviour in (Behaviour.OPENS, Behaviour.REFUSES, Behaviour.SILENT):
        with house.database.transaction(house.operator_id) as session:
            set_behaviour(session, house.operator_id, DOOR, behaviour)
        event_id = house.queue()
        house.work()
        with house.database.transaction(house.operator_id) as session:
            is_open = sandbox_states(session, [DOOR])[DOOR].is_open(house.clock.now())
        states.append((house.command(event_id).state, is_open))
        house.work(after=timedelta(seconds=5))
    assert states == [("opened", True), ("refused", False), ("unknown", True)]
    assert house.command(event_id).state == "opened"
