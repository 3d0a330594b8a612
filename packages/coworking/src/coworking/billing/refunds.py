"""Paying back what was paid on an invoice, where the operator does that at all (SAK-05, NET-14): a credit note takes
the invoice back, and what had been paid of it goes to whom it came from."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.allocations import book_payment, paid_parts, rests_of
from coworking.billing.balances import locked_balances, owed
from coworking.billing.cards.models import CardCharge
from coworking.billing.cards.provider import CardProviders
from coworking.billing.errors import NothingPaid, NotRefundable, RefundTooLarge
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.payment_models import Payment
from coworking.billing.payment_record_models import Refund
from coworking.billing.rules import BillingRules
from coworking.kit.errors import NotFound
from coworking.kit.money import plain
from coworking.kit.outbox import TaskContext, task
from coworking.membership import hold_member


def refund_invoice(
    session: Session,
    rules: BillingRules,
    number: str,
    amount: Decimal | None,
    reason: str,
    *,
    actor: str,
    now: datetime,
) -> list[Refund]:
    """Take back so much (all, for None) of what was paid on an invoice and pay it back, from its latest payment to the
    earliest. Money of a card goes back to the card by itself; of anything else staff pay it out. What other open
    invoices of the member need is kept for them.

    Raises `NotFound`, `NotRefundable`, `NothingPaid`, `RefundTooLarge`, `MonthClosed`, `InvoicingStopped`.
    """
    invoice = session.scalar(select(Invoice).where(Invoice.number == number, Invoice.kind == "invoice"))
    if invoice is None:
        raise NotFound
    if not rules.profile.refunds:
        raise NotRefundable
    member = hold_member(session, invoice.member_id)
    [balance] = locked_balances(session, [invoice.id]).values()
    if not balance.paid:
        raise NothingPaid(number=number)
    left = balance.paid if amount is None else amount
    if left > balance.paid:
        raise RefundTooLarge(most=plain(balance.paid))
    paid_by = paid_parts(session, invoice.id)
    credit(session, rules, number, amount=owed(balance) + left, reason=reason, actor=actor, now=now)
    rests = rests_of(session, member.id)
    refunds = []
    for payment_id in paid_by:
        back = min(rests.get(payment_id, Decimal(0)), left)
        if back > 0:
            payment = session.get_one(Payment, payment_id)
            refund = _pay_back(session, rules, invoice.id, payment, back, reason, actor=actor, now=now)
            book_payment(session, session.get_one(Payment, refund.payment_id), Decimal(0), member.name, now)
            refunds.append(refund)
            left -= back
    return refunds


def _pay_back(
    session: Session,
    rules: BillingRules,
    invoice_id: int,
    payment: Payment,
    amount: Decimal,
    reason: str,
    *,
    actor: str,
    now: datetime,
) -> Refund:
    earlier = session.scalar(
        select(func.count()).select_from(Refund).where(Refund.of_payment_id == payment.id)
    )
    back = Payment(
        operator_id=payment.operator_id,
        member_id=payment.member_id,
        key=f"refund:{payment.id}:{(earlier or 0) + 1}",
        means=payment.means,
        brand=payment.brand,
        amount=-amount,
        received_on=rules.calendar.local_date(now),
        recorded_at=now,
        recorded_by=actor,
        note=reason,
        reverses_id=None,
    )
    session.add(back)
    session.flush()
    by_card = session.scalar(select(CardCharge.id).where(CardCharge.payment_id == payment.id))
    refund = Refund(
        operator_id=payment.operator_id,
        invoice_id=invoice_id,
        of_payment_id=payment.id,
        payment_id=back.id,
        amount=amount,
        reason=reason,
        status="done" if by_card is None else "asked",
        asked_at=now,
    )
    session.add(refund)
    session.flush()
    if by_card is not None:
        refund_card.enqueue(session, operator_id=payment.operator_id, now=now, refund_id=refund.id)
    return refund


@task("billing.refund-card")
def refund_card(context: TaskContext, *, refund_id: int) -> None:
    """Tell the provider of a refund. It knows it again by its key, so that telling it twice pays back once."""
    session = context.session
    refund = session.get(Refund, refund_id, with_for_update=True)
    if refund is None or refund.status == "done":
        return
    charge = session.scalar(select(CardCharge).where(CardCharge.payment_id == refund.of_payment_id))
    assert charge is not None
    assert charge.reference is not None
    provider = context.resource(CardProviders)[refund.operator_id]
    provider.refund(charge.reference, refund.amount, key=f"rusuban-{refund.operator_id}-refund-{refund.id}")
    refund.status = "done"
