"""A month's run of billing: how long invoices take for many members with many calls that are priced already.

It works as the service does, through row-level security, batch by batch from the outbox, letters included.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy import func, select, text

from app.migrations import migrate
from app.wiring import Composition
from bench.forwarding_line import composed
from coworking.billing.books.checks import check_books
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.runs import issue_batch, open_due_runs, start_issuing
from coworking.kit.clock import VirtualClock
from coworking.kit.outbox import DueTask, OutboxTask, run_one
from coworking.kit.postgres import EmbeddedServer

MEMBERS = 10_000
CALLS = 1_000_000
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MIB = 1024

# Members as if they had been there for long: their own rules of joining are not what is measured.
LOAD = (
    """
    INSERT INTO people (operator_id, name, email, language, created_at)
    SELECT %(operator_id)s, '会員' || n, 'member-' || n || '@example.jp', 'ja', %(now)s
    FROM generate_series(1, %(members)s) AS n
    """,
    """
    INSERT INTO members (operator_id, kind, person_id, plan, office_id, status, starts_on, created_at)
    SELECT person.operator_id, 'person', person.id, 'virtual-office', office.id, 'active', '2026-01-01', %(now)s
    FROM people AS person
    CROSS JOIN LATERAL (SELECT id FROM offices WHERE operator_id = person.operator_id ORDER BY id LIMIT 1) AS office
    """,
    """
    INSERT INTO plan_terms (operator_id, member_id, plan, starts_on, asked_at)
    SELECT operator_id, id, plan, starts_on, created_at FROM members
    """,
    """
    INSERT INTO charges (operator_id, member_id, profile_version_id, key, revision, what, quantity, unit_price, amount,
        tax_mode, service_month, service_on, closes_on, due_on, posted_at, reason)
    SELECT %(operator_id)s, member.id, %(version_id)s, 'call:' || n, 1,
        CASE WHEN n %% 40 = 0 THEN 'control-call' ELSE 'call' END, units, price, units * price, 'excluded', '2026-06',
        DATE '2026-06-01' + (n %% 30)::integer, '2026-06-30', '2026-07-31', %(now)s, '{}'
    FROM generate_series(1, %(calls)s::bigint) AS n
    CROSS JOIN LATERAL (
        SELECT 1 + (n %% 9)::integer AS units, (ARRAY[27000, 32000, 13000, 15000, 14300])[1 + n %% 5] AS price
    ) AS rated
    JOIN bench_members AS member ON member.place = n %% %(members)s
    """,
    """
    INSERT INTO charges (operator_id, member_id, profile_version_id, key, revision, what, quantity, unit_price, amount,
        tax_mode, service_month, service_on, closes_on, due_on, posted_at, reason)
    SELECT %(operator_id)s, id, %(version_id)s, 'line:' || id || ':monthly:2026-08', 1, 'line-monthly', 1, 2000000,
        2000000, 'excluded', '2026-08', '2026-08-01', '2026-06-30', '2026-07-31', %(now)s, '{}'
    FROM bench_members
    """,
)
AGGREGATE = text(
    """
    SELECT count(*) FROM (
        SELECT member_id, what, service_month, unit_price, sum(quantity), sum(amount) FROM charges
        GROUP BY member_id, what, service_month, unit_price
    ) AS sums
    """
)


@dataclass(frozen=True)
class Billed:
    """`aggregate_seconds`: one SQL statement that sums the same charges. `*_mib` is this process's peak, before the run
    and after it."""

    members: int
    calls: int
    load_seconds: float
    issue_seconds: float
    all_seconds: float
    invoices: int
    aggregate_seconds: float
    before_mib: float
    after_mib: float
    faults: int


def bill(members: int = MEMBERS, calls: int = CALLS) -> Billed:
    with _loaded(members, calls) as (composition, load_seconds):
        operator = composition.operators[0]
        database, clock = composition.database, VirtualClock(NOW)
        began = time.perf_counter()
        with database.transaction(operator.id) as session:
            session.execute(AGGREGATE).one()
        aggregate_seconds = time.perf_counter() - began
        before = _peak_mib()
        began = time.perf_counter()
        with database.transaction(operator.id) as session:
            rules = operator.billing_rules()
            opened = open_due_runs(session, operator.id, rules, rules.calendar.local_date(NOW), NOW)
            start_issuing(session, [run.id for run in opened], operator.id, NOW)
        issue_seconds = _work(composition, clock, [issue_batch.name])
        _work(composition, clock, ["billing.write-letters"])
        all_seconds = time.perf_counter() - began
        with database.transaction(operator.id) as session:
            invoices = session.scalars(select(func.count()).select_from(Invoice)).one()
            faults = len(check_books(session, rules.calendar.local_date(NOW)))
        return Billed(
            members=members,
            calls=calls,
            load_seconds=load_seconds,
            issue_seconds=issue_seconds,
            all_seconds=all_seconds,
            invoices=invoices,
            aggregate_seconds=aggregate_seconds,
            before_mib=before,
            after_mib=_peak_mib(),
            faults=faults,
        )


def _work(composition: Composition, clock: VirtualClock, names: list[str]) -> float:
    """Do the tasks of these names until there are none; returns the seconds that it took."""
    began = time.perf_counter()
    while True:
        with composition.database.transaction() as session:
            waiting = [
                DueTask(*row)
                for row in session.execute(
                    select(OutboxTask.id, OutboxTask.operator_id)
                    .where(OutboxTask.name.in_(names), OutboxTask.attempts == 0)
                    .order_by(OutboxTask.id)
                )
            ]
        if not waiting:
            return time.perf_counter() - began
        for one in waiting:
            run_one(composition.database, one, clock, composition.resources)


@contextmanager
def _loaded(members: int, calls: int) -> Iterator[tuple[Composition, float]]:
    """A database of its own with so many priced calls of one month."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        migrate(server.url)
        composition = composed(server.url)
        operator = composition.operators[0]
        values = {
            "operator_id": operator.id,
            "version_id": operator.profile_version_id,
            "members": members,
            "calls": calls,
            "now": NOW,
        }
        began = time.perf_counter()
        with psycopg.connect(server.url, autocommit=True) as connection:
            for statement in LOAD[:3]:
                connection.execute(statement, values)
            connection.execute(
                "CREATE TEMP TABLE bench_members AS"
                " SELECT row_number() OVER (ORDER BY id) - 1 AS place, id FROM members"
            )
            for statement in LOAD[3:]:
                connection.execute(statement, values)
            connection.execute("VACUUM ANALYZE")
        try:
            yield composition, time.perf_counter() - began
        finally:
            composition.close()


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
