"""Work that follows a change is a row, written in the transaction of the change (R06).

A task runs in one transaction that also deletes its row, so its effect and its end stand or fall together however often
it is started. The broker carries no work, only the word that there is some: losing every message loses nothing.
Rows hold a name, references and times, never personal data, and are the one table that a worker reads across operators.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

import structlog
from sqlalchemy import ForeignKey, Identity, Index, Integer, Text, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.clock import Clock
from coworking.kit.db import Base, Database, Id, Instant, table_of

MOST_ATTEMPTS = 20
FIRST_RETRY_SECONDS = 2
LONGEST_RETRY_SECONDS = 3600
MOST_TASKS_A_ROUND = 200

log = structlog.get_logger(__name__)
R = TypeVar("R")


class OutboxTask(Base):
    __tablename__ = "outbox_tasks"
    __table_args__ = (Index("ix_outbox_tasks_due_at", "due_at", postgresql_where="parked_at IS NULL"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    key: Mapped[str | None] = mapped_column(Text, unique=True)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    parked_at: Mapped[datetime | None] = mapped_column(Instant)


_rows = table_of(OutboxTask)
QUEUE = insert(_rows).on_conflict_do_nothing(index_elements=["key"])
DUE = (
    select(_rows.c.id, _rows.c.operator_id)
    .where(_rows.c.due_at <= bindparam("now"), _rows.c.parked_at.is_(None))
    .order_by(_rows.c.due_at, _rows.c.id)
    .limit(bindparam("most"))
)
CLAIM = (
    delete(_rows)
    .where(
        _rows.c.id
        == select(_rows.c.id)
        .where(
            _rows.c.id == bindparam("task_id"),
            _rows.c.due_at <= bindparam("now"),
            _rows.c.parked_at.is_(None),
        )
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .returning(_rows.c.operator_id, _rows.c.name, _rows.c.arguments)
)
"""Take a task away from everybody else; with the transaction that does it, or not at all."""


class Resources:
    """What tasks need from outside (a carrier, a mailer, profiles), by type; filled by the application."""

    def __init__(self, *resources: object) -> None:
        self._by_type: dict[type[Any], object] = {type(resource): resource for resource in resources}

    def provide(self, as_type: type[Any], resource: object) -> None:
        self._by_type[as_type] = resource

    def __getitem__(self, wanted: type[R]) -> R:
        if wanted in self._by_type:
            return cast("R", self._by_type[wanted])
        raise LookupError(f"no {wanted.__name__} was provided")


@dataclass(frozen=True)
class TaskContext:
    session: Session
    clock: Clock
    operator_id: int | None
    resources: Resources

    def resource(self, wanted: type[R]) -> R:
        return self.resources[wanted]


@dataclass(frozen=True)
class Task:
    """A function that may be queued. Its arguments are JSON values by name."""

    name: str
    run: Callable[..., None]

    def enqueue(
        self,
        session: Session,
        *,
        operator_id: int | None,
        now: datetime,
        due_at: datetime | None = None,
        key: str | None = None,
        **arguments: Any,
    ) -> None:
        """Queue it in this session's transaction. While a row with the same `key` waits, nothing is added."""
        row = {
            "operator_id": operator_id,
            "name": self.name,
            "arguments": arguments,
            "key": key,
            "queued_at": now,
            "due_at": due_at or now,
            "attempts": 0,
        }
        session.execute(QUEUE, row)
        session.info["queued"] = True


TASKS: dict[str, Task] = {}


def task(name: str) -> Callable[[Callable[..., None]], Task]:
    """Declare a task: `@task("package.verb")` over `def verb(context: TaskContext, **arguments) -> None`."""

    def declare(run: Callable[..., None]) -> Task:
        if name in TASKS and TASKS[name].run is not run:
            raise ValueError(f"two tasks are called {name}")
        TASKS[name] = Task(name, run)
        return TASKS[name]

    return declare


def cancel(session: Session, key: str) -> None:
    """Take back a task that was queued under this key and has not run."""
    session.execute(delete(OutboxTask).where(OutboxTask.key == key))


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task that waits; `operator_id` is None for what belongs to nobody's rows."""

    id: int
    operator_id: int | None


def due(session: Session, now: datetime, limit: int = MOST_TASKS_A_ROUND) -> list[DueTask]:
    """The tasks due by `now`, earliest first."""
    return [DueTask(*row) for row in session.execute(DUE, {"now": now, "most": limit})]


def next_due_at(session: Session) -> datetime | None:
    return session.scalar(select(func.min(OutboxTask.due_at)).where(OutboxTask.parked_at.is_(None)))


@dataclass(frozen=True, slots=True)
class Backlog:
    """Tasks that are due and were not done. `oldest_seconds` is how long the first of them has been due."""

    waiting: int
    oldest_seconds: float
    parked: int


def backlog(session: Session, now: datetime) -> Backlog:
    is_due = OutboxTask.parked_at.is_(None) & (OutboxTask.due_at <= now)
    waiting, oldest_at, parked = session.execute(
        select(
            func.count().filter(is_due),
            func.min(OutboxTask.due_at).filter(is_due),
            func.count(OutboxTask.parked_at),
        )
    ).one()
    return Backlog(waiting, (now - oldest_at).total_seconds() if oldest_at else 0.0, parked)


@dataclass(frozen=True, slots=True)
class Ran:
    """Whether there was something to run, and whether it has queued more."""

    is_done: bool
    has_queued: bool = False


def run_one(database: Database, waiting: DueTask, clock: Clock, resources: Resources) -> Ran:
    """Run one task if nobody else has it. A failure is put off and in the end parked, never lost."""

    def perform(session: Session) -> Ran:
        claimed = session.execute(CLAIM, {"task_id": waiting.id, "now": clock.now()}).one_or_none()
        if claimed is None:
            return Ran(is_done=False)
        context = TaskContext(session, clock, claimed.operator_id, resources)
        TASKS[claimed.name].run(context, **claimed.arguments)
        return Ran(is_done=True, has_queued=session.info.get("queued", False))

    try:
        return database.run(perform, waiting.operator_id)
    except (
        Exception
    ) as error:  # a failing task must not stop the others; it is logged, counted and tried again
        log.exception("task failed", task_id=waiting.id)
        _put_off(database, waiting.id, clock.now(), error)
        return Ran(is_done=True)


def _put_off(database: Database, task_id: int, now: datetime, error: Exception) -> None:
    with database.transaction() as session:
        row = session.get(OutboxTask, task_id, with_for_update=True)
        if row is None:
            return
        attempts = row.attempts + 1
        pause = min(FIRST_RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
        session.execute(
            update(OutboxTask)
            .where(OutboxTask.id == task_id)
            .values(
                attempts=attempts,
                last_error=type(error).__name__,
                due_at=now + timedelta(seconds=pause),
                parked_at=now if attempts >= MOST_ATTEMPTS else None,
            )
        )


def run_due(
    database: Database, clock: Clock, resources: Resources, goes_on: Callable[[], bool] = lambda: True
) -> int:
    """Run every task that is due, and what they queue for now; returns how many ran. `goes_on` is asked before each
    of them; what is left stays due."""
    ran = 0
    while True:
        with database.transaction() as session:
            waiting = due(session, clock.now())
        results: list[Ran] = []
        for one in waiting:
            if not goes_on():
                return ran + sum(result.is_done for result in results)
            results.append(run_one(database, one, clock, resources))
        done = sum(one.is_done for one in results)
        ran += done
        is_all = len(waiting) < MOST_TASKS_A_ROUND and not any(one.has_queued for one in results)
        if is_all or not done:
            return ran
