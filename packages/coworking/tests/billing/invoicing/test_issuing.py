from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from coworking.billing import reverse, standing_charges
from coworking.billing.books.findings import Finding, enter_findings
from coworking.billing.invoice_models import ParkedAccount
from coworking.billing.invoicing.errors import InvoicingStopped
from coworking.billing.invoicing.issuing import invoice_now
from coworking.billing.journal import balances
from coworking.kit.money import TaxMode
from coworking.kit.outbox import OutboxTask
from packages.coworking.tests.billing.invoicing.issuing_desk import TODAY, Desk
from tests.factories.membership import NOW, make_member


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def test_calls_of_a_month_are_one_invoice_with_one_tax(desk: Desk) -> None:
    for amount in (27, 27, 54):  # NEX-09
        desk.charge(amount)
    [issued] = desk.issue().issued
    [invoice] = desk.invoices()
    assert (invoice.number, invoice.subtotal, invoice.tax, invoice.total) == ("NEX-000001", 108, 10, 118)
    assert (invoice.due_on, invoice.issued_on, invoice.pays_by) == (date(2026, 6, 30), TODAY, "bank-transfer")
    assert invoice.registration_number == "T7000012050002"
    assert invoice.taxes == [{"rate": "0.10", "subtotal": "108", "tax": "10"}]
    assert [(line.what, line.quantity, line.amount) for line in desk.lines(invoice)] == [
        ("call", 1, 54),
        ("call", 2, 54),
    ]
    assert desk.balance(issued.invoice_id).total == 118
    assert balances(desk.session) == {"receivable": 118, "sales": -108, "tax-payable": -10}
    assert [told.number for told in desk.told] == ["NEX-000001"]
    assert desk.open_charges() == 0
    assert desk.is_sound()


def test_issuing_again_issues_nothing_and_what_closes_later_comes_on_a_further_invoice(desk: Desk) -> None:
    desk.charge(100)
    desk.charge(999, closes_on=TODAY)
    assert len(desk.issue().issued) == 1
    assert desk.issue().issued == []
    assert [one.total for one in desk.issue(NOW + timedelta(days=1)).issued] == [1098]
    assert {invoice.run_id for invoice in desk.invoices()} == {desk.open_run().id}


@pytest.mark.parametrize(
    ("changes", "due_on"),
    [
        ({}, date(2026, 6, 30)),
        ({"due_on": date(2026, 5, 31)}, TODAY),
        ({"due_on": date(2026, 7, 1)}, None),
        ({"closes_on": TODAY}, None),
    ],
    ids=["due this month", "was due before", "due next month", "closes today"],
)
def test_what_is_in_the_run_of_a_month(desk: Desk, changes: dict[str, date], due_on: date | None) -> None:
    desk.charge(100, **changes)
    desk.issue()
    assert [invoice.due_on for invoice in desk.invoices()] == ([due_on] if due_on else [])


def test_each_due_day_is_an_invoice_of_its_own(desk: Desk) -> None:
    desk.charge(100, due_on=date(2026, 6, 26))
    desk.charge(200, due_on=date(2026, 6, 30))
    desk.issue()
    assert [(one.due_on.day, one.subtotal, one.number) for one in desk.invoices()] == [
        (26, 100, "NEX-000001"),
        (30, 200, "NEX-000002"),
    ]


def test_a_reversal_is_set_against_the_next_invoice(desk: Desk) -> None:
    key = desk.charge(300, what="line-monthly")
    desk.issue()
    reverse(desk.session, desk.operator_id, key, reason="corrected", now=NOW)
    assert desk.issue().issued == []
    desk.charge(500, due_on=date(2026, 7, 31), closes_on=date(2026, 6, 30))
    desk.issue(NOW + timedelta(days=30))
    assert [one.subtotal for one in desk.invoices()] == [300, 200]
    assert desk.is_sound()


def test_what_cancels_itself_is_invoiced_without_a_line(desk: Desk) -> None:
    key = desk.charge(300)
    reverse(desk.session, desk.operator_id, key, reason="corrected", now=NOW)
    assert desk.issue().issued == []
    desk.charge("14.3", what="control-call")
    desk.issue()
    [invoice] = desk.invoices()
    assert [(line.what, line.amount) for line in desk.lines(invoice)] == [
        ("control-call", Decimal("14.3")),
        ("rounding", Decimal("-0.3")),
    ]
    assert invoice.subtotal == 14
    assert desk.open_charges() == 0
    assert desk.is_sound()


