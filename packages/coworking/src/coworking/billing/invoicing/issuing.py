"""Issuing invoices: numbers without gaps, lines, balances, books and letters in one transaction (R34, R10).

Who issues for an operator holds its series until the transaction ends. So two that issue at once come one after the
other, and the second finds no charge open that the first has taken: the same invoices as from one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

import structlog
from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, any_, bindparam, delete, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coworking.billing.allocations import paid_ahead
from coworking.billing.books.findings import faults_that_stop
from coworking.billing.invoice_events import InvoiceIssued
from coworking.billing.invoice_models import BillingRun, InvoiceBalance, OpenCharge, ParkedAccount
from coworking.billing.invoicing.bookings import lines_of_issue
from coworking.billing.invoicing.drafts import Draft, drafts, open_groups
from coworking.billing.invoicing.errors import AddresseeMissing, InvoicingStopped, NoWayToPay
from coworking.billing.invoicing.letters import write_letters
from coworking.billing.invoicing.paper_rows import (
    Entered,
    Paper,
    addressee_row,
    enter_papers,
    hold_series,
    registration_number,
)
from coworking.billing.journal import Entry, book_all
from coworking.billing.models import Charge
from coworking.billing.payment_methods import ways_to_pay
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.db import REPEATABLE, UNAVAILABLE, sqlstate, table_of
from coworking.kit.errors import UserError
from coworking.kit.events import tell
from coworking.membership import contracts_of, facts, invoice_addressees, keep_members

DEFECT = "defect"
"""Why an account is parked whose trouble is not the user's; the log has the rest."""

log = structlog.get_logger(__name__)

_STAND_ON_LINES = text(
    """
    INSERT INTO invoiced_charges (charge_id, operator_id, line_id)
    SELECT charge_id, :operator_id, line_id FROM unnest(:charge_ids, :line_ids) AS taken (charge_id, line_id)
    """
).bindparams(bindparam("charge_ids", type_=ARRAY(BigInteger)), bindparam("line_ids", type_=ARRAY(BigInteger)))


@dataclass(frozen=True, slots=True)
class Issued:
    """`total` is whole yen, tax included."""

    invoice_id: int
    number: str
    member_id: int
    total: Decimal


