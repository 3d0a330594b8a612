"""What staff record as paid: checked against how the member may pay, unlike money that simply came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN
from coworking.billing.errors import BrandRequired, InvoiceNotOpen, KeyUsedOtherwise, ReceivedLater
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.payment_methods import WayToPay, require_taken
from coworking.billing.payment_models import Allocation, Payment
from coworking.billing.payments import NewPayment, payment_of, record_payment
from coworking.billing.profile import BillingProfile, PaymentMeans
from coworking.billing.rules import BillingRules
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span
from coworking.membership import MemberFacts, facts


def take_payment(
    session: Session,
    rules: BillingRules,
    member_id: int,
    way: WayToPay,
    amount: int,
    *,
    actor: str,
    now: datetime,
    key: str | None = None,
    number: str | None = None,
    received_on: date | None = None,
    note: str = "",
) -> Payment:
    """Record what a member paid, as staff enter it. The same `key` gives the payment that stands.

    Raises `NotFound`, `PaymentMethodNotAllowed`, `BrandRequired`, `InvoiceNotOpen`, `ReceivedLater`,
    `KeyUsedOtherwise`, `MonthClosed`.
    """
    member = facts(session, member_id)
    require_taken(rules.profile, member, way)
    require_brand(rules.profile, member, way)
    today = rules.calendar.local_date(now)
    if received_on is not None and received_on > today:
        raise ReceivedLater
    key = f"counter:{key or uuid4()}"
    known = payment_of(session, key)
    if known is not None:
        if (known.member_id, known.means, known.amount) != (member_id, way.means.value, Decimal(amount)):
            raise KeyUsedOtherwise
        return known
    invoice_id = open_invoice_of(session, member_id, number) if number is not None else None
    new = NewPayment(
        key=key,
        member_id=member_id,
        means=way.means,
        brand=way.brand,
        amount=Decimal(amount),
        received_on=received_on or today,
        note=note,
        invoice_id=invoice_id,
    )
    return record_payment(session, rules, new, actor=actor, now=now)


def require_brand(profile: BillingProfile, member: MemberFacts, way: WayToPay) -> None:
    """Raises `BrandRequired` where the operator lists the brands of this means and none is named."""
    for choice in profile.choices_at_reception(member.plan, member.kind):
        if choice.means is way.means and choice.brands and way.brand is None:
            raise BrandRequired(means=way.means.value, allowed=", ".join(choice.brands))


def list_payments(
    session: Session,
    *,
    member_id: int | None = None,
    means: PaymentMeans | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    invoice: str | None = None,
    after_id: int = 0,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Payment]:
    """Payments, reversals and refunds among them. Days are of the receipt,
    both inclusive. Raises `EndsBeforeItStarts`."""
    require_span(from_day, to_day)
    statement: Select[Payment] = listing.part(select(Payment), Payment.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(Payment.member_id == member_id)
    if means is not None:
        statement = statement.where(Payment.means == means.value)
    if from_day is not None:
        statement = statement.where(Payment.received_on >= from_day)
    if to_day is not None:
        statement = statement.where(Payment.received_on <= to_day)
    if invoice is not None:
        of_invoice = (
            select(Allocation.payment_id)
            .join(Invoice, Invoice.id == Allocation.invoice_id)
            .where(Invoice.number == invoice)
        )
        statement = statement.where(Payment.id.in_(of_invoice))
    return session.scalars(statement).all()


def invoices_of(session: Session, payment_ids: Sequence[int]) -> dict[int, list[tuple[str, Decimal]]]:
    """Which invoices each payment pays and with how much, by payment."""
    found: dict[int, dict[str, Decimal]] = {}
    statement = (
        select(Allocation.payment_id, Invoice.number, Allocation.amount)
        .join(Invoice, Invoice.id == Allocation.invoice_id)
        .where(Allocation.payment_id.in_(payment_ids))
        .order_by(Allocation.id)
    )
    for payment_id, number, amount in session.execute(statement):
        of_payment = found.setdefault(payment_id, {})
        of_payment[number] = of_payment.get(number, Decimal(0)) + amount
    return {payment_id: list(parts.items()) for payment_id, parts in found.items()}


def open_invoice_of(session: Session, member_id: int, number: str) -> int:
    """The id of the member's invoice of this number. Raises `NotFound`, `InvoiceNotOpen`."""
    row = session.execute(
        select(Invoice.id, InvoiceBalance.status)
        .join(InvoiceBalance, InvoiceBalance.invoice_id == Invoice.id)
        .where(Invoice.number == number, Invoice.member_id == member_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    if row.status not in OPEN:
        raise InvoiceNotOpen(number=number)
    return int(row.id)