def test_outside_tax_there_is_no_registration_number(session: Session) -> None:
    desk = Desk(session, tax_mode=TaxMode.OUTSIDE)
    desk.charge(30_000, what="dues", tax_mode=TaxMode.OUTSIDE)
    desk.issue()
    [invoice] = desk.invoices()
    assert (invoice.tax, invoice.total, invoice.registration_number) == (0, 30_000, None)
    assert [line.rate for line in desk.lines(invoice)] == ["0"]


def test_with_tax_in_the_prices_the_lines_sum_to_the_total(desk: Desk) -> None:
    desk.charge(6_416, what="dues", tax_mode=TaxMode.INCLUDED)
    desk.charge(1_100, what="option:locker-large", tax_mode=TaxMode.INCLUDED)
    desk.issue()
    [invoice] = desk.invoices()
    assert (invoice.subtotal, invoice.tax, invoice.total) == (6_833, 683, 7_516)
    assert balances(desk.session) == {"receivable": 7_516, "sales": -6_833, "tax-payable": -683}
    assert desk.is_sound()


def test_one_account_that_fails_is_parked_and_the_others_go_on(desk: Desk) -> None:
    broken = make_member(desk.session, desk.operator_id)
    third = make_member(desk.session, desk.operator_id)
    for member in (desk.member, broken, third):
        desk.charge(100, member)
    broken.person.email = ""
    outcome = desk.issue()
    assert [one.member_id for one in outcome.issued] == [desk.member.id, third.id]
    assert outcome.parked == {broken.id: "addressee-missing"}
    assert [one.number for one in outcome.issued] == ["NEX-000001", "NEX-000002"]
    broken.person.email = "mended@example.jp"
    assert [one.member_id for one in desk.issue().issued] == [broken.id]
    assert desk.session.scalars(select(ParkedAccount)).all() == []
    assert desk.is_sound()


def test_what_is_paid_at_once_is_invoiced_at_once(desk: Desk) -> None:
    keys = [
        desk.charge(2_500, what="line-setup", closes_on=TODAY, due_on=date(2026, 6, 17)),
        desk.charge(2_000, what="line-monthly", closes_on=TODAY, due_on=date(2026, 6, 17)),
    ]
    desk.charge(100)
    desk.charge(100, closes_on=TODAY, now=NOW - timedelta(days=1))
    [issued] = invoice_now(desk.session, desk.rules, desk.member.id, NOW)
    assert (issued.total, desk.invoices()[0].due_on) == (4_950, date(2026, 6, 17))
    assert invoice_now(desk.session, desk.rules, desk.member.id, NOW) == []
    assert desk.open_charges() == 2
    desk.charge(500, closes_on=TODAY, key="other")
    assert invoice_now(desk.session, desk.rules, desk.member.id, NOW, keys=keys) == []


def test_while_the_books_are_broken_nothing_is_issued(desk: Desk) -> None:
    desk.charge(100)
    desk.charge(100, closes_on=TODAY)
    run = desk.open_run()
    found = [Finding("invoice-sums", "invoice:1", "its lines sum to 1")]
    enter_findings(desk.session, desk.operator_id, found, ["invoice-sums"], NOW)
    with pytest.raises(InvoicingStopped):
        desk.issue()
    assert invoice_now(desk.session, desk.rules, desk.member.id, NOW) == []
    enter_findings(desk.session, desk.operator_id, [], ["invoice-sums"], NOW)
    assert len(desk.issue().issued) == 1
    assert run.status == "open"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoices SET total = total + 1, subtotal = subtotal + 1",
        "DELETE FROM invoices",
        "UPDATE invoice_lines SET amount = 0",
        "DELETE FROM invoice_lines",
        "DELETE FROM invoiced_charges",
        "UPDATE journal_lines SET amount = 1",
        "DELETE FROM journal_entries",
    ],
)
def test_the_database_refuses_to_change_what_was_issued(desk: Desk, change: str) -> None:
    desk.charge(100)
    desk.issue()
    with pytest.raises(DBAPIError), desk.session.begin_nested():
        desk.session.execute(text(change))


def test_letters_are_written_after_issuing(desk: Desk) -> None:
    desk.charge(100)
    [issued] = desk.issue().issued
    task = desk.session.scalars(select(OutboxTask).where(OutboxTask.name == "billing.write-letters")).one()
    assert task.arguments == {"invoice_ids": [issued.invoice_id]}


def test_a_charge_posted_anew_is_reversed_and_invoiced_as_the_difference(desk: Desk) -> None:
    key = desk.charge(300)
    desk.issue()
    standing = standing_charges(desk.session, [key])[key]
    assert standing.amount == 300
    desk.charge(350, key=key)
    desk.issue()
    assert [one.subtotal for one in desk.invoices()] == [300, 50]
    assert desk.is_sound()
