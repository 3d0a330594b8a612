"""Interest on what was paid late (NET-16)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from coworking.billing.charges import Posting, post, reverse
from coworking.billing.days_of_charges import days_of
from coworking.billing.invoice_models import Invoice, InvoiceBalance, InvoiceLine
from coworking.billing.payment_methods import way_to_pay
from coworking.billing.payment_models import Allocation, Payment
from coworking.billing.profile import LateInterest
from coworking.billing.rules import BillingRules
from coworking.kit.money import TaxMode
from coworking.membership import facts

WHAT = "late-interest"


def late_interest(terms: LateInterest, parts: Sequence[tuple[Decimal, date]], due_on: date) -> Decimal:
    """Whole yen, rounded down once, on amounts paid on these local dates: for the days from the day after the due date
    to the day of payment, each at the yearly rate of that day. Below the floor it is 0."""
    interest = sum((_of_part(terms, amount, due_on, paid_on) for amount, paid_on in parts), Fraction(0))
    whole = Decimal(interest.numerator // interest.denominator)
    return whole if terms.claimed and whole >= terms.interest_floor else Decimal(0)


def _of_part(terms: LateInterest, amount: Decimal, due_on: date, paid_on: date) -> Fraction:
    yearly = Fraction(0)
    ends = [*(rate.valid_from for rate in terms.rates[1:]), date.max]
    for rate, next_from in zip(terms.rates, ends, strict=False):
        first = max(due_on + timedelta(days=1), rate.valid_from)
        last = min(paid_on, next_from - timedelta(days=1))
        yearly += max((last - first).days + 1, 0) * Fraction(rate.rate)
    return Fraction(amount) * yearly / terms.days_in_year


def charge_late_interest(session: Session, rules: BillingRules, invoice_id: int, now: datetime) -> None:
    """Post the interest on an invoice that has been paid, outside consumption tax; nothing where none is owed. Posting
    it again changes nothing."""
    balance = session.get_one(InvoiceBalance, invoice_id)
    assert balance.paid_on is not None
    amount = late_interest(rules.profile.arrears.late_interest, _parts(session, balance), balance.due_on)
    if not amount:
        return
    today = rules.calendar.local_date(now)
    means = way_to_pay(session, rules.profile, balance.member_id).means
    schedule = rules.profile.schedule_for(WHAT, facts(session, balance.member_id).plan, means)
    days = days_of(schedule, service_on=today, posted_on=today, calendar=rules.calendar)
    posting = Posting(
        key=interest_key(invoice_id),
        member_id=balance.member_id,
        what=WHAT,
        quantity=1,
        unit_price=amount,
        amount=amount,
        tax_mode=TaxMode.OUTSIDE,
        service_month=f"{today:%Y-%m}",
        service_on=today,
        closes_on=days.closes_on,
        due_on=days.due_on,
        reason={
            "invoice": session.get_one(Invoice, invoice_id).number,
            "due_on": balance.due_on.isoformat(),
            "paid_on": balance.paid_on.isoformat(),
            "days": (balance.paid_on - balance.due_on).days,
        },
        profile_version_id=rules.profile_version_id,
    )
    post(session, balance.operator_id, [posting], now)


def take_back_interest(session: Session, operator_id: int, invoice_id: int, now: datetime) -> None:
    """The invoice is open again: its interest is reckoned anew when it is paid."""
    reverse(session, operator_id, interest_key(invoice_id), reason="reopened", now=now)


def interest_key(invoice_id: int) -> str:
    return f"invoice:{invoice_id}:{WHAT}"


def _parts(session: Session, balance: InvoiceBalance) -> list[tuple[Decimal, date]]:
    """What was paid on the invoice and when, by payments that stand. Interest bears none: it is paid last."""
    amount = func.sum(Allocation.amount, type_=Allocation.amount.type)
    reversal = aliased(Payment)
    statement = (
        select(amount, Payment.received_on)
        .join(Payment, Payment.id == Allocation.payment_id)
        .where(
            Allocation.invoice_id == balance.invoice_id,
            Payment.amount > 0,
            ~select(reversal.id).where(reversal.reverses_id == Payment.id).exists(),
        )
        .group_by(Payment.id, Payment.received_on)
        .order_by(Payment.received_on, Payment.id)
    )
    of_interest = session.scalar(
        select(func.sum(InvoiceLine.amount, type_=InvoiceLine.amount.type)).where(
            InvoiceLine.invoice_id == balance.invoice_id, InvoiceLine.what == WHAT
        )
    )
    left = balance.total - (of_interest or Decimal(0))
    parts = []
    for paid, received_on in session.execute(statement):
        part = min(paid, left)
        left -= part
        parts.append((part, received_on))
    return parts
