"""A member with a card, an open invoice, a part of it paid, and a slip for the rest: one of everything that is paid."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from coworking.billing.payment_record_models import PaymentSlip
from coworking.billing.payments import NewPayment, record_payment
from coworking.billing.profile import PaymentMeans
from coworking.kit.clock import SystemClock
from coworking.membership.models import Member
from tests.factories.cards import make_card, sandbox_cards
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW

TODAY = NOW.date()


@dataclass(frozen=True)
class Paid:
    payment_id: int
    slip_id: int
    invoice_number: str


def make_paid(session: Session, member: Member) -> Paid:
    make_card(session, sandbox_cards(SystemClock()), member)
    invoice = make_invoice(session, member)
    new = NewPayment(f"deposit:{member.id}", member.id, PaymentMeans.BANK_TRANSFER, Decimal(1_000), TODAY)
    rules = billing_rules(session, member.operator_id)
    payment = record_payment(session, rules, new, actor="account:1", now=NOW)
    slip = PaymentSlip(
        operator_id=member.operator_id, member_id=member.id, invoice_id=invoice.id, mail_on=TODAY
    )
    session.add(slip)
    session.flush()
    return Paid(payment.id, slip.id, invoice.number)
