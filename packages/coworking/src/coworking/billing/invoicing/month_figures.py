"""A month's sums by kind beside those of the month before: what staff look at before they issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.closing_days import month_after
from coworking.billing.invoice_models import Invoice, InvoiceLine
from coworking.billing.invoicing.invoice_sums import NO_YEN
from coworking.billing.invoicing.preview import PreviewedAccount
from coworking.billing.rules import BillingRules


@dataclass(frozen=True, slots=True)
class KindFigures:
    """Of one kind of charge, in the tax mode of the prices."""

    what: str
    last: Decimal
    now: Decimal

    @property
    def difference(self) -> Decimal:
        return self.now - self.last


def figures_by_kind(
    session: Session, rules: BillingRules, period: str, previewed: Iterable[PreviewedAccount]
) -> list[KindFigures]:
    """What falls due in the month, issued already or still to be, against the month before; the largest first."""
    month = date.fromisoformat(f"{period}-01")
    last = _issued(session, rules, month_after(month, -1))
    now = dict(_issued(session, rules, month))
    for account in previewed:
        for line in (line for invoice in account.invoices for line in invoice.sums.lines):
            now[line.what] = now.get(line.what, NO_YEN) + line.amount
    figures = [
        KindFigures(what, last.get(what, NO_YEN), now.get(what, NO_YEN)) for what in now.keys() | last.keys()
    ]
    return sorted(figures, key=lambda one: (-max(one.now, one.last), one.what))


def _issued(session: Session, rules: BillingRules, month: date) -> dict[str, Decimal]:
    statement = (
        select(InvoiceLine.what, func.sum(InvoiceLine.amount, type_=InvoiceLine.amount.type))
        .join(Invoice, Invoice.id == InvoiceLine.invoice_id)
        .where(Invoice.due_on.between(month, rules.calendar.month_end(month)), Invoice.kind == "invoice")
        .group_by(InvoiceLine.what)
    )
    return dict(session.execute(statement).all())
