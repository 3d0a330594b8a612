"""A worker that is killed again and again: `python killed_worker.py DATABASE_URL SEED KILLS`.

Loaded once, it forks a worker for every round. The fork works on what is due and kills itself, as with `kill -9`,
before or after a statement or a commit that the seed chose. In the end one works undisturbed. Prints how many died,
how many outlived their work, and how many tasks were queued.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from datetime import UTC, datetime

from sqlalchemy import event, select, text

from coworking.kit.audit import record
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.operators import Operator
from coworking.kit.outbox import Resources, TaskContext, run_due, task

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
# The server finds out a moment later that a client is gone; until then its locks are held.
OTHERS_AT_WORK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
)


@task("test-killed.first")
def first(context: TaskContext, number: int) -> None:
    """An effect, and a task that follows it."""
    note(context, f"first {number}")
    second.enqueue(context.session, operator_id=context.operator_id, now=NOW, number=number)


@task("test-killed.second")
def second(context: TaskContext, number: int) -> None:
    note(context, f"second {number}")


def note(context: TaskContext, what: str) -> None:
    assert context.operator_id is not None
    record(
        context.session, operator_id=context.operator_id, at=NOW, actor="task", action="noted", subject=what
    )


class Moments:
    """Counts the statements and commits of this process, before and after each, and dies at the one wanted."""

    def __init__(self, database: Database) -> None:
        self.passed = 0
        self.last: int | None = None
        for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
            event.listen(database.engine, name, self._pass)
        database.after_commit = self._pass

    def _pass(self, *_: object) -> None:
        self.passed += 1
        if self.passed == self.last:
            os.kill(os.getpid(), signal.SIGKILL)


def work(database: Database) -> None:
    run_due(database, VirtualClock(NOW), Resources())


def killed(database: Database, moments: Moments, last: int) -> bool:
    """Fork a worker that dies at its moment number `last`; says whether it came to that."""
    pid = os.fork()
    if pid == 0:
        database.engine.dispose(close=False)  # the connections are the parent's
        moments.passed, moments.last = 0, last
        work(database)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def main(url: str, seed: int, kills: int) -> None:
    database = Database(url)
    moments = Moments(database)
    with database.transaction() as session:
        operator_id = session.scalars(select(Operator.id)).one()
    numbers = iter(range(1_000_000))

    def enqueue() -> None:
        with database.transaction(operator_id) as session:
            first.enqueue(session, operator_id=operator_id, now=NOW, number=next(numbers))

    enqueue()
    before = moments.passed
    work(database)
    moments_of_a_round = moments.passed - before
    chance = random.Random(seed)
    died = outlived = 0
    while died < kills:
        enqueue()
        # Some die later than the work takes that there is: otherwise more and more would be left over.
        if killed(database, moments, chance.randint(1, 2 * moments_of_a_round)):
            died += 1
        else:
            outlived += 1
    others = 1
    while others:
        with database.transaction() as session:
            others = session.scalars(OTHERS_AT_WORK).one()
    work(database)
    sys.stdout.write(f"{died} {outlived} {next(numbers)}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
