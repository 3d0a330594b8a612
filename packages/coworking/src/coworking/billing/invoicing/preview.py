"""What a run would issue, before it does, and how that differs from the month before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.closing_days import month_after
from coworking.billing.invoice_models import BillingRun, Invoice, InvoiceLine, ParkedAccount
from coworking.billing.invoicing.drafts import Draft, drafts, open_groups
from coworking.billing.invoicing.invoice_sums import NO_YEN, InvoiceSums
from coworking.billing.invoicing.issuing import in_run
from coworking.billing.rules import BillingRules
from coworking.membership import member_names

Order = Literal["member", "total", "difference", "name"]


@dataclass(frozen=True, slots=True)
class PreviewedInvoice:
    due_on: date
    sums: InvoiceSums


@dataclass(frozen=True, slots=True)
class PreviewedAccount:
    """`differences` are by kind, in the tax mode of the prices, against what fell due the month before; kinds without a
    difference are left out. `parked` is the reason where the account is parked."""

    member_id: int
    name: str
    invoices: tuple[PreviewedInvoice, ...]
    total: Decimal
    last_total: Decimal
    differences: Mapping[str, Decimal]
    parked: str | None

    @property
    def difference(self) -> Decimal:
        return self.total - self.last_total


@dataclass(frozen=True, slots=True)
class PreviewTotals:
    accounts: int
    invoices: int
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    last_total: Decimal
    parked: int


@dataclass(frozen=True, slots=True)
class PreviewFilter:
    """`least_difference` is the size of the difference either way, in yen."""

    name: str | None = None
    what: str | None = None
    least_difference: Decimal | None = None
    least_total: Decimal | None = None
    parked_only: bool = False


@dataclass(frozen=True, slots=True)
class _Before:
    """What fell due the month before, by member."""

    totals: Mapping[int, Decimal]
    by_what: Mapping[int, Mapping[str, Decimal]]


def preview(session: Session, rules: BillingRules, period: str, now: datetime) -> list[PreviewedAccount]:
    """Every account with something to invoice in the run of this month, or parked in it, in the order of members."""
    groups = open_groups(session, rules.profile, in_run(period, rules, now))
    today = rules.calendar.local_date(now)
    made = {member_id: tuple(drafts(of_member, today)) for member_id, of_member in groups.items()}
    parked = _parked(session, period)
    before = _before(session, rules, period)
    members = sorted({member_id for member_id, invoices in made.items() if invoices} | parked.keys())
    names = member_names(session, members)
    return [
        _account(member_id, names[member_id], made.get(member_id, ()), before, parked.get(member_id))
        for member_id in members
    ]


def totals_of(accounts: Sequence[PreviewedAccount]) -> PreviewTotals:
    sums = [invoice.sums for account in accounts for invoice in account.invoices]
    return PreviewTotals(
        accounts=len(accounts),
        invoices=len(sums),
        subtotal=sum((one.subtotal for one in sums), NO_YEN),
        tax=sum((one.tax for one in sums), NO_YEN),
        total=sum((one.total for one in sums), NO_YEN),
        last_total=sum((account.last_total for account in accounts), NO_YEN),
        parked=sum(account.parked is not None for account in accounts),
    )


def chosen(
    accounts: Sequence[PreviewedAccount], wanted: PreviewFilter, order: Order, *, descending: bool
) -> list[PreviewedAccount]:
    """Those that the filter lets through, in this order."""
    keys = {
        "member": lambda account: account.member_id,
        "total": lambda account: (account.total, account.member_id),
        "difference": lambda account: (account.difference, account.member_id),
        "name": lambda account: (account.name, account.member_id),
    }
    return sorted(
        (account for account in accounts if _fits(account, wanted)), key=keys[order], reverse=descending
    )


def _fits(account: PreviewedAccount, wanted: PreviewFilter) -> bool:
    kinds = {line.what for invoice in account.invoices for line in invoice.sums.lines}
    return (
        (wanted.name is None or wanted.name.casefold() in account.name.casefold())
        and (wanted.what is None or wanted.what in kinds)
        and (wanted.least_difference is None or abs(account.difference) >= wanted.least_difference)
        and (wanted.least_total is None or account.total >= wanted.least_total)
        and (not wanted.parked_only or account.parked is not None)
    )


def _account(
    member_id: int, name: str, made: Sequence[Draft], before: _Before, parked: str | None
) -> PreviewedAccount:
    last = before.by_what.get(member_id, {})
    now: dict[str, Decimal] = {}
    for line in (line for draft in made for line in draft.sums.lines):
        now[line.what] = now.get(line.what, NO_YEN) + line.amount
    differences = {
        what: now.get(what, NO_YEN) - last.get(what, NO_YEN) for what in sorted(now.keys() | last.keys())
    }
    return PreviewedAccount(
        member_id=member_id,
        name=name,
        invoices=tuple(PreviewedInvoice(draft.due_on, draft.sums) for draft in made),
        total=sum((draft.sums.total for draft in made), NO_YEN),
        last_total=before.totals.get(member_id, NO_YEN),
        differences={what: amount for what, amount in differences.items() if amount},
        parked=parked,
    )


def _parked(session: Session, period: str) -> dict[int, str]:
    statement = (
        select(ParkedAccount.member_id, ParkedAccount.reason)
        .join(BillingRun, BillingRun.id == ParkedAccount.run_id)
        .where(BillingRun.period == period)
    )
    return dict(session.execute(statement).all())


def _before(session: Session, rules: BillingRules, period: str) -> _Before:
    first_day = month_after(date.fromisoformat(f"{period}-01"), -1)
    of_month = Invoice.due_on.between(first_day, rules.calendar.month_end(first_day)) & (
        Invoice.kind == "invoice"
    )
    totals = (
        select(Invoice.member_id, func.sum(Invoice.total, type_=Invoice.total.type))
        .where(of_month)
        .group_by(Invoice.member_id)
    )
    lines = (
        select(
            Invoice.member_id, InvoiceLine.what, func.sum(InvoiceLine.amount, type_=InvoiceLine.amount.type)
        )
        .join(InvoiceLine, InvoiceLine.invoice_id == Invoice.id)
        .where(of_month)
        .group_by(Invoice.member_id, InvoiceLine.what)
    )
    by_what: dict[int, dict[str, Decimal]] = {}
    for member_id, what, amount in session.execute(lines):
        by_what.setdefault(member_id, {})[what] = amount
    return _Before(dict(session.execute(totals).all()), by_what)


def rows_of(accounts: Sequence[PreviewedAccount]) -> Iterator[tuple[str, ...]]:
    """One row for each account, for a file."""
    for account in accounts:
        yield (
            str(account.member_id),
            account.name,
            " ".join(invoice.due_on.isoformat() for invoice in account.invoices),
            f"{sum((invoice.sums.subtotal for invoice in account.invoices), NO_YEN):f}",
            f"{sum((invoice.sums.tax for invoice in account.invoices), NO_YEN):f}",
            f"{account.total:f}",
            f"{account.last_total:f}",
            f"{account.difference:f}",
            " ".join(f"{what}:{amount:+f}" for what, amount in account.differences.items()),
            account.parked or "",
        )
