from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit import outbox
from coworking.kit.audit import AuditEntry, record
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import (
    FIRST_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    MOST_ATTEMPTS,
    DueTask,
    OutboxTask,
    Resources,
    Task,
    TaskContext,
    cancel,
    due,
    next_due_at,
    run_due,
    run_one,
    task,
)

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Ledger(list[str]):
    """What tasks did outside the database."""


def _note(context: TaskContext, what: str) -> None:
    assert context.operator_id is not None
    record(
        context.session,
        operator_id=context.operator_id,
        at=context.clock.now(),
        actor="task",
        action="noted",
        subject=what,
    )


def _chain(context: TaskContext, what: str, left: int) -> None:
    _note(context, f"{what} {left}")
    if left:
        CHAIN.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key="chain",
            what=what,
            left=left - 1,
        )


def _break(context: TaskContext, what: str) -> None:
    _note(context, what)
    raise ZeroDivisionError("a secret that must not be kept")


def _write(context: TaskContext, what: str) -> None:
    context.resource(Ledger).append(what)


NOTE, CHAIN, BREAK, WRITE = (
    task(f"test-outbox.{name}")(run)
    for name, run in (("note", _note), ("chain", _chain), ("break", _break), ("write", _write))
)


class House:
    """A database with one operator, and the work that is queued in it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = VirtualClock(NOW)
        self.ledger = Ledger()
        self.resources = Resources(self.ledger)
        with database.transaction() as session:
            self.operator_id = ensure_operator(session, "nex", NOW)

    def enqueue(self, queued: Task, *, due_in: int = 0, key: str | None = None, **arguments: object) -> None:
        with self.database.transaction(self.operator_id) as session:
            queued.enqueue(
                session,
                operator_id=self.operator_id,
                now=self.clock.now(),
                due_at=self.clock.now() + due_in * SECOND,
                key=key,
                **arguments,
            )

    def enqueue_and_fail(self, what: str) -> None:
        """A change and its work, of which the change fails in the end."""
        with self.database.transaction(self.operator_id) as session:
            with session.begin_nested():
                NOTE.enqueue(session, operator_id=self.operator_id, now=NOW, what=what)
            _break(TaskContext(session, self.clock, self.operator_id, self.resources), what)

    def run(self) -> int:
        return run_due(self.database, self.clock, self.resources)

    def effects(self) -> list[str]:
        with self.database.transaction(self.operator_id) as session:
            return list(session.scalars(select(AuditEntry.subject).order_by(AuditEntry.id)))

    def rows(self) -> list[OutboxTask]:
        with self.database.transaction() as session:
            return list(session.scalars(select(OutboxTask).order_by(OutboxTask.id)))


@pytest.fixture
def house(clean_database: Database) -> House:
    return House(clean_database)


def test_a_change_and_its_work_are_kept_together(house: House) -> None:
    with house.database.transaction(house.operator_id) as session:
        context = TaskContext(session, house.clock, house.operator_id, house.resources)
        _note(context, "change")
        NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what="follows")
    [row] = house.rows()
    assert (row.name, row.arguments, row.operator_id) == (NOTE.name, {"what": "follows"}, house.operator_id)
    assert (row.queued_at, row.due_at, row.attempts, row.parked_at) == (NOW, NOW, 0, None)
    assert house.run() == 1
    assert house.effects() == ["change", "follows"]
    assert house.rows() == []


def test_a_change_and_its_work_are_undone_together(house: House) -> None:
    with pytest.raises(ZeroDivisionError):
        house.enqueue_and_fail("follows")
    assert house.rows() == []
    assert house.run() == 0
    assert house.effects() == []


def test_a_savepoint_takes_its_work_back(house: House) -> None:
    with house.database.transaction(house.operator_id) as session:
        NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what="kept")
        savepoint = session.begin_nested()
        NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what="undone")
        savepoint.rollback()
    assert house.run() == 1
    assert house.effects() == ["kept"]


def test_what_ran_does_not_run_again(house: House) -> None:
    house.enqueue(NOTE, what="once")
    [row] = house.rows()
    waiting = DueTask(row.id, row.operator_id)
    assert run_one(house.database, waiting, house.clock, house.resources).is_done
    assert not run_one(house.database, waiting, house.clock, house.resources).is_done
    assert house.run() == 0
    assert house.effects() == ["once"]


def test_while_a_key_waits_nothing_is_added(house: House) -> None:
    house.enqueue(NOTE, key="a", what="first")
    house.enqueue(NOTE, key="a", what="second")
    house.enqueue(NOTE, key="b", what="third")
    house.enqueue(NOTE, what="fourth")
    house.enqueue(NOTE, what="fourth")
    assert house.run() == 4
    assert house.effects() == ["first", "third", "fourth", "fourth"]
    house.enqueue(NOTE, key="a", what="again")
    assert house.run() == 1


def test_a_task_may_queue_itself_under_its_own_key(house: House) -> None:
    house.enqueue(CHAIN, key="chain", what="step", left=3)
    assert house.run() == 4
    assert house.effects() == ["step 3", "step 2", "step 1", "step 0"]


def test_what_is_taken_back_does_not_run(house: House) -> None:
    house.enqueue(NOTE, key="a", what="a")
    house.enqueue(NOTE, key="b", what="b")
    with house.database.transaction(house.operator_id) as session:
        cancel(session, "a")
        cancel(session, "of nobody")
    assert house.run() == 1
    assert house.effects() == ["b"]


def test_work_is_done_in_the_order_in_which_it_falls_due(house: House) -> None:
    for due_in, what in ((20, "third"), (10, "first"), (10, "second"), (31, "later")):
        house.enqueue(NOTE, due_in=due_in, what=what)
    assert house.run() == 0
    with house.database.transaction() as session:
        assert next_due_at(session) == NOW + 10 * SECOND
    house.clock.advance_to(NOW + 30 * SECOND)
    with house.database.transaction() as session:
        assert len(due(session, house.clock.now())) == 3
        assert len(due(session, house.clock.now(), limit=2)) == 2
    assert house.run() == 3
    assert house.effects() == ["first", "second", "third"]


def test_work_falls_due_at_its_very_instant(house: House) -> None:
    house.enqueue(NOTE, due_in=10, what="now")
    house.clock.advance_to(NOW + 10 * SECOND - timedelta(microseconds=1))
    assert house.run() == 0
    house.clock.advance_to(NOW + 10 * SECOND)
    assert house.run() == 1


def test_a_failing_task_is_put_off_longer_each_time_and_parked_in_the_end(house: House) -> None:
    house.enqueue(BREAK, what="never")
    pauses = []
    for attempt in range(1, MOST_ATTEMPTS + 1):
        [row] = house.rows()
        assert row.parked_at is None
        house.clock.advance_to(row.due_at)
        assert house.run() == 1
        [row] = house.rows()
        assert (row.attempts, row.last_error) == (attempt, "ZeroDivisionError")
        pauses.append((row.due_at - house.clock.now()).total_seconds())
    assert pauses[:3] == [FIRST_RETRY_SECONDS, 2 * FIRST_RETRY_SECONDS, 4 * FIRST_RETRY_SECONDS]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_RETRY_SECONDS
    assert house.rows()[0].parked_at == house.clock.now()
    house.clock.advance_to(house.clock.now() + timedelta(days=365))
    assert house.run() == 0
    assert house.effects() == []
    with house.database.transaction() as session:
        assert next_due_at(session) is None


def test_a_failing_task_blocks_no_other(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "MOST_TASKS_A_ROUND", 2)
    for number in range(5):
        house.enqueue(BREAK, what=f"broken {number}")
    for number in range(3):
        house.enqueue(NOTE, what=f"whole {number}")
    assert house.run() == 8
    assert house.effects() == ["whole 0", "whole 1", "whole 2"]
    assert [row.attempts for row in house.rows()] == [1] * 5


@pytest.mark.parametrize("arguments", [{}, {"who": "else"}])
def test_a_task_that_cannot_be_called_is_put_off(house: House, arguments: dict[str, str]) -> None:
    house.enqueue(NOTE, due_in=0, key=None, **arguments)
    assert house.run() == 1
    assert [(row.attempts, row.last_error) for row in house.rows()] == [(1, "TypeError")]


def test_a_task_of_another_version_waits_for_it(house: House) -> None:
    house.enqueue(Task("test-outbox.unknown", lambda context: None))
    house.enqueue(NOTE, what="known")
    assert house.run() == 2
    assert [(row.attempts, row.last_error) for row in house.rows()] == [(1, "KeyError")]
    assert house.effects() == ["known"]


def test_who_comes_second_passes_by(house: House) -> None:
    house.enqueue(NOTE, what="held")
    house.enqueue(NOTE, what="free")
    with house.database.transaction() as holder:
        holder.scalars(select(OutboxTask).order_by(OutboxTask.id).limit(1).with_for_update()).one()
        assert house.run() == 1
        assert house.effects() == ["free"]
    assert house.run() == 1
    assert house.effects() == ["free", "held"]


def test_a_task_gets_what_was_provided_by_its_type(house: House) -> None:
    house.enqueue(WRITE, what="word")
    assert house.run() == 1
    assert house.ledger == ["word"]
    with pytest.raises(LookupError, match="no str was provided"):
        house.resources[str]
    house.resources.provide(object, "as an object")
    assert house.resources[object] == "as an object"


def test_a_task_sees_the_rows_of_its_operator(house: House) -> None:
    with house.database.transaction() as session:
        other = ensure_operator(session, "other", NOW)
    with house.database.transaction(other) as session:
        NOTE.enqueue(session, operator_id=other, now=NOW, what="of the other")
    assert house.run() == 1
    assert house.effects() == []
    with house.database.transaction(other) as session:
        assert session.scalars(select(AuditEntry.subject)).all() == ["of the other"]


def test_two_tasks_of_one_name_are_a_mistake() -> None:
    assert task(NOTE.name)(_note).run is _note
    with pytest.raises(ValueError, match=r"two tasks are called test-outbox\.note"):
        task(NOTE.name)(_chain)


class Wakes:
    """Counts the words after commits, and sees whether the change could be read by then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.times = 0
        self.waiting: list[int] = []

    def __call__(self, _: Session) -> None:
        self.times += 1
        with Session(self._database.engine) as session:
            self.waiting.append(len(due(session, NOW)))


@pytest.fixture
def wakes(house: House, monkeypatch: pytest.MonkeyPatch) -> Wakes:
    wakes = Wakes(house.database)
    monkeypatch.setattr(house.database, "after_commit", wakes)
    return wakes


def test_a_commit_with_work_wakes_once_and_after_it(house: House, wakes: Wakes) -> None:
    with house.database.transaction(house.operator_id) as session:
        for _ in range(3):
            with session.begin_nested():
                NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what="x")
            assert wakes.times == 0
        NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what="x")
        session.flush()
        assert wakes.times == 0
    assert wakes.times == 1
    assert wakes.waiting == [4]


def test_a_commit_without_work_wakes_nobody(house: House, wakes: Wakes) -> None:
    assert house.effects() == []
    with house.database.transaction(house.operator_id) as session, session.begin_nested():
        pass
    assert wakes.times == 0


def test_what_is_undone_wakes_nobody(house: House, wakes: Wakes) -> None:
    with pytest.raises(ZeroDivisionError):
        house.enqueue_and_fail("x")
    assert wakes.times == 0
