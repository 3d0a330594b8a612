"""Paying back what was paid on an invoice, where the operator does that at all (SAK-05, NET-14)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.allocations import book_payment, take_back
from coworking.billing.balances import locked_balances
from coworking.billing.cards.models import CardCharge
from coworking.billing.cards.provider import CardProviders
from coworking.billing.errors import NothingPaid, NotRefundable, RefundTooLarge
from coworking.billing.invoice_models import Invoice
from coworking.billing.payment_models import Allocation, Payment
from coworking.billing.payment_record_models import Refund
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.money import plain
from coworking.kit.outbox import TaskContext, task
from coworking.membership import hold_member

LONGEST_REASON = 200  # characters


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
    """Pay back so much (all, for None) of what was paid on an invoice, from its latest payment to the earliest. Money
    of a card goes back to the card by itself; of anything else staff pay it out.

    Raises `NotFound`, `NotRefundable`, `NothingPaid`, `RefundTooLarge`, `MonthClosed`.
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
    refunds = []
    for payment, part in _paid_by(session, invoice.id):
        back = min(part, left)
        if back > 0:
            refund = _pay_back(session, rules, invoice.id, payment, back, reason, actor=actor, now=now)
            back_payment = session.get_one(Payment, refund.payment_id)
            book_payment(session, back_payment, -back, member.name, now)
            refunds.append(refund)
            left -= back
    record(
        session,
        operator_id=invoice.operator_id,
        at=now,
        actor=actor,
        action="invoice.refunded",
        subject=f"invoice:{number}",
        details={"amount": plain(sum((refund.amount for refund in refunds), Decimal(0)))},
    )
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
    today = rules.calendar.local_date(now)
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
        received_on=today,
        recorded_at=now,
        recorded_by=actor,
        note=reason,
        reverses_id=None,
    )
    session.add(back)
    session.flush()
    take_back(session, back, {invoice_id: amount}, today=today, now=now)
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


def _paid_by(session: Session, invoice_id: int) -> list[tuple[Payment, Decimal]]:
    """The payments that an invoice was paid with and what is left of each on it, from the latest to the earliest."""
    stands: dict[int, Decimal] = {}
    statement = (
        select(Payment, Allocation.amount, Refund.of_payment_id)
        .join(Allocation, Allocation.payment_id == Payment.id)
        .outerjoin(Refund, Refund.payment_id == Payment.id)
        .where(Allocation.invoice_id == invoice_id)
        .order_by(Payment.id)
    )
    for payment, amount, refund_of in session.execute(statement):
        owner = refund_of or payment.reverses_id or payment.id
        stands[owner] = stands.get(owner, Decimal(0)) + amount
    return [(session.get_one(Payment, one), stands[one]) for one in sorted(stands, reverse=True)]


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
