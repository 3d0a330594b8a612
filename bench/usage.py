"""A month of a million legs: how long a member's usage and the questions of billing staff take.

Everything is asked as the service's role, through row-level security, as requests ask it.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.orm import Session

from app.migrations import migrate
from app.operators import OperatorInForce
from app.wiring import Composition
from bench.forwarding_line import composed, rent_lines
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.postgres import EmbeddedServer
from telephony.forwarding.call_anomalies import unusual_lines
from telephony.forwarding.call_review import CallFilter, call_chart, call_totals, matching_calls
from telephony.metering.carrier_prices import margins
from telephony.metering.months import month_span
from telephony.metering.usage import usage_of_all, usage_of_line, usage_of_member
from telephony.metering.what_if import what_if

LEGS = 1_000_000
MEMBERS = 200
ROUNDS = 5
MONTH = "2026-06"
NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
USAGE_LIMIT_MS = 200
STAFF_LIMIT_MS = 1_000

# Half of the legs are callers', half went to a mobile or a fixed phone; one call in seven was not answered.
LOAD = (
    """
    INSERT INTO calls (operator_id, line_id, member_id, carrier_sid, direction, status, outcome, decided_by,
        from_number, to_number, started_at, answered_at, ended_at, counted_on, call_class, billed_seconds, units,
        amount, is_held, endings)
    SELECT %(operator_id)s, line.id, line.member_id, 'CA' || lpad(to_hex(n), 32, '0'),
        CASE WHEN n %% 10 = 0 THEN 'out' ELSE 'in' END, 'ended',
        CASE WHEN n %% 7 = 0 THEN 'no-answer' ELSE 'answered' END, 'forwarding',
        '+8190' || lpad((n * 7919 %% 100000000)::text, 8, '0'), '+8145411' || lpad((n %% 10000)::text, 4, '0'),
        at, CASE WHEN n %% 7 > 0 THEN at + interval '8 s' END, at + make_interval(secs => 8 + talk),
        (at AT TIME ZONE 'Asia/Tokyo')::date,
        CASE WHEN n %% 7 = 0 THEN NULL WHEN n %% 3 = 0 THEN 'forward-to-fixed' ELSE 'forward-to-mobile' END,
        talk, (talk + 59) / 60, ((talk + 59) / 60) * 32000, false,
        ARRAY[lpad((n * 7919 %% 10000)::text, 4, '0'), lpad((n %% 10000)::text, 4, '0')]
    FROM generate_series(1, %(calls)s::bigint) AS n
    CROSS JOIN LATERAL (
        SELECT timestamptz '2026-05-31T15:00Z' + n * (interval '29.5 days' / %(calls)s) AS at,
            (CASE WHEN n %% 7 = 0 THEN 0 ELSE 1 + n * 31 %% 600 END)::integer AS talk
    ) AS told
    JOIN bench_lines AS line ON line.place = n * 17 %% %(lines)s
    """,
    """
    INSERT INTO legs (operator_id, line_id, call_sid, leg_sid, role, number, number_class, status, started_at,
        answered_at, bridged_at, ended_at, seconds)
    SELECT operator_id, line_id, carrier_sid, CASE role WHEN 'caller' THEN carrier_sid
            ELSE overlay(carrier_sid placing 'f' from 3 for 1) END, role, to_number, 'mobile',
        CASE WHEN answered_at IS NULL THEN 'no-answer' ELSE 'completed' END,
        started_at, answered_at, CASE role WHEN 'forward' THEN answered_at END, ended_at, billed_seconds
    FROM calls CROSS JOIN (VALUES ('caller'), ('forward')) AS roles (role)
    """,
    """
    INSERT INTO billed_legs (leg_sid, operator_id, call_sid, line_id, member_id, line_plan, call_class, answered_at,
        counted_on, seconds, units, free_units, amount, is_held)
    SELECT overlay(carrier_sid placing 'f' from 3 for 1), operator_id, carrier_sid, line_id, member_id,
        'incoming-outgoing', call_class, answered_at, counted_on, billed_seconds, units, 0, amount, false
    FROM calls WHERE call_class IS NOT NULL
    """,
    """
    INSERT INTO carrier_prices (leg_sid, operator_id, line_id, month, amount, currency)
    SELECT leg_sid, operator_id, line_id, %(month)s, seconds * 0.05, 'JPY' FROM legs WHERE seconds > 0
    """,
)


@dataclass(frozen=True)
class Asked:
    """A question, how long its answer took and may take, and how much it gave."""

    name: str
    milliseconds: float
    limit_ms: int
    rows: int


@dataclass(frozen=True)
class Month:
    """What was loaded, and who in it is asked for."""

    composition: Composition
    operator: OperatorInForce
    legs: int
    load_seconds: float
    line_id: int
    member_id: int


@contextmanager
def loaded(legs: int = LEGS) -> Iterator[Month]:
    """A database of its own with so many legs in one month."""
    with (
        tempfile.TemporaryDirectory(prefix="rusuban-bench-") as folder,
        EmbeddedServer(Path(folder) / "postgres") as server,
    ):
        migrate(server.url)
        composition = composed(server.url)
        operator = composition.operators[0]
        lines = _rent(composition, operator)
        began = time.perf_counter()
        _load(server.url, operator.id, lines, legs)
        line_id, member_id = lines[0]
        yield Month(composition, operator, legs, time.perf_counter() - began, line_id, member_id)
        composition.close()


def ask(month: Month) -> Iterator[Asked]:
    """Each question, the median of `ROUNDS`."""
    rules = month.operator.call_rules()
    tariffs, calendar = rules.tariffs, rules.tariffs.calendar
    span = month_span(calendar, MONTH)
    whole: dict[str, Any] = {"first_day": span.first, "last_day": span.last}
    rare = CallFilter(**whole, least_amount=Decimal(300), least_seconds=590, ending="0042")
    filters = {
        "everything": CallFilter(**whole),
        "a member": CallFilter(**whole, member_id=month.member_id),
        "a line, unanswered": CallFilter(**whole, line_id=month.line_id, outcome="no-answer"),
        "class and cost": CallFilter(**whole, call_class="forward-to-fixed", least_amount=Decimal(200)),
        "outgoing of one day": CallFilter(date(2026, 6, 15), date(2026, 6, 15), direction="out"),
        "long, dear, ending 0042": rare,
    }
    questions: list[tuple[str, int, Callable[[Any], int]]] = [
        (
            "usage of a member",
            USAGE_LIMIT_MS,
            lambda session: usage_of_member(session, tariffs, month.member_id, MONTH, NOW).units,
        ),
        (
            "usage of a line",
            USAGE_LIMIT_MS,
            lambda session: usage_of_line(session, tariffs, month.line_id, MONTH, NOW).units,
        ),
    ]
    for name, wanted in filters.items():
        questions.append((f"page: {name}", STAFF_LIMIT_MS, partial(_page, calendar, wanted)))
        questions.append((f"sums: {name}", STAFF_LIMIT_MS, partial(_sums, wanted)))
    questions += [
        (
            "chart of the month",
            STAFF_LIMIT_MS,
            lambda session: len(call_chart(session, filters["everything"])),
        ),
        ("usage of all", STAFF_LIMIT_MS, lambda session: usage_of_all(session, tariffs, MONTH, NOW).units),
        ("margins", 0, lambda session: len(margins(session, span))),
        ("unusual lines", 0, lambda session: len(unusual_lines(session, rules, MONTH))),
        (
            "what if",
            0,
            lambda session: len(what_if(session, tariffs, MONTH, tariffs.metering.rate_cards[-1])),
        ),
    ]
    for name, limit_ms, question in questions:
        yield _asked(month, name, limit_ms, question)


def _page(calendar: BusinessCalendar, wanted: CallFilter, session: Session) -> int:
    return len(matching_calls(session, calendar, wanted, limit=50))


def _sums(wanted: CallFilter, session: Session) -> int:
    return call_totals(session, wanted).count


def _asked(month: Month, name: str, limit_ms: int, question: Callable[[Any], int]) -> Asked:
    took, rows = [], 0
    for _ in range(ROUNDS):
        with month.composition.database.transaction(month.operator.id) as session:
            began = time.perf_counter()
            rows = question(session)
            took.append(time.perf_counter() - began)
    return Asked(name, statistics.median(took) * 1000, limit_ms, rows)


def _rent(composition: Composition, operator: OperatorInForce) -> list[tuple[int, int]]:
    """A line for each of so many members, the first of whom makes as many calls as any."""
    with composition.database.transaction(operator.id) as session:
        lines = rent_lines(session, operator, MEMBERS, composition.clock.now())
        return [(line.id, line.member_id) for line in lines]


def _load(url: str, operator_id: int, lines: list[tuple[int, int]], legs: int) -> None:
    values = {"operator_id": operator_id, "calls": legs // 2, "lines": len(lines), "month": MONTH}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE bench_lines (place integer, id bigint, member_id bigint)")
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bench_lines VALUES (%s, %s, %s)",
                [(place, line_id, member_id) for place, (line_id, member_id) in enumerate(lines)],
            )
        connection.execute("SET session_replication_role = replica")
        for statement in LOAD:
            connection.execute(statement, values)
        connection.execute("VACUUM ANALYZE")
