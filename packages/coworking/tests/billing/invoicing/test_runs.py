from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.books.findings import Finding, enter_findings
from coworking.billing.day_rules import DayOfMonth
from coworking.billing.invoice_models import BillingRun
from coworking.billing.invoicing import runs
from coworking.billing.invoicing.errors import AccountParked, InvoicingStopped, RunNotOpen
from coworking.billing.invoicing.preview import PreviewFilter, chosen, preview, totals_of
from coworking.billing.invoicing.runs import (
    issue_batch,
    issue_run,
    newest_period,
    open_due_runs,
    open_runs,
    retry_account,
)
from coworking.billing.paper_fields import IssueMode, Runs
from coworking.billing.rules import RulesOfBilling
from coworking.kit.clock import VirtualClock
from coworking.kit.outbox import TASKS, OutboxTask, Resources, TaskContext
from packages.coworking.tests.billing.invoicing.issuing_desk import Desk
from tests.factories.membership import NOW, make_member

ACTOR = "account:1"
AHEAD = Runs(opens=DayOfMonth(kind="day-of-month", day=20, months=-1), issues=IssueMode.BY_ITSELF)
REVIEWED = Runs(opens=DayOfMonth(kind="day-of-month", day=1, months=0), issues=IssueMode.AFTER_REVIEW)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def work(desk: Desk, now: datetime = NOW) -> None:
    """Do the batches that are queued, one after the other."""
    resources = Resources(RulesOfBilling({desk.operator_id: desk.rules}))
    context = TaskContext(desk.session, VirtualClock(now), desk.operator_id, resources)
    while waiting := desk.session.scalars(
        select(OutboxTask).where(OutboxTask.name == issue_batch.name)
    ).first():
        desk.session.delete(waiting)
        desk.session.flush()
        TASKS[waiting.name].run(context, **waiting.arguments)


def begin(desk: Desk, now: datetime = NOW) -> None:
    """The daily step, and what it queues."""
    resources = Resources(RulesOfBilling({desk.operator_id: desk.rules}))
    context = TaskContext(desk.session, VirtualClock(now), desk.operator_id, resources)
    open_runs.run(context, day=f"{desk.rules.calendar.local_date(now)}")
    work(desk, now)


def statuses(desk: Desk) -> list[tuple[str, str]]:
    found = desk.session.execute(select(BillingRun.period, BillingRun.status).order_by(BillingRun.period))
    return [tuple(row) for row in found]


@pytest.mark.parametrize(
    ("rules", "today", "period"),
    [
        (None, date(2026, 6, 1), "2026-06"),
        (None, date(2026, 6, 30), "2026-06"),
        (AHEAD, date(2026, 6, 19), "2026-06"),
        (AHEAD, date(2026, 6, 20), "2026-07"),
        (AHEAD, date(2026, 12, 20), "2027-01"),
    ],
)
def test_a_run_opens_on_its_day(session: Session, rules: Runs | None, today: date, period: str) -> None:
    desk = Desk(session, **({"runs": rules} if rules else {}))
    assert newest_period(desk.rules, today) == period


def test_missed_months_are_opened_and_issued_in_their_order(desk: Desk) -> None:
    begin(desk)
    desk.charge(100, due_on=date(2026, 7, 31), closes_on=date(2026, 6, 30))
    desk.charge(200, due_on=date(2026, 9, 30), closes_on=date(2026, 8, 31))
    begin(desk, datetime(2026, 9, 2, tzinfo=UTC))
    assert statuses(desk) == [(f"2026-0{month}", "issued") for month in (6, 7, 8, 9)]
    periods = {run.id: run.period for run in desk.session.scalars(select(BillingRun))}
    found = [(invoice.subtotal, periods[invoice.run_id or 0]) for invoice in desk.invoices()]
    assert found == [(100, "2026-07"), (200, "2026-09")]


def test_a_run_goes_on_batch_by_batch(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "ACCOUNTS_A_BATCH", 3)
    monkeypatch.setattr(runs, "CHARGES_A_BATCH", 4)
    members = [desk.member, *(make_member(desk.session, desk.operator_id) for _ in range(6))]
    for member in members:
        for _ in range(3 if member is desk.member else 1):
            desk.charge(100, member)
    begin(desk)
    assert [invoice.member_id for invoice in desk.invoices()] == [member.id for member in members]
    begin(desk)
    assert [invoice.serial for invoice in desk.invoices()] == list(range(1, 8))
    assert desk.is_sound()


