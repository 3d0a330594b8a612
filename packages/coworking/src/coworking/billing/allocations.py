"""What of a payment pays which invoice, and what of it is still an advance."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from coworking.billing.balances import OPEN, locked_balances, owed, status_on
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.journal import Entry, Line, book, first_open_day
from coworking.billing.payment_events import InvoiceOverdue, InvoicePaid, InvoiceReopened
from coworking.billing.payment_models import Allocation, Payment
from coworking.billing.payment_record_models import Refund
from coworking.billing.rules import BillingRules
from coworking.kit.events import tell
from coworking.membership import hold_member


def allocate(
    session: Session,
    payment: Payment,
    amount: Decimal,
    balances: Sequence[InvoiceBalance],
    *,
    today: date,
    now: datetime,
) -> Decimal:
    """Let so much of a payment pay these invoices in their order; returns how much was needed. The balances are locked
    by the caller."""
    left = amount
    for balance in balances:
        part = min(left, owed(balance))
        if part > 0:
            _add(session, payment, balance.invoice_id, part, now)
            balance.paid += part
            left -= part
            _settle(session, balance, payment.received_on, today, now)
    session.flush()
    return amount - left


def take_back(
    session: Session, payment: Payment, parts: Mapping[int, Decimal], *, today: date, now: datetime
) -> None:
    """Undo what these invoices were paid (positive amounts by invoice), in the name of a payment of the opposite
    amount: they are owed again."""
    balances = locked_balances(session, parts)
    for invoice_id, part in parts.items():
        balance = balances[invoice_id]
        was_open = balance.status in OPEN
        _add(session, payment, invoice_id, -part, now)
        balance.paid -= part
        balance.paid_on = None
        _word(session, balance, today, now)
        if not was_open:
            tell(session, InvoiceReopened(invoice_id, balance.member_id, now))
    session.flush()


def allocated_by_invoice(session: Session, payment_id: int) -> dict[int, Decimal]:
    """What of a payment stands on which invoice."""
    total = func.sum(Allocation.amount, type_=Allocation.amount.type)
    statement = (
        select(Allocation.invoice_id, total)
        .where(Allocation.payment_id == payment_id)
        .group_by(Allocation.invoice_id)
        .order_by(Allocation.invoice_id)
    )
    return {invoice_id: amount for invoice_id, amount in session.execute(statement) if amount}


def use_advances(session: Session, rules: BillingRules, invoice_id: int, now: datetime) -> None:
    """Pay an invoice that was just issued from what the member has paid ahead, oldest first. Doing it again changes
    nothing."""
    invoice = session.get_one(Invoice, invoice_id)
    if invoice.total <= 0 or not (payments := _with_rest(session, invoice.member_id)):
        return
    member = hold_member(session, invoice.member_id)
    [balance] = locked_balances(session, [invoice_id]).values()
    today = rules.calendar.local_date(now)
    for payment, rest in payments:
        used = allocate(session, payment, rest, [balance], today=today, now=now)
        if used:
            lines = [Line("advance", used), Line("receivable", -used)]
            key = f"advance:{payment.id}:{invoice_id}:{_times(session, payment.id, invoice_id)}"
            entry = Entry(key, "advance", today, member.id, member.name, invoice.number, lines)
            book(session, invoice.operator_id, entry, now)


def advance_of(session: Session, member_id: int) -> Decimal:
    """What a member has paid and no invoice has used."""
    return sum((rest for _, rest in _with_rest(session, member_id)), Decimal(0))


def paid_ahead(session: Session, member_ids: Collection[int]) -> set[int]:
    """Which of these members may have an advance: of a payment of theirs not everything is allocated."""
    used = func.coalesce(func.sum(Allocation.amount), 0)
    statement = (
        select(Payment.member_id)
        .outerjoin(Allocation, Allocation.payment_id == Payment.id)
        .where(Payment.member_id.in_(member_ids), Payment.amount > 0)
        .group_by(Payment.id)
        .having(Payment.amount - used > 0)
    )
    return set(session.scalars(statement))


def book_payment(
    session: Session, payment: Payment, allocated: Decimal, counterparty: str, now: datetime
) -> None:
    """Book a payment, of which so much pays invoices and the rest is an advance; all amounts of a reversal are
    negative. What came in during a month that is closed is booked on the first day that is open."""
    lines = [
        Line("money", payment.amount, payment.means),
        Line("receivable", -allocated),
        Line("advance", allocated - payment.amount),
    ]
    entry = Entry(
        f"payment:{payment.id}",
        "payment",
        first_open_day(session, payment.received_on),
        payment.member_id,
        counterparty,
        payment.key,
        lines,
    )
    book(session, payment.operator_id, entry, now)


def paid_parts(session: Session, invoice_id: int) -> dict[int, Decimal]:
    """What of each payment that stands pays an invoice, the latest payment first."""
    reversal = aliased(Payment)
    total = func.sum(Allocation.amount, type_=Allocation.amount.type)
    statement = (
        select(Allocation.payment_id, total)
        .where(
            Allocation.invoice_id == invoice_id,
            ~select(reversal.id).where(reversal.reverses_id == Allocation.payment_id).exists(),
        )
        .group_by(Allocation.payment_id)
        .having(total > 0)
        .order_by(Allocation.payment_id.desc())
    )
    return dict(session.execute(statement).all())


def rests_of(session: Session, member_id: int) -> dict[int, Decimal]:
    """What of each payment no invoice has used, by payment."""
    return {payment.id: rest for payment, rest in _with_rest(session, member_id)}


def _with_rest(session: Session, member_id: int) -> list[tuple[Payment, Decimal]]:
    """Payments that stand and are not used up, nor paid back, the oldest first."""
    reversal = aliased(Payment)
    used = (
        select(func.sum(Allocation.amount))
        .where(Allocation.payment_id == Payment.id)
        .correlate(Payment)
        .scalar_subquery()
    )
    back = (
        select(func.sum(Refund.amount))
        .where(Refund.of_payment_id == Payment.id)
        .correlate(Payment)
        .scalar_subquery()
    )
    rest = type_coerce(Payment.amount - func.coalesce(used, 0) - func.coalesce(back, 0), Payment.amount.type)
    statement = (
        select(Payment, rest)
        .where(
            Payment.member_id == member_id,
            Payment.amount > 0,
            ~select(reversal.id).where(reversal.reverses_id == Payment.id).exists(),
            rest > 0,
        )
        .order_by(Payment.id)
    )
    return [(payment, left) for payment, left in session.execute(statement)]


def _times(session: Session, payment_id: int, invoice_id: int) -> int:
    """How often the two were brought together or parted: what was released can be used for the same invoice again."""
    statement = (
        select(func.count())
        .select_from(Allocation)
        .where(Allocation.payment_id == payment_id, Allocation.invoice_id == invoice_id)
    )
    return session.scalars(statement).one()


def _add(session: Session, payment: Payment, invoice_id: int, amount: Decimal, now: datetime) -> None:
    session.add(
        Allocation(
            operator_id=payment.operator_id,
            payment_id=payment.id,
            invoice_id=invoice_id,
            amount=amount,
            allocated_at=now,
        )
    )


def _settle(session: Session, balance: InvoiceBalance, received_on: date, today: date, now: datetime) -> None:
    if owed(balance):
        _word(session, balance, today, now)
        return
    issued_on = session.get_one(Invoice, balance.invoice_id).issued_on
    balance.status = "paid"
    balance.paid_on = max(received_on, issued_on)
    session.flush()
    tell(session, InvoicePaid(balance.invoice_id, balance.member_id, balance.paid_on, now))


def _word(session: Session, balance: InvoiceBalance, today: date, now: datetime) -> None:
    before, balance.status = balance.status, status_on(balance, today)
    session.flush()
    if balance.status == "overdue" != before:
        tell(session, InvoiceOverdue(balance.invoice_id, balance.member_id, now))
