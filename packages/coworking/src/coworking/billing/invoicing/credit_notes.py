"""Credit notes: papers of their own that take back what an invoice billed wrongly (R33).

The charges of the invoice stay where they are: one that is posted anew comes on the next invoice by itself. What was
paid of the part that is taken back is the member's advance again; paying it out is a refund, which the operator's
rules may exclude (NET-14).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.allocations import paid_parts, use_advances
from coworking.billing.balances import locked_balances, open_balances, owed, status_on
from coworking.billing.invoice_events import InvoiceCredited
from coworking.billing.invoice_models import Invoice, InvoiceBalance, InvoiceLine
from coworking.billing.invoicing.bookings import lines_of_issue
from coworking.billing.invoicing.credit_sums import part_of, reversed_sums
from coworking.billing.invoicing.errors import CreditExceedsInvoice, NotAnInvoice
from coworking.billing.invoicing.invoice_sums import InvoiceSums, RateSum
from coworking.billing.invoicing.issuing import require_sound
from coworking.billing.invoicing.letters import write_letters
from coworking.billing.invoicing.paper_rows import Entered, Paper, enter_papers, hold_series
from coworking.billing.journal import Entry, Line, book
from coworking.billing.payment_models import Allocation
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.kit.money import TaxMode, plain
from coworking.membership import keep_members


def credit(
    session: Session,
    rules: BillingRules,
    number: str,
    *,
    amount: Decimal | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Invoice:
    """Issue a credit note over an invoice: over so many yen with tax, or over all that is not credited yet. Returns the
    note. Raises `NotFound`, `NotAnInvoice`, `CreditExceedsInvoice`, `InvoicingStopped`."""
    require_sound(session)
    invoice = session.scalar(select(Invoice).where(Invoice.number == number))
    if invoice is None:
        raise NotFound
    if invoice.kind != "invoice":
        raise NotAnInvoice(number=number)
    keep_members(session, [invoice.member_id])
    balance = locked_balances(session, [invoice.id])[invoice.id]
    left = balance.total - balance.credited
    taken = left if amount is None else amount
    if not 0 < taken <= left:
        raise CreditExceedsInvoice(most=plain(left))
    hold_series(session, invoice.operator_id, rules.profile.papers.series)
    paper = Paper(
        member_id=invoice.member_id,
        addressee=invoice.addressee,
        due_on=rules.calendar.local_date(now),
        pays_by=invoice.pays_by,
        sums=_sums(session, rules, invoice, taken, now, whole=taken == balance.total),
        registration_number=invoice.registration_number,
        credits_id=invoice.id,
        reason=reason,
    )
    [entered] = enter_papers(session, rules, invoice.operator_id, [paper], now)
    _book(session, rules, invoice, entered, now)
    _settle(session, rules, invoice, balance, taken, now)
    record(
        session,
        operator_id=invoice.operator_id,
        at=now,
        actor=actor,
        action="invoice.credited",
        subject=f"invoice:{invoice.id}",
        details={"number": entered.number, "amount": plain(taken)},
    )
    write_letters.enqueue(session, operator_id=invoice.operator_id, now=now, invoice_ids=[entered.invoice_id])
    return session.get_one(Invoice, entered.invoice_id)


def _sums(
    session: Session, rules: BillingRules, invoice: Invoice, taken: Decimal, now: datetime, *, whole: bool
) -> InvoiceSums:
    mode = TaxMode(invoice.tax_mode)
    if whole:
        lines = session.scalars(
            select(InvoiceLine).where(InvoiceLine.invoice_id == invoice.id).order_by(InvoiceLine.position)
        ).all()
        return reversed_sums(mode, lines, _rates(invoice))
    left = {tax.rate: tax for tax in _rates(invoice)}
    for note in session.scalars(select(Invoice).where(Invoice.credits_id == invoice.id)):
        for tax in _rates(note):
            before = left[tax.rate]
            left[tax.rate] = RateSum(tax.rate, before.subtotal + tax.subtotal, before.tax + tax.tax)
    return part_of(mode, list(left.values()), taken, rules.calendar.local_month(now))


def _rates(paper: Invoice) -> list[RateSum]:
    return [
        RateSum(Decimal(tax["rate"]), Decimal(tax["subtotal"]), Decimal(tax["tax"])) for tax in paper.taxes
    ]


def _book(session: Session, rules: BillingRules, invoice: Invoice, entered: Entered, now: datetime) -> None:
    entry = Entry(
        key=f"credit-note:{entered.invoice_id}",
        kind="credit-note",
        booked_on=rules.calendar.local_date(now),
        member_id=invoice.member_id,
        counterparty=invoice.addressee["name"],
        document=entered.number,
        lines=lines_of_issue(entered.paper.sums),
    )
    book(session, invoice.operator_id, entry, now)


def _settle(
    session: Session,
    rules: BillingRules,
    invoice: Invoice,
    balance: InvoiceBalance,
    taken: Decimal,
    now: datetime,
) -> None:
    overpaid = taken - owed(balance)
    if overpaid > 0:
        _release(session, rules, invoice, overpaid, now)
        balance.paid -= overpaid
    balance.credited += taken
    today = rules.calendar.local_date(now)
    balance.status = status_on(balance, today)
    if balance.status == "paid":
        balance.paid_on = balance.paid_on or today
    session.flush()
    is_settled = not owed(balance)
    tell(session, InvoiceCredited(invoice.id, invoice.member_id, taken, is_settled, now))
    if overpaid > 0:
        for other in open_balances(session, invoice.member_id):
            use_advances(session, rules, other.invoice_id, now)


def _release(session: Session, rules: BillingRules, invoice: Invoice, amount: Decimal, now: datetime) -> None:
    """What was paid of it is an advance again, the latest payments first."""
    left = amount
    for payment_id, allocated in paid_parts(session, invoice.id).items():
        part = min(left, allocated)
        if part > 0:
            left -= part
            session.add(
                Allocation(
                    operator_id=invoice.operator_id,
                    payment_id=payment_id,
                    invoice_id=invoice.id,
                    amount=-part,
                    allocated_at=now,
                )
            )
    session.flush()
    notes = session.scalars(select(func.count()).select_from(Invoice).where(Invoice.credits_id == invoice.id))
    entry = Entry(
        key=f"release:{invoice.id}:{notes.one()}",
        kind="release",
        booked_on=rules.calendar.local_date(now),
        member_id=invoice.member_id,
        counterparty=invoice.addressee["name"],
        document=invoice.number,
        lines=[Line("receivable", amount), Line("advance", -amount)],
    )
    book(session, invoice.operator_id, entry, now)
