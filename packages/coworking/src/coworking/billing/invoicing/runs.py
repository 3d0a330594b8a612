"""Billing runs: each month's invoices, made once however many start it and wherever it is stopped (R11).

A run belongs to the month in which its invoices fall due. It opens on its day; it is issued by itself or when staff
have looked at it, a batch of accounts in each transaction, one batch after the other. What is not open any more when
its turn comes has been invoiced: a run that is stopped and started again, or twice at once, makes the same ones. What
closes later comes on a further invoice the next time it runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import structlog
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.books.findings import faults_that_stop
from coworking.billing.closing_days import day_by, month_after
from coworking.billing.invoice_models import BillingRun, Invoice, OpenCharge, ParkedAccount
from coworking.billing.invoicing.errors import AccountParked, RunNotOpen
from coworking.billing.invoicing.issuing import Issued, in_run, issue_accounts, require_sound
from coworking.billing.paper_fields import IssueMode
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.listing import NEWEST_FIRST, Listing
from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts

ACCOUNTS_A_BATCH = 200
CHARGES_A_BATCH = 20_000
"""A batch ends with the account that comes to so many, so that no transaction is long."""
MONTHS_AHEAD = 12
MOST_MISSED = 24
"""Months whose runs are opened after the service stood still."""
BY_ITSELF = "task"

log = structlog.get_logger(__name__)


@task("billing.open-runs")
def open_runs(context: TaskContext, *, day: str) -> None:
    """Open the runs whose day has come, and issue what issues by itself; on later days what has closed since."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    rules = context.resource(RulesOfBilling)[context.operator_id]
    opened = open_due_runs(
        session, context.operator_id, rules, max(date.fromisoformat(day), rules.calendar.local_date(now)), now
    )
    if rules.profile.runs.issues is not IssueMode.BY_ITSELF:
        return
    if found := faults_that_stop(session):
        log.error("invoicing is stopped", found=found)
        return
    start_issuing(session, [run.id for run in opened], context.operator_id, now)


@task("billing.issue-batch")
def issue_batch(context: TaskContext, *, run_ids: list[int], after_member_id: int, by: str) -> None:
    """Issue the next accounts of the first of these runs; then go on, with the next run after its last account."""
    assert context.operator_id is not None
    session, now = context.session, context.clock.now()
    rules = context.resource(RulesOfBilling)[context.operator_id]
    run = session.get_one(BillingRun, run_ids[0])
    if faults_that_stop(session):
        log.error("invoicing is stopped", period=run.period)
        return
    members = next_accounts(session, rules, run, after_member_id, now)
    if members:
        issue_accounts(session, rules, run, members, now)
        after_member_id = members[-1]
    else:
        finish(session, run, by, now)
        run_ids, after_member_id = run_ids[1:], 0
    if run_ids:
        _go_on(session, context.operator_id, run_ids, after_member_id, by, now)


def start_issuing(
    session: Session, run_ids: Sequence[int], operator_id: int, now: datetime, *, by: str = BY_ITSELF
) -> None:
    if run_ids:
        _go_on(session, operator_id, list(run_ids), 0, by, now)


def _go_on(
    session: Session, operator_id: int, run_ids: list[int], after_member_id: int, by: str, now: datetime
) -> None:
    issue_batch.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        key=f"billing-runs:{run_ids[0]}:{after_member_id}",
        run_ids=run_ids,
        after_member_id=after_member_id,
        by=by,
    )


def open_due_runs(
    session: Session, operator_id: int, rules: BillingRules, today: date, now: datetime
) -> list[BillingRun]:
    """Open the run whose day has come, and those before it whose day was missed; returns what was opened and the
    newest one, the oldest first. Doing it again changes nothing."""
    newest = newest_period(rules, today)
    last = session.scalar(select(func.max(BillingRun.period)))
    periods = [newest] if last is None or last >= newest else periods_between(last, newest)[-MOST_MISSED:]
    for period in periods:
        row = {"operator_id": operator_id, "period": period, "status": "open", "opened_at": now}
        session.execute(
            insert(table_of(BillingRun))
            .values(row)
            .on_conflict_do_nothing(index_elements=["operator_id", "period"])
        )
    return list(
        session.scalars(select(BillingRun).where(BillingRun.period.in_(periods)).order_by(BillingRun.period))
    )


def newest_period(rules: BillingRules, today: date) -> str:
    """The latest due month whose run has opened by this local date."""
    for ahead in range(MONTHS_AHEAD, -2 * MONTHS_AHEAD, -1):
        month = month_after(today, ahead)
        if day_of_run(rules, month) <= today:
            break
    return f"{month:%Y-%m}"


def day_of_run(rules: BillingRules, month: date) -> date:
    """When the run of what falls due in this month opens."""
    return day_by(rules.profile.runs.opens, service_on=month, posted_on=month, calendar=rules.calendar)


