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
from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import event, text
from sqlalchemy.pool import NullPool

from coworking.kit.audit import record
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources, TaskContext, run_due, task

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
TASKS_A_ROUND = 2
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


def work(url: str, at_moment: Callable[[], None]) -> None:
    """Everything that is due; `at_moment` is called around every statement and every commit."""
    database = Database(url)
    engine = database.engine
    for name in ("before_cursor_execute", "after_cursor_execute", "commit", "rollback"):
        event.listen(engine, name, lambda *_: at_moment())
    database.after_commit = lambda _: at_moment()
    run_due(database, VirtualClock(NOW), Resources())
    database.close()


def moments_of_a_round(url: str) -> int:
    counted = 0

    def at_moment() -> None:
        nonlocal counted
        counted += 1

    work(url, at_moment)
    return counted


def killed(url: str, moment: int) -> bool:
    """Fork a worker that dies at this moment; says whether it did."""
    pid = os.fork()
    if pid == 0:
        left = moment

        def at_moment() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        work(url, at_moment)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    assert os.waitstatus_to_exitcode(status) == 0
    return False


def main(url: str, seed: int, kills: int) -> None:
    # No connection may be open across a fork: the child would share it.
    queue = Database(url, poolclass=NullPool)
    with queue.transaction() as session:
        operator_id = session.scalars(text("SELECT id FROM operators")).one()
    numbers = iter(range(1_000_000))

    def enqueue() -> None:
        with queue.transaction(operator_id) as session:
            for _ in range(TASKS_A_ROUND):
                first.enqueue(session, operator_id=operator_id, now=NOW, number=next(numbers))

    enqueue()
    moments = moments_of_a_round(url)
    chance = random.Random(seed)
    died = outlived = 0
    while died < kills:
        enqueue()
        # Some die later than the work takes that there is: otherwise more and more would be left over.
        if killed(url, chance.randint(1, 2 * moments)):
            died += 1
        else:
            outlived += 1
    while True:
        with queue.transaction() as session:
            if not session.scalar(OTHERS_AT_WORK):
                break
    work(url, lambda: None)
    sys.stdout.write(f"{died} {outlived} {next(numbers)}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
