"""Finding invoices and credit notes again: by day, amount and counterparty together, as the law asks of transaction
records (Electronic Books Preservation Act Enforcement Regulation, art. 4)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from coworking.billing.invoice_models import Invoice, InvoiceBalance, InvoicedCharge, InvoiceLine
from coworking.billing.invoicing.errors import TooManyRows
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span

MOST_IN_FILE = 50_000


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Days are inclusive, totals in yen with tax. `counterparty` is a part of the addressee's name; case does not
    count."""

    member_id: int | None = None
    kind: str | None = None
    statuses: tuple[str, ...] | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    least_total: Decimal | None = None
    most_total: Decimal | None = None
    counterparty: str | None = None
    period: str | None = None
    """Of the due days: `2026-06`."""

    def __post_init__(self) -> None:
        """Raises `EndsBeforeItStarts`."""
        require_span(self.issued_from, self.issued_to)
        require_span(self.due_from, self.due_to)


@dataclass(frozen=True, slots=True)
class FoundInvoice:
    """`balance` is None of a credit note; `corrects` is the number of the invoice that a credit note corrects."""

    invoice: Invoice
    balance: InvoiceBalance | None
    lines: Sequence[InvoiceLine]
    corrects: str | None


@dataclass(frozen=True, slots=True)
class SumOfFound:
    count: int
    total: Decimal


def find_invoices(
    session: Session,
    wanted: InvoiceFilter,
    *,
    after_id: int = 0,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> list[FoundInvoice]:
    statement = listing.part(_STATEMENT, Invoice.id, after_id, limit)
    return _with_lines(session, session.execute(_filtered(statement, wanted)).all())


def find_invoice(session: Session, number: str) -> FoundInvoice:
    """Raises `NotFound`."""
    rows = session.execute(_STATEMENT.where(Invoice.number == number)).all()
    if not rows:
        raise NotFound
    return _with_lines(session, rows)[0]


def sum_of_found(session: Session, wanted: InvoiceFilter) -> SumOfFound:
    """How many there are, and what they come to with tax; credit notes count against it."""
    found = _filtered(_STATEMENT, wanted).subquery()
    total = func.sum(found.c.total, type_=Invoice.total.type)
    count, amount = session.execute(select(func.count(), total).select_from(found)).one()
    return SumOfFound(count, amount or Decimal(0))


def invoices_for_file(session: Session, wanted: InvoiceFilter, listing: Listing) -> list[FoundInvoice]:
    """All that were found, in this order. Raises `TooManyRows`."""
    found = sum_of_found(session, wanted).count
    if found > MOST_IN_FILE:
        raise TooManyRows(found=found, most=MOST_IN_FILE)
    return find_invoices(session, wanted, limit=MOST_IN_FILE, listing=listing)


def invoice_numbers(session: Session, charge_ids: Collection[int]) -> dict[int, str]:
    """By charge, the number of the invoice that it stands on."""
    statement = (
        select(InvoicedCharge.charge_id, Invoice.number)
        .join(InvoiceLine, InvoiceLine.id == InvoicedCharge.line_id)
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(InvoicedCharge.charge_id.in_(charge_ids))
    )
    return dict(session.execute(statement).all())


_credited = aliased(Invoice)
COUNTERPARTY = Invoice.addressee["name"].astext
_STATEMENT: Select[Invoice, InvoiceBalance, str] = (
    select(Invoice, InvoiceBalance, _credited.number)
    .outerjoin(InvoiceBalance, InvoiceBalance.invoice_id == Invoice.id)
    .outerjoin(_credited, _credited.id == Invoice.credits_id)
)


def _filtered(
    statement: Select[Invoice, InvoiceBalance, str], wanted: InvoiceFilter
) -> Select[Invoice, InvoiceBalance, str]:
    conditions: list[tuple[object, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.member_id, Invoice.member_id.__eq__),
        (wanted.kind, Invoice.kind.__eq__),
        (wanted.statuses, InvoiceBalance.status.in_),
        (wanted.issued_from, Invoice.issued_on.__ge__),
        (wanted.issued_to, Invoice.issued_on.__le__),
        (wanted.due_from, Invoice.due_on.__ge__),
        (wanted.due_to, Invoice.due_on.__le__),
        (wanted.least_total, Invoice.total.__ge__),
        (wanted.most_total, Invoice.total.__le__),
        (wanted.counterparty, lambda name: COUNTERPARTY.icontains(name, autoescape=True)),
        (wanted.period, func.to_char(Invoice.due_on, "YYYY-MM").__eq__),
    ]
    return statement.where(*(holds(value) for value, holds in conditions if value is not None))


def _with_lines(session: Session, rows: Sequence[Row[Invoice, InvoiceBalance, str]]) -> list[FoundInvoice]:
    lines: dict[int, list[InvoiceLine]] = {}
    statement = (
        select(InvoiceLine)
        .where(InvoiceLine.invoice_id.in_([invoice.id for invoice, _, _ in rows]))
        .order_by(InvoiceLine.invoice_id, InvoiceLine.position)
    )
    for line in session.scalars(statement):
        lines.setdefault(line.invoice_id, []).append(line)
    return [
        FoundInvoice(invoice, balance, lines.get(invoice.id, []), corrects)
        for invoice, balance, corrects in rows
    ]
