"""A queue with an embedded worker, for tests of what becomes of its work."""

from __future__ import annotations

import queue as queues
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from celery import Celery

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator
from coworking.kit.outbox import OutboxTask, Resources, TaskContext, task
from coworking.kit.queue import EMBEDDED_BROKER, EmbeddedWorker, Pulse, Work, make_celery

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
PATIENCE_SECONDS = 30


class Done(queues.Queue[str]):
    """What the tasks did, as it happens."""

    def next(self) -> str:
        return self.get(timeout=PATIENCE_SECONDS)


def _do(context: TaskContext, what: str) -> None:
    context.resource(Done).put(what)


DO = task("test-queue.do")(_do)


class Stand:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.done = Done()
        self.clock = VirtualClock(NOW)
        self.work = Work(database, self.clock, Resources(self.done))
        with database.transaction() as session:
            self.operator_id = ensure_operator(session, "nex", NOW)

    def enqueue(self, what: str) -> None:
        with self.database.transaction(self.operator_id) as session:
            DO.enqueue(session, operator_id=self.operator_id, now=NOW, what=what)

    def waiting(self) -> int:
        with self.database.transaction() as session:
            return session.query(OutboxTask).count()

    @contextmanager
    def working(self) -> Iterator[Celery]:
        celery = make_celery(EMBEDDED_BROKER, self.work)
        pulse, worker = Pulse(celery), EmbeddedWorker(celery, self.work)
        self.database.after_commit = pulse.wake
        worker.start()
        pulse.start()
        try:
            yield celery
        finally:
            self.database.after_commit = None
            pulse.stop()
            worker.stop()
            assert not worker._thread.is_alive()
