"""The checks that a service runs on itself: the books, what is overdue, what outlasts its longest (R37).

They run once a day before invoices are made, and by `rusuban check`. What is broken in the books stops invoicing until
it is mended; what is overdue is told only.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from coworking.billing import RulesOfBilling
from coworking.billing.books.checks import Check, check_and_enter
from coworking.billing.books.findings import MOST_FINDINGS, Finding, enter_findings
from coworking.kit.outbox import OutboxTask, TaskContext, task
from telephony.forwarding import CallRules, RulesOfCalls
from telephony.forwarding.models import Call

OLDEST_WORK = timedelta(hours=1)
"""How long work that is due may wait."""
CALL_MARGIN = timedelta(hours=1)
"""Over the longest of a call, for what the carrier tells late."""
WORK_WAITS = "work-waits"
WORK_PARKED = "work-parked"
CALL_TOO_LONG = "call-over-its-longest"

HOLDERS = Check(
    "number-has-one-holder",
    """
    SELECT 'line:' || one.id, 'line:' || other.id || ' has the same number at the same time'
    FROM lines AS one JOIN lines AS other ON other.stock_number_id = one.stock_number_id AND other.id > one.id
        AND tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
    """,
    stops_invoicing=False,
)

log = structlog.get_logger(__name__)


@task("checks.check-day")
def check_day(context: TaskContext, *, day: str) -> None:
    """Once a day, before the billing runs."""
    assert context.operator_id is not None
    calls = context.resource(RulesOfCalls).get(context.operator_id)
    now = context.clock.now()
    today = max(
        date.fromisoformat(day),
        context.resource(RulesOfBilling)[context.operator_id].calendar.local_date(now),
    )
    for finding in check_all(context.session, context.operator_id, calls, today, now):
        log.error("check", kind=finding.kind, subject=finding.subject, detail=finding.detail)


def check_all(
    session: Session, operator_id: int, calls: CallRules | None, today: date, now: datetime
) -> list[Finding]:
    """Run every check for the session's operator and keep what was found; `calls` is None of an operator without
    telephony."""
    others = [*_work(session, now), *_calls(session, calls, now)]
    kinds = [WORK_WAITS, WORK_PARKED, CALL_TOO_LONG, HOLDERS.kind]
    enter_findings(session, operator_id, others, kinds, now)
    return [*check_and_enter(session, operator_id, today, now), *others]


def _work(session: Session, now: datetime) -> Sequence[Finding]:
    # Of a day that began while the service stood still, the steps are due long before they are queued.
    since = func.greatest(OutboxTask.due_at, OutboxTask.queued_at)
    waiting, parked = session.execute(
        select(
            func.count().filter(OutboxTask.parked_at.is_(None), since < now - OLDEST_WORK),
            func.count(OutboxTask.parked_at),
        )
    ).one()
    found = []
    if waiting:
        detail = f"{waiting} tasks wait for more than {OLDEST_WORK}"
        found.append(Finding(WORK_WAITS, "outbox", detail, stops_invoicing=False))
    if parked:
        detail = f"{parked} tasks have failed too often"
        found.append(Finding(WORK_PARKED, "outbox", detail, stops_invoicing=False))
    return found


def _calls(session: Session, calls: CallRules | None, now: datetime) -> Sequence[Finding]:
    found = [
        Finding(HOLDERS.kind, subject, detail, HOLDERS.stops_invoicing)
        for subject, detail in session.execute(text(f"{HOLDERS.statement} LIMIT {MOST_FINDINGS}"))
    ]
    if calls is None:
        return found
    longest = timedelta(seconds=calls.forwarding.limits.call_seconds) + CALL_MARGIN
    open_calls = session.execute(
        select(Call.id, Call.started_at)
        .where(Call.status != "ended", Call.started_at < now - longest)
        .order_by(Call.id)
        .limit(MOST_FINDINGS)
    )
    found += [
        Finding(
            CALL_TOO_LONG, f"call:{call_id}", f"open since {started_at.isoformat()}", stops_invoicing=False
        )
        for call_id, started_at in open_calls
    ]
    return found