def periods_between(last: str, newest: str) -> list[str]:
    """The months after `last` up to `newest`."""
    month, periods = date.fromisoformat(f"{last}-01"), []
    while f"{month:%Y-%m}" < newest:
        month = month_after(month, 1)
        periods.append(f"{month:%Y-%m}")
    return periods


def next_accounts(
    session: Session, rules: BillingRules, run: BillingRun, after_member_id: int, now: datetime
) -> list[int]:
    """The next members with open charges of the run, in the order of their ids."""
    rows = session.execute(
        select(OpenCharge.member_id, func.count())
        .where(in_run(run.period, rules, now), OpenCharge.member_id > after_member_id)
        .group_by(OpenCharge.member_id)
        .order_by(OpenCharge.member_id)
        .limit(ACCOUNTS_A_BATCH)
    )
    members: list[int] = []
    charges = 0
    for member_id, count in rows:
        if members and charges + count > CHARGES_A_BATCH:
            break
        members.append(member_id)
        charges += count
    return members


def finish(session: Session, run: BillingRun, by: str, now: datetime) -> None:
    """All accounts of the run had their turn."""
    if run.status == "issued":
        return
    run.status, run.issued_at, run.issued_by = "issued", run.issued_at or now, run.issued_by or by
    record(
        session,
        operator_id=run.operator_id,
        at=now,
        actor=by,
        action="billing-run.issued",
        subject=f"billing-run:{run.period}",
        channel="task",
    )


def run_of(session: Session, period: str) -> BillingRun:
    """Raises `RunNotOpen`."""
    run = session.scalar(select(BillingRun).where(BillingRun.period == period))
    if run is None:
        raise RunNotOpen(period=period)
    return run


def issue_run(session: Session, period: str, *, actor: str, now: datetime) -> BillingRun:
    """Staff have looked at the run: issue it, account by account, in tasks that follow. Asking again issues only what
    is open by then. Raises `RunNotOpen`, `InvoicingStopped`."""
    run = run_of(session, period)
    require_sound(session)
    if run.status == "open":
        run.status, run.issued_by = "issuing", actor
    record(
        session,
        operator_id=run.operator_id,
        at=now,
        actor=actor,
        action="billing-run.asked",
        subject=f"billing-run:{period}",
    )
    start_issuing(session, [run.id], run.operator_id, now, by=actor)
    return run


def retry_account(
    session: Session, rules: BillingRules, period: str, member_id: int, *, actor: str, now: datetime
) -> list[Issued]:
    """Try a parked account again. Raises `RunNotOpen`, `NotFound`, `InvoicingStopped`; `AccountParked` where it fails
    again."""
    run = run_of(session, period)
    facts(session, member_id)
    record(
        session,
        operator_id=run.operator_id,
        at=now,
        actor=actor,
        action="billing-run.retried",
        subject=f"member:{member_id}",
        details={"period": period},
    )
    outcome = issue_accounts(session, rules, run, [member_id], now)
    if outcome.parked:
        raise AccountParked(reason=outcome.parked[member_id])
    return outcome.issued


@dataclass(frozen=True, slots=True)
class RunFacts:
    """`total` is what its invoices come to, tax included; `parked` counts accounts."""

    run: BillingRun
    invoices: int
    total: Decimal
    parked: int


def list_runs(
    session: Session,
    *,
    after_id: int = 0,
    limit: int,
    period: str | None = None,
    listing: Listing = NEWEST_FIRST,
) -> list[RunFacts]:
    invoices = (
        select(
            Invoice.run_id,
            func.count().label("count"),
            func.sum(Invoice.total, type_=Invoice.total.type).label("total"),
        )
        .where(Invoice.run_id.is_not(None))
        .group_by(Invoice.run_id)
        .subquery()
    )
    parked = (
        select(ParkedAccount.run_id, func.count().label("count")).group_by(ParkedAccount.run_id).subquery()
    )
    runs = (
        select(
            BillingRun, func.coalesce(invoices.c.count, 0), invoices.c.total, func.coalesce(parked.c.count, 0)
        )
        .outerjoin(invoices, invoices.c.run_id == BillingRun.id)
        .outerjoin(parked, parked.c.run_id == BillingRun.id)
    )
    statement = listing.part(runs, BillingRun.id, after_id, limit)
    if period is not None:
        statement = statement.where(BillingRun.period == period)
    return [
        RunFacts(run, count, total or Decimal(0), waiting)
        for run, count, total, waiting in session.execute(statement)
    ]


def parked_accounts(session: Session, run_id: int) -> list[ParkedAccount]:
    return list(
        session.scalars(
            select(ParkedAccount).where(ParkedAccount.run_id == run_id).order_by(ParkedAccount.member_id)
        )
    )
