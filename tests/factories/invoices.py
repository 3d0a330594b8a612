"""Invoices as they stand after they were issued, for tests of what comes then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import count

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing import BillingProfile, BillingRules, Entry, Line, book
from coworking.billing.invoice_models import BillingRun, Invoice, InvoiceBalance, InvoiceLine
from coworking.membership.models import Member
from tests.factories.membership import NOW, make_profile_version, nex

_serial = count(1)


def billing_rules(
    session: Session, operator_id: int, profile: BillingProfile | None = None, **changes: object
) -> BillingRules:
    """nex's rules, with another billing profile or with changes of it."""
    billing = (profile or nex().billing).model_copy(update=changes)
    version = make_profile_version(session, operator_id)
    return BillingRules(billing, nex().membership, nex().calendar(), version, nex().title)


def make_invoice(
    session: Session,
    member: Member,
    total: int = 11_000,
    *,
    due_on: date = date(2026, 6, 30),
    issued_on: date = date(2026, 6, 1),
    pays_by: str = "bank-transfer",
    now: datetime = NOW,
) -> Invoice:
    """An open invoice of so many yen outside tax, booked."""
    serial = next(_serial)
    amount = Decimal(total)
    invoice = Invoice(
        operator_id=member.operator_id,
        kind="invoice",
        series="TST",
        serial=serial,
        number=f"TST-{serial:06}",
        member_id=member.id,
        profile_version_id=make_profile_version(session, member.operator_id),
        addressee={"name": member.name, "address": "", "email": member.person.email, "language": "ja"},
        issued_on=issued_on,
        issued_at=now,
        due_on=due_on,
        pays_by=pays_by,
        tax_mode="outside",
        subtotal=amount,
        tax=Decimal(0),
        total=amount,
        taxes=[{"rate": "0", "subtotal": str(total), "tax": "0"}],
    )
    session.add(invoice)
    session.flush()
    session.add_all(_line_and_balance(invoice))
    lines = [Line("receivable", amount), Line("sales", -amount, "dues")]
    entry = Entry(
        f"invoice:{invoice.id}", "invoice", issued_on, member.id, member.name, invoice.number, lines
    )
    book(session, member.operator_id, entry, now)
    session.flush()
    return invoice


def _line_and_balance(invoice: Invoice) -> Iterator[InvoiceLine | InvoiceBalance]:
    yield InvoiceLine(
        operator_id=invoice.operator_id,
        invoice_id=invoice.id,
        position=1,
        what="dues",
        service_month=f"{invoice.due_on:%Y-%m}",
        quantity=1,
        unit_price=invoice.total,
        amount=invoice.total,
        rate="0",
    )
    yield InvoiceBalance(
        invoice_id=invoice.id,
        operator_id=invoice.operator_id,
        member_id=invoice.member_id,
        due_on=invoice.due_on,
        total=invoice.total,
        paid=Decimal(0),
        credited=Decimal(0),
        status="issued",
    )


def make_run(session: Session, operator_id: int, period: str = "2026-06", *, now: datetime = NOW) -> None:
    """The run of a month, open; of one that is there, nothing changes."""
    row = {"operator_id": operator_id, "period": period, "status": "open", "opened_at": now}
    statement = insert(BillingRun).values(row)
    session.execute(statement.on_conflict_do_nothing(index_elements=["operator_id", "period"]))
