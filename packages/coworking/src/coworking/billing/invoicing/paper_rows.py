"""The rows of invoices and credit notes, written in one go for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import Invoice, InvoiceLine, InvoiceSeries
from coworking.billing.invoicing.invoice_sums import InvoiceSums
from coworking.billing.rules import BillingRules
from coworking.kit.db import table_of
from coworking.kit.money import TaxMode, plain
from coworking.membership import InvoiceAddressee

SERIAL_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or credit note to be. `credits_id` and `reason` are a credit note's."""

    member_id: int
    addressee: dict[str, Any]
    due_on: date
    pays_by: str
    sums: InvoiceSums
    registration_number: str | None
    run_id: int | None = None
    credits_id: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """A paper as it was written down. `line_ids` are in the order of the lines."""

    invoice_id: int
    number: str
    paper: Paper
    line_ids: tuple[int, ...]


def hold_series(session: Session, operator_id: int, series: str) -> None:
    """Lock the series until the transaction ends: who issues at the same time waits, and then sees what was issued."""
    row = {"operator_id": operator_id, "series": series, "last_serial": 0}
    session.execute(
        upsert(table_of(InvoiceSeries))
        .values(row)
        .on_conflict_do_nothing(index_elements=["operator_id", "series"])
    )
    session.execute(select(InvoiceSeries.id).where(InvoiceSeries.series == series).with_for_update()).one()


def enter_papers(
    session: Session, rules: BillingRules, operator_id: int, papers: Sequence[Paper], now: datetime
) -> list[Entered]:
    """Write papers down with the next numbers of the series, in their order (R34)."""
    if not papers:
        return []
    series = rules.profile.papers.series
    last = session.scalars(
        update(table_of(InvoiceSeries))
        .where(table_of(InvoiceSeries).c.series == series)
        .values(last_serial=table_of(InvoiceSeries).c.last_serial + len(papers))
        .returning(table_of(InvoiceSeries).c.last_serial)
    ).one()
    serials = range(last - len(papers) + 1, last + 1)
    rows = [
        _paper_row(rules, operator_id, paper, serial, now)
        for paper, serial in zip(papers, serials, strict=True)
    ]
    table = table_of(Invoice)
    ids = session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).all()
    line_ids = _enter_lines(session, operator_id, papers, ids)
    return [
        Entered(invoice_id, row["number"], paper, of_paper)
        for invoice_id, row, paper, of_paper in zip(ids, rows, papers, line_ids, strict=True)
    ]


def _enter_lines(
    session: Session, operator_id: int, papers: Sequence[Paper], invoice_ids: Sequence[int]
) -> list[tuple[int, ...]]:
    rows = [
        {
            "operator_id": operator_id,
            "invoice_id": invoice_id,
            "position": position,
            "what": line.what,
            "service_month": line.service_month,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "amount": line.amount,
            "rate": str(line.rate),
        }
        for invoice_id, paper in zip(invoice_ids, papers, strict=True)
        for position, line in enumerate(paper.sums.lines, start=1)
    ]
    table = table_of(InvoiceLine)
    ids = iter(session.scalars(insert(table).returning(table.c.id, sort_by_parameter_order=True), rows).all())
    return [tuple(next(ids) for _ in paper.sums.lines) for paper in papers]


def _paper_row(
    rules: BillingRules, operator_id: int, paper: Paper, serial: int, now: datetime
) -> dict[str, Any]:
    sums, series = paper.sums, rules.profile.papers.series
    return {
        "operator_id": operator_id,
        "kind": "invoice" if paper.credits_id is None else "credit-note",
        "series": series,
        "serial": serial,
        "number": f"{series}-{serial:0{SERIAL_DIGITS}d}",
        "run_id": paper.run_id,
        "member_id": paper.member_id,
        "credits_id": paper.credits_id,
        "profile_version_id": rules.profile_version_id,
        "addressee": paper.addressee,
        "issued_on": rules.calendar.local_date(now),
        "issued_at": now,
        "due_on": paper.due_on,
        "pays_by": paper.pays_by,
        "tax_mode": sums.tax_mode.value,
        "subtotal": sums.subtotal,
        "tax": sums.tax,
        "total": sums.total,
        "taxes": [
            {"rate": str(tax.rate), "subtotal": plain(tax.subtotal), "tax": plain(tax.tax)}
            for tax in sums.taxes
        ],
        "registration_number": paper.registration_number,
        "reason": paper.reason,
    }


def addressee_row(addressee: InvoiceAddressee, kind: str) -> dict[str, Any]:
    """As a paper keeps it."""
    return {
        "name": addressee.name,
        "kind": kind,
        "attention": addressee.attention,
        "address": addressee.address,
        "email": addressee.email,
        "language": addressee.language,
    }


def registration_number(rules: BillingRules, tax_mode: TaxMode) -> str | None:
    """Of a qualified invoice; a paper outside consumption tax shows none (JSUG-13)."""
    return None if tax_mode is TaxMode.OUTSIDE else rules.profile.papers.issuer.registration_number


def amount_of(sums: InvoiceSums) -> Decimal:
    """What the lines sum to: the subtotal, or the total where prices have the tax in them."""
    return sums.total if sums.tax_mode is TaxMode.INCLUDED else sums.subtotal
