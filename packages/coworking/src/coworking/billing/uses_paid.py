"""Which uses are paid for already, and charging the registered card once more for those that are not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN
from coworking.billing.cards.collecting import collect_invoice
from coworking.billing.cards.models import CardCharge
from coworking.billing.dues_models import Use
from coworking.billing.invoice_models import InvoiceBalance, InvoicedCharge, InvoiceLine
from coworking.billing.models import Charge
from coworking.billing.uses import charge_key


def paid_uses(session: Session, uses: Collection[Use]) -> set[int]:
    """The ids of those that cost nothing, and of those whose invoice is settled."""
    free = {use.id for use in uses if not use.amount}
    by_key = {charge_key(use): use.id for use in uses if use.amount}
    if not by_key:
        return free
    settled = session.scalars(
        select(Charge.key)
        .join(InvoicedCharge, InvoicedCharge.charge_id == Charge.id)
        .join(InvoiceLine, InvoiceLine.id == InvoicedCharge.line_id)
        .join(InvoiceBalance, InvoiceBalance.invoice_id == InvoiceLine.invoice_id)
        .where(Charge.key.in_(by_key), Charge.amount > 0, InvoiceBalance.status.not_in(OPEN))
    )
    return free | {by_key[key] for key in settled}


def is_charging(session: Session, uses: Collection[Use]) -> bool:
    """Whether a card was charged for any of these and nobody knows yet what became of it (R09)."""
    statement = select(CardCharge.id).where(
        CardCharge.invoice_id.in_(_invoices_of(uses)), CardCharge.status.in_(("asked", "unknown"))
    )
    return session.scalar(statement.limit(1)) is not None


def collect_uses(session: Session, uses: Collection[Use], now: datetime) -> None:
    """Charge the registered card for the invoices that these stand on, however their member pays otherwise; those of
    which a charge is under way, or was declined and the card is the same, are left as they are."""
    for invoice_id, member_id, operator_id in session.execute(
        select(InvoiceBalance.invoice_id, InvoiceBalance.member_id, InvoiceBalance.operator_id)
        .where(InvoiceBalance.invoice_id.in_(_invoices_of(uses)))
        .order_by(InvoiceBalance.invoice_id)
    ):
        collect_invoice(session, operator_id, member_id, invoice_id, now)


def _invoices_of(uses: Collection[Use]) -> Select[int]:
    return (
        select(InvoiceLine.invoice_id)
        .join(InvoicedCharge, InvoicedCharge.line_id == InvoiceLine.id)
        .join(Charge, Charge.id == InvoicedCharge.charge_id)
        .where(Charge.key.in_([charge_key(use) for use in uses]), Charge.amount > 0)
    )