def test_after_review_nothing_is_issued_until_staff_ask(session: Session) -> None:
    desk = Desk(session, runs=REVIEWED)
    desk.charge(100)
    begin(desk)
    assert (desk.invoices(), statuses(desk)) == ([], [("2026-06", "open")])
    run = issue_run(session, "2026-06", actor=ACTOR, now=NOW)
    assert run.status == "issuing"
    issue_run(session, "2026-06", actor=ACTOR, now=NOW)
    work(desk)
    assert (len(desk.invoices()), run.status, run.issued_by) == (1, "issued", ACTOR)
    desk.charge(50)
    issue_run(session, "2026-06", actor=ACTOR, now=NOW)
    work(desk)
    assert [(invoice.subtotal, invoice.run_id) for invoice in desk.invoices()] == [
        (100, run.id),
        (50, run.id),
    ]


def test_a_run_that_is_not_open_cannot_be_issued(desk: Desk) -> None:
    with pytest.raises(RunNotOpen):
        issue_run(desk.session, "2026-07", actor=ACTOR, now=NOW)


def test_broken_books_stop_the_run(desk: Desk) -> None:
    desk.charge(100)
    found = [Finding("journal-balances", "journal-entry:1", "its lines sum to 1")]
    enter_findings(desk.session, desk.operator_id, found, ["journal-balances"], NOW)
    begin(desk)
    assert (desk.invoices(), statuses(desk)) == ([], [("2026-06", "open")])
    with pytest.raises(InvoicingStopped):
        issue_run(desk.session, "2026-06", actor=ACTOR, now=NOW)


def test_a_parked_account_is_shown_and_tried_again(desk: Desk) -> None:
    address, desk.member.person.email = desk.member.person.email, ""
    desk.charge(100)
    begin(desk)
    [account] = preview(desk.session, desk.rules, "2026-06", NOW)
    assert (account.parked, account.total) == ("addressee-missing", 110)
    again = {"actor": ACTOR, "now": NOW}
    with pytest.raises(AccountParked), desk.session.begin_nested():
        retry_account(desk.session, desk.rules, "2026-06", desk.member.id, **again)
    desk.member.person.email = address
    [issued] = retry_account(desk.session, desk.rules, "2026-06", desk.member.id, **again)
    assert issued.number == "NEX-000001"
    assert preview(desk.session, desk.rules, "2026-06", NOW) == []


def test_the_preview_is_what_is_issued_with_the_differences_from_the_month_before(desk: Desk) -> None:
    other = make_member(desk.session, desk.operator_id, name="山田 次郎")
    desk.charge(2_000, what="line-monthly")
    desk.charge(500)
    begin(desk)
    july = {"due_on": date(2026, 7, 31), "closes_on": date(2026, 6, 30)}
    desk.charge(2_000, what="line-monthly", **july)
    desk.charge(800, **july)
    desk.charge(300, other, what="technician", **july)
    in_july = NOW + timedelta(days=25)
    found = preview(desk.session, desk.rules, "2026-07", in_july)
    assert [(one.name, one.total, one.last_total, one.difference, one.differences) for one in found] == [
        (desk.member.name, 3_080, 2_750, 330, {"call": 300}),
        (other.name, 330, 0, 330, {"technician": 300}),
    ]
    totals = totals_of(found)
    assert (totals.accounts, totals.subtotal, totals.tax, totals.total) == (2, 3_100, 310, 3_410)
    for wanted, members in (
        (PreviewFilter(what="technician"), [other.id]),
        (PreviewFilter(name="山田"), [other.id]),
        (PreviewFilter(least_total=Decimal(1_000)), [desk.member.id]),
        (PreviewFilter(parked_only=True), []),
    ):
        assert [one.member_id for one in chosen(found, wanted, "member", descending=False)] == members
    by_total = chosen(found, PreviewFilter(), "total", descending=False)
    assert [one.member_id for one in by_total] == [other.id, desk.member.id]
    begin(desk, in_july)
    assert [invoice.total for invoice in desk.invoices()][1:] == [3_080, 330]
    assert open_due_runs(desk.session, desk.operator_id, desk.rules, date(2026, 7, 5), in_july)
