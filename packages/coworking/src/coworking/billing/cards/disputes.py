"""Charges that their cardholders dispute: the money is gone until the dispute is won, and staff are told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.cards.models import CardCharge, CardDispute
from coworking.billing.cards.provider import Dispute
from coworking.billing.errors import PaymentRefunded
from coworking.billing.invoice_models import Invoice
from coworking.billing.payment_models import Payment
from coworking.billing.payments import NewPayment, record_payment, reversal_of, reverse_payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import facts, tell_staff

ACTOR: Final = "card-provider"


def apply_dispute(session: Session, rules: BillingRules, dispute: Dispute, now: datetime) -> bool:
    """Bring the books up to what the provider says of a dispute now; False where its charge is not known (yet)."""
    charge = session.scalar(
        select(CardCharge).where(CardCharge.reference == dispute.charge).with_for_update()
    )
    if charge is None or charge.payment_id is None:
        return False
    row = session.scalar(select(CardDispute).where(CardDispute.reference == dispute.reference))
    if row is None:
        row = CardDispute(
            operator_id=charge.operator_id,
            member_id=charge.member_id,
            charge_id=charge.id,
            invoice_id=charge.invoice_id,
            reference=dispute.reference,
            reason=dispute.reason,
            status="open",
            opened_at=now,
        )
        session.add(row)
        session.flush()
        if dispute.status != "won":
            _take_away(session, rules, row, charge.payment_id, now)
    if row.status == "open" and dispute.status != "open":
        row.status, row.closed_at = dispute.status, now
        if dispute.status == "won":
            _give_back(session, rules, row, charge.payment_id, now)
    session.flush()
    return True


def list_disputes(
    session: Session, *, status: str | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[tuple[CardDispute, str]]:
    """With the numbers of their invoices."""
    statement = listing.part(
        select(CardDispute, Invoice.number).join(Invoice, Invoice.id == CardDispute.invoice_id),
        CardDispute.id,
        after_id,
        limit,
    )
    if status is not None:
        statement = statement.where(CardDispute.status == status)
    return [(dispute, number) for dispute, number in session.execute(statement)]


def _take_away(
    session: Session, rules: BillingRules, row: CardDispute, payment_id: int, now: datetime
) -> None:
    if reversal_of(session, payment_id) is None:
        with suppress(PaymentRefunded):  # nothing of it is here any more
            reverse_payment(session, rules, payment_id, "disputed", actor=ACTOR, now=now)
    number = session.get_one(Invoice, row.invoice_id).number
    member = facts(session, row.member_id)
    tell_staff(
        session,
        rules.membership,
        "card-disputed",
        operator_id=row.operator_id,
        now=now,
        member=member.name,
        invoice=number,
        reason=row.reason,
    )


def _give_back(
    session: Session, rules: BillingRules, row: CardDispute, payment_id: int, now: datetime
) -> None:
    """The money is ours again."""
    payment, reversal = session.get_one(Payment, payment_id), reversal_of(session, payment_id)
    if reversal is None:
        return
    new = NewPayment(
        key=f"dispute-won:{row.reference}",
        member_id=row.member_id,
        means=PaymentMeans.CARD,
        brand=payment.brand,
        amount=-reversal.amount,
        received_on=rules.calendar.local_date(now),
        invoice_id=row.invoice_id,
    )
    record_payment(session, rules, new, actor=ACTOR, now=now)
