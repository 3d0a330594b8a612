"""A billing run that is killed again and again: `python killed_run.py DATABASE_URL SEED KILLS`.

Loaded once, it forks a worker for every round. The fork works on the run and kills itself, as with `kill -9`, before or
after a statement or a commit that the seed chose. In the end one works undisturbed. Prints how many died.
"""

from __future__ import annotations

import os
import random
import signal
import sys

from sqlalchemy import event, select, text

from coworking.billing.invoicing import runs
from coworking.billing.invoicing.letters import ATTACHED, read_texts
from coworking.billing.papers import invoice_file
from coworking.billing.rules import RulesOfBilling
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.mailer import Mail, Mailer
from coworking.kit.notices import register_attachments
from coworking.kit.operators import Operator
from coworking.kit.outbox import Resources, run_due
from tests.factories.invoices import billing_rules
from tests.factories.membership import NOW

ACCOUNTS_A_BATCH = 2
# The server finds out a moment later that a client is gone; until then its locks are held.
OTHERS_AT_WORK = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend' AND state <> 'idle'"
)


class Postbox:
    def send(self, mail: Mail) -> None:
        """Letters end here."""


class Moments:
    """Counts the statements and commits of this process, and dies at the one wanted."""

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


def killed(database: Database, resources: Resources, moments: Moments, last: int) -> bool:
    """Fork a worker that dies at its moment number `last`; says whether it came to that."""
    pid = os.fork()
    if pid == 0:
        database.engine.dispose(close=False)  # the connections are the parent's
        moments.passed, moments.last = 0, last
        run_due(database, VirtualClock(NOW), resources)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def main(url: str, seed: int, kills: int) -> None:
    runs.ACCOUNTS_A_BATCH = ACCOUNTS_A_BATCH
    database = Database(url)
    moments = Moments(database)
    with database.transaction() as session:
        operator_id = session.scalars(select(Operator.id)).one()
    with database.transaction(operator_id) as session:
        rules = billing_rules(session, operator_id)
        today = rules.calendar.local_date(NOW)
        runs.open_runs.enqueue(session, operator_id=operator_id, now=NOW, day=today.isoformat())
    read_texts()
    register_attachments(ATTACHED, lambda session, invoice_id: invoice_file(session, rules, invoice_id))
    resources = Resources(RulesOfBilling({operator_id: rules}))
    resources.provide(Mailer, Postbox())
    chance, died = random.Random(seed), 0
    for _ in range(kills):
        died += killed(database, resources, moments, chance.randint(1, 140))
    others = 1
    while others:
        with database.transaction() as session:
            others = session.scalars(OTHERS_AT_WORK).one()
    run_due(database, VirtualClock(NOW), resources)
    sys.stdout.write(f"{died}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
