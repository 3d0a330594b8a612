from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from coworking.billing.allocations import advance_of
from coworking.billing.invoice_events import InvoiceCredited
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.invoicing.errors import CreditExceedsInvoice, NotAnInvoice
from coworking.billing.journal import balances
from coworking.billing.payments import NewPayment, record_payment
from coworking.billing.profile import PaymentMeans
from coworking.kit.errors import NotFound
from packages.coworking.tests.billing.invoicing.issuing_desk import TODAY, Desk
from tests.factories.membership import NOW


@pytest.fixture
def desk(session: Session) -> Desk:
    desk = Desk(session)
    desk.charge(1_000, what="line-monthly")
    desk.charge("80.5")
    desk.issue()
    return desk


def take_back(desk: Desk, amount: int | None = None, number: str = "NEX-000001") -> Invoice:
    return credit(
        desk.session,
        desk.rules,
        number,
        amount=None if amount is None else Decimal(amount),
        reason="二重に請求した",
        actor="account:1",
        now=NOW,
    )


def pay(desk: Desk, amount: int) -> None:
    new = NewPayment("deposit:1", desk.member.id, PaymentMeans.BANK_TRANSFER, Decimal(amount), TODAY)
    record_payment(desk.session, desk.rules, new, actor="account:1", now=NOW)


def test_the_whole_is_taken_back_on_a_paper_of_its_own(desk: Desk) -> None:
    invoice = desk.invoices()[0]
    note = take_back(desk)
    assert (note.number, note.kind, note.credits_id) == ("NEX-000002", "credit-note", invoice.id)
    assert (note.subtotal, note.tax, note.total) == (-1_080, -108, -1_188)
    assert [(line.what, line.amount) for line in desk.lines(note)] == [
        (line.what, -line.amount) for line in desk.lines(invoice)
    ]
    balance = desk.balance(invoice.id)
    assert (balance.credited, balance.status) == (1_188, "credited")
    assert set(balances(desk.session).values()) == {Decimal(0)}
    assert desk.told[-1] == InvoiceCredited(invoice.id, desk.member.id, Decimal(1_188), True, NOW)
    assert desk.is_sound()


def test_never_more_than_was_billed(desk: Desk) -> None:
    take_back(desk, 188)
    take_back(desk, 900)
    with pytest.raises(CreditExceedsInvoice) as refused:
        take_back(desk, 101)
    assert refused.value.facts == {"most": "100"}
    take_back(desk)
    with pytest.raises(CreditExceedsInvoice):
        take_back(desk)
    notes = desk.invoices()[1:]
    assert [note.total for note in notes] == [-188, -900, -100]
    assert (sum(note.tax for note in notes), sum(note.subtotal for note in notes)) == (-108, -1_080)
    assert desk.is_sound()


def test_what_was_paid_of_it_is_an_advance_and_pays_what_is_open(desk: Desk) -> None:
    pay(desk, 1_188)
    desk.charge(100, due_on=TODAY, now=NOW)
    desk.issue(NOW + timedelta(days=1))
    take_back(desk, 188)
    paid, later = desk.balance(desk.invoices()[0].id), desk.balance(desk.invoices()[1].id)
    assert (paid.paid, paid.credited, paid.status) == (1_000, 188, "paid")
    assert (later.paid, later.status) == (110, "paid")
    assert advance_of(desk.session, desk.member.id) == 78
    assert balances(desk.session)["receivable"] == 0
    assert desk.is_sound()


def test_a_part_leaves_the_rest_to_be_paid(desk: Desk) -> None:
    take_back(desk, 188)
    balance = desk.balance(desk.invoices()[0].id)
    assert (balance.status, balance.due_on) == ("issued", date(2026, 6, 30))
    pay(desk, 1_000)
    assert balance.status == "paid"
    assert desk.is_sound()


def test_a_credit_note_is_not_credited(desk: Desk) -> None:
    note = take_back(desk)
    with pytest.raises(NotAnInvoice):
        take_back(desk, number=note.number)
    with pytest.raises(NotFound):
        take_back(desk, number="NEX-999999")
