"""The checks find what the owner of the database has broken, and invoicing stops until it is mended."""

from __future__ import annotations

from contextlib import closing
from decimal import Decimal

import psycopg
import pytest
from sqlalchemy.orm import Session

from coworking.billing.books.checks import CHECKS, check_and_enter
from coworking.billing.books.findings import faults_that_stop, open_findings
from coworking.billing.invoicing.credit_notes import credit
from coworking.billing.invoicing.errors import InvoicingStopped
from coworking.billing.payments import NewPayment, record_payment
from coworking.billing.profile import PaymentMeans
from coworking.kit.db import Database
from packages.coworking.tests.billing.invoicing.issuing_desk import TODAY, Desk
from tests.factories.membership import NOW

BROKEN = {
    "journal-balances": "UPDATE journal_lines SET amount = amount + 1000 WHERE account = 'tax-payable'",
    "invoice-sums": "UPDATE invoice_lines SET amount = amount + 1000 WHERE what = 'rounding'",
    "invoice-has-lines": "DELETE FROM invoice_lines",
    "invoice-is-booked": "UPDATE journal_lines SET account = 'adjustments' WHERE account = 'receivable'",
    "balance-paid": "UPDATE invoice_balances SET paid = paid - 1000",
    "balance-credited": "UPDATE invoice_balances SET credited = credited + 1000",
    "numbers-complete": "DELETE FROM invoices WHERE serial = 2",
    "charge-on-one-line": "UPDATE invoiced_charges SET line_id = (SELECT max(id) FROM invoice_lines)",
    "charge-open-once": "INSERT INTO open_charges SELECT charge_id, operator_id, 1, '2026-06-30', '2026-05-31'"
    " FROM invoiced_charges LIMIT 1",
    "receivable-is-owed": "UPDATE invoice_balances SET total = total + 1000",
}


@pytest.fixture
def desk(clean_database: Database) -> Desk:
    with clean_database.transaction() as session:
        desk = Desk(session)
        for amount in ("27", "54.5"):
            desk.charge(amount)
        desk.issue()
        credit(
            session, desk.rules, "NEX-000001", amount=Decimal(9), reason="誤り", actor="account:1", now=NOW
        )
        new = NewPayment("deposit:1", desk.member.id, PaymentMeans.BANK_TRANSFER, Decimal(20), TODAY)
        record_payment(session, desk.rules, new, actor="account:1", now=NOW)
    return desk


def found(database: Database, desk: Desk) -> set[str]:
    with database.transaction(desk.operator_id) as session:
        check_and_enter(session, desk.operator_id, TODAY, NOW)
        return {finding.kind for finding in open_findings(session)}


def corrupt(url: str, statement: str) -> None:
    with closing(psycopg.connect(url, autocommit=True)) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)


def test_every_check_has_its_corruption() -> None:
    assert BROKEN.keys() == {check.kind for check in CHECKS}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_corruption_is_found_and_stops_invoicing(
    clean_database: Database, database_url: str, desk: Desk, kind: str
) -> None:
    assert found(clean_database, desk) == set()
    corrupt(database_url, BROKEN[kind])
    assert kind in found(clean_database, desk)  # often with others that hang on it
    with clean_database.transaction(desk.operator_id) as session:
        assert faults_that_stop(session) > 0


def test_what_is_mended_is_cleared_and_invoicing_goes_on(
    clean_database: Database, database_url: str, desk: Desk
) -> None:
    def issue(session: Session) -> int:
        desk.session = session
        return len(desk.issue().issued)

    with clean_database.transaction(desk.operator_id) as session:
        desk.session = session
        desk.charge(100)
    corrupt(database_url, BROKEN["balance-paid"])
    assert "balance-paid" in found(clean_database, desk)
    with pytest.raises(InvoicingStopped):
        clean_database.run(issue, desk.operator_id)
    corrupt(database_url, "UPDATE invoice_balances SET paid = paid + 1000")
    assert found(clean_database, desk) == set()
    assert clean_database.run(issue, desk.operator_id) == 1