def invoice_now(
    session: Session,
    rules: BillingRules,
    member_id: int,
    now: datetime,
    *,
    keys: Collection[str] = (),
    means: PaymentMeans | None = None,
) -> list[Issued]:
    """Issue what was posted for a member today to be paid at once: charges that close on the day of their posting, of
    these keys where some are named, and to be paid by these means where they are not the member's. Doing it again
    issues nothing more.

    Returns nothing while invoicing is stopped: the run of the month then issues them. Raises `NotFound`,
    `NoWayToPay`, `AddresseeMissing`.
    """
    today = rules.calendar.local_date(now)
    operator_id = facts(session, member_id).operator_id
    if faults_that_stop(session):
        return []
    wanted = and_(
        OpenCharge.closes_on == today,
        Charge.posted_at >= rules.calendar.instant(today, time.min),
        *([Charge.key.in_(keys)] if keys else ()),
    )
    keep_members(session, [member_id])
    hold_series(session, operator_id, rules.profile.papers.series)
    return _issue(session, rules, operator_id, wanted, [member_id], None, now, means)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of some accounts in a run; `parked` gives the reason by member."""

    issued: list[Issued]
    parked: dict[int, str]


def issue_accounts(
    session: Session, rules: BillingRules, run: BillingRun, member_ids: Sequence[int], now: datetime
) -> Outcome:
    """Issue what these members owe in a run. One whose invoice cannot be made is parked with the reason, and the others
    go on. Raises `InvoicingStopped`."""
    require_sound(session)
    keep_members(session, member_ids)
    hold_series(session, run.operator_id, rules.profile.papers.series)
    wanted = in_run(run.period, rules, now)
    issued: list[Issued] = []
    parked: dict[int, str] = {}
    try:
        with session.begin_nested():
            issued = _issue(session, rules, run.operator_id, wanted, member_ids, run.id, now)
    except Exception as error:  # whichever account it was, it must not stop the others
        _raise_if_passing(error)
        for member_id in member_ids:
            try:
                with session.begin_nested():
                    issued += _issue(session, rules, run.operator_id, wanted, [member_id], run.id, now)
            except Exception as trouble:  # it is parked, logged and shown
                parked[member_id] = _reason(trouble, run.period, member_id)
    _park(session, run, member_ids, parked, now)
    return Outcome(issued, parked)


def in_run(period: str, rules: BillingRules, now: datetime) -> ColumnElement[bool]:
    """Open charges that belong in a run: closed before today and due in its month or before."""
    last_day = rules.calendar.month_end(date.fromisoformat(f"{period}-01"))
    return and_(OpenCharge.due_on <= last_day, OpenCharge.closes_on < rules.calendar.local_date(now))


def require_sound(session: Session) -> None:
    """Raises `InvoicingStopped` while a fault in the books is not mended (R37)."""
    if found := faults_that_stop(session):
        raise InvoicingStopped(found=found)


def _issue(
    session: Session,
    rules: BillingRules,
    operator_id: int,
    wanted: ColumnElement[bool],
    member_ids: Sequence[int],
    run_id: int | None,
    now: datetime,
    means: PaymentMeans | None = None,
) -> list[Issued]:
    groups = open_groups(session, rules.profile, wanted, member_ids)
    today = rules.calendar.local_date(now)
    made = [draft for member_id in sorted(groups) for draft in drafts(groups[member_id], today)]
    papers = _papers(session, rules, made, run_id, means)
    entered = enter_papers(session, rules, operator_id, papers, now)
    if entered:
        _take_charges(session, operator_id, made, entered)
        _open_balances(session, operator_id, entered)
        book_all(session, operator_id, [_entry(rules, one, now) for one in entered], now)
        _tell(session, operator_id, entered, now)
    return [Issued(one.invoice_id, one.number, one.paper.member_id, one.paper.sums.total) for one in entered]


def _papers(
    session: Session,
    rules: BillingRules,
    made: Sequence[Draft],
    run_id: int | None,
    means: PaymentMeans | None,
) -> list[Paper]:
    contracts = contracts_of(session, {draft.member_id for draft in made})
    try:
        ways = ways_to_pay(session, rules.profile, contracts)
    except IndexError as error:
        raise NoWayToPay from error
    addressees = {}
    for member_id, addressee in invoice_addressees(session, contracts).items():
        if not addressee.email:
            raise AddresseeMissing
        addressees[member_id] = addressee_row(addressee, contracts[member_id].kind)
    return [
        Paper(
            member_id=draft.member_id,
            addressee=addressees[draft.member_id],
            due_on=draft.due_on,
            pays_by=(means or ways[draft.member_id].means).value,
            sums=draft.sums,
            registration_number=registration_number(rules, draft.sums.tax_mode),
            run_id=run_id,
        )
        for draft in made
    ]


def _take_charges(
    session: Session, operator_id: int, made: Sequence[Draft], entered: Sequence[Entered]
) -> None:
    charge_ids: list[int] = []
    line_ids: list[int] = []
    for draft, one in zip(made, entered, strict=True):
        for line_id, of_line in zip(one.line_ids, draft.charge_ids, strict=True):
            charge_ids += of_line
            line_ids += [line_id] * len(of_line)
    session.execute(
        _STAND_ON_LINES, {"operator_id": operator_id, "charge_ids": charge_ids, "line_ids": line_ids}
    )
    session.execute(
        delete(table_of(OpenCharge)).where(
            table_of(OpenCharge).c.charge_id == any_(bindparam("taken", type_=ARRAY(BigInteger)))
        ),
        {"taken": charge_ids},
    )


def _open_balances(session: Session, operator_id: int, entered: Sequence[Entered]) -> None:
    rows = [
        {
            "invoice_id": one.invoice_id,
            "operator_id": operator_id,
            "member_id": one.paper.member_id,
            "due_on": one.paper.due_on,
            "total": one.paper.sums.total,
            "paid": Decimal(0),
            "credited": Decimal(0),
            "status": "issued",
        }
        for one in entered
    ]
    session.execute(insert(table_of(InvoiceBalance)), rows)


def _entry(rules: BillingRules, one: Entered, now: datetime) -> Entry:
    return Entry(
        key=f"invoice:{one.invoice_id}",
        kind="invoice",
        booked_on=rules.calendar.local_date(now),
        member_id=one.paper.member_id,
        counterparty=one.paper.addressee["name"],
        document=one.number,
        lines=lines_of_issue(one.paper.sums),
    )


def _tell(session: Session, operator_id: int, entered: Sequence[Entered], now: datetime) -> None:
    for one in entered:
        record(
            session,
            operator_id=operator_id,
            at=now,
            actor="task",
            action="invoice.issued",
            subject=f"invoice:{one.invoice_id}",
            details={"number": one.number},
            channel="task",
        )
    write_letters.enqueue(
        session, operator_id=operator_id, now=now, invoice_ids=[one.invoice_id for one in entered]
    )
    ahead = paid_ahead(session, {one.paper.member_id for one in entered})
    for one in entered:
        paper = one.paper
        tell(
            session,
            InvoiceIssued(
                one.invoice_id,
                paper.member_id,
                one.number,
                paper.due_on,
                paper.sums.total,
                paper.pays_by,
                paper.member_id in ahead,
                now,
            ),
        )


def _park(
    session: Session, run: BillingRun, member_ids: Sequence[int], parked: Mapping[int, str], now: datetime
) -> None:
    table = table_of(ParkedAccount)
    session.execute(delete(table).where(table.c.run_id == run.id, table.c.member_id.in_(member_ids)))
    rows = [
        {
            "operator_id": run.operator_id,
            "run_id": run.id,
            "member_id": member_id,
            "reason": reason,
            "parked_at": now,
        }
        for member_id, reason in parked.items()
    ]
    if rows:
        session.execute(insert(table), rows)


def _reason(error: Exception, period: str, member_id: int) -> str:
    _raise_if_passing(error)
    if isinstance(error, UserError):
        return error.code
    log.error("account parked", period=period, member_id=member_id, exc_info=error)
    return f"{DEFECT}: {type(error).__name__}"


def _raise_if_passing(error: Exception) -> None:
    """A deadlock or a database that is away is no fault of an account: the whole is tried again."""
    if isinstance(error, DBAPIError):
        state = sqlstate(error)
        if state is None or state in REPEATABLE or state in UNAVAILABLE:
            raise error
