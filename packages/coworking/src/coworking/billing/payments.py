"""Money that came in: recorded once under its key, allocated to invoices, booked, and reversed by another row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.allocations import allocate, allocated_by_invoice, book_payment, take_back
from coworking.billing.balances import open_balances
from coworking.billing.errors import AlreadyReversed, NotReversible, PaymentRefunded
from coworking.billing.invoice_models import Invoice
from coworking.billing.payment_events import PaymentReversed
from coworking.billing.payment_models import Payment
from coworking.billing.payment_record_models import Refund
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.membership import hold_member

Reason = Literal["bounced", "disputed", "mistaken"]


@dataclass(frozen=True, slots=True)
class NewPayment:
    """`amount` is whole yen. `key` says what it is (`card:…`, `deposit:…`, `counter:…`). A payment for a named invoice
    pays that one first."""

    key: str
    member_id: int
    means: PaymentMeans
    amount: Decimal
    received_on: date
    brand: str | None = None
    note: str = ""
    invoice_id: int | None = None


def record_payment(
    session: Session, rules: BillingRules, new: NewPayment, *, actor: str, now: datetime
) -> Payment:
    """Record money that came in. It pays the named invoice, then those due first; the rest is an advance, used for the
    next invoice. Recording the same key again gives the payment that stands.

    Raises `NotFound` for a member or an invoice that is not there; ValueError for an amount that is not whole or not
    positive.
    """
    if new.amount <= 0 or new.amount != new.amount.to_integral_value():
        raise ValueError("a payment is a positive number of whole yen")
    member = hold_member(session, new.member_id)
    known = payment_of(session, new.key)
    if known is not None:
        return known
    if new.invoice_id is not None:
        invoice = session.get(Invoice, new.invoice_id)
        if invoice is None or invoice.member_id != member.id:
            raise NotFound
    payment = Payment(
        operator_id=member.operator_id,
        member_id=member.id,
        key=new.key,
        means=new.means.value,
        brand=new.brand,
        amount=new.amount,
        received_on=new.received_on,
        recorded_at=now,
        recorded_by=actor,
        note=new.note,
        reverses_id=None,
    )
    session.add(payment)
    session.flush()
    today = rules.calendar.local_date(now)
    allocated = allocate(
        session,
        payment,
        payment.amount,
        open_balances(session, member.id, new.invoice_id),
        today=today,
        now=now,
    )
    book_payment(session, payment, allocated, member.name, now)
    _audit(session, payment, "payment.recorded", actor, now)
    return payment


def payment_of(session: Session, key: str) -> Payment | None:
    """The payment of a key."""
    return session.scalar(select(Payment).where(Payment.key == key))


def reversal_of(session: Session, payment_id: int) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.reverses_id == payment_id))


def reverse_payment(
    session: Session, rules: BillingRules, payment_id: int, reason: Reason, *, actor: str, now: datetime
) -> Payment:
    """Take a payment back by another row, for money that did not stay: what it had paid is owed again. Of a payment
    that was paid back in part only a dispute takes what is left.

    Raises `NotFound`, `NotReversible` for a row that is itself a reversal or a refund, `AlreadyReversed`,
    `PaymentRefunded`.
    """
    payment = session.get(Payment, payment_id)
    if payment is None:
        raise NotFound
    member = hold_member(session, payment.member_id)
    if payment.amount < 0:
        raise NotReversible
    if reversal_of(session, payment_id) is not None:
        raise AlreadyReversed
    left = payment.amount - _paid_back(session, payment_id)
    if not left or (left < payment.amount and reason != "disputed"):
        raise PaymentRefunded
    today = rules.calendar.local_date(now)
    reversal = Payment(
        operator_id=payment.operator_id,
        member_id=payment.member_id,
        key=f"reversal:{payment.id}",
        means=payment.means,
        brand=payment.brand,
        amount=-left,
        received_on=today,
        recorded_at=now,
        recorded_by=actor,
        note=reason,
        reverses_id=payment.id,
    )
    session.add(reversal)
    session.flush()
    parts = allocated_by_invoice(session, payment.id)
    take_back(session, reversal, parts, today=today, now=now)
    book_payment(session, reversal, -sum(parts.values(), Decimal(0)), member.name, now)
    _audit(session, reversal, f"payment.{reason}", actor, now)
    tell(session, PaymentReversed(payment.id, payment.member_id, actor, now))
    return reversal


def _paid_back(session: Session, payment_id: int) -> Decimal:
    total = func.sum(Refund.amount, type_=Refund.amount.type)
    return session.scalar(select(total).where(Refund.of_payment_id == payment_id)) or Decimal(0)


def _audit(session: Session, payment: Payment, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=payment.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{payment.member_id}",
        details={"payment": payment.id, "means": payment.means, "amount": str(payment.amount)},
    )
