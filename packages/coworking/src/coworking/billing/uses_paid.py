"""Which uses are paid for already."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN
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
