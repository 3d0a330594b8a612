"""What must hold in the books at all times, asked of the database itself (R37).

Each check is a statement whose rows are what is broken. What is found stops invoicing until it is mended and the checks
have run again, unless the check says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from coworking.billing.books.findings import MOST_FINDINGS, Finding, enter_findings

DAYS_OF_CHARGES = 35
"""Charges are compared with the lines that they stand on for the papers of so many days: a run and its month."""


@dataclass(frozen=True, slots=True)
class Check:
    """`statement` gives (subject, detail) for everything that is broken. Row-level security limits it to the
    operator."""

    kind: str
    statement: str
    stops_invoicing: bool = True


CHECKS: Sequence[Check] = (
    Check(
        "journal-balances",
        """
        SELECT 'journal-entry:' || entry_id, 'its lines sum to ' || sum(amount) || ' thousandths'
        FROM journal_lines GROUP BY entry_id HAVING sum(amount) <> 0
        """,
    ),
    Check(
        "invoice-sums",
        """
        SELECT 'invoice:' || invoice.id, 'its lines sum to ' || sum(line.amount) || ' thousandths'
        FROM invoices AS invoice JOIN invoice_lines AS line ON line.invoice_id = invoice.id
        GROUP BY invoice.id
        HAVING sum(line.amount) <>
            CASE invoice.tax_mode WHEN 'included' THEN invoice.total ELSE invoice.subtotal END
        """,
    ),
    Check(
        "invoice-has-lines",
        """
        SELECT 'invoice:' || id, 'it has no lines' FROM invoices
        WHERE NOT EXISTS (SELECT FROM invoice_lines WHERE invoice_id = invoices.id)
        """,
    ),
    Check(
        "invoice-is-booked",
        """
        SELECT 'invoice:' || invoice.id, 'the books owe ' || coalesce(sum(line.amount), 0) || ' thousandths for it'
        FROM invoices AS invoice
        LEFT JOIN journal_entries AS entry ON entry.operator_id = invoice.operator_id
            AND entry.key = invoice.kind || ':' || invoice.id
        LEFT JOIN journal_lines AS line ON line.entry_id = entry.id AND line.account = 'receivable'
        GROUP BY invoice.id HAVING coalesce(sum(line.amount), 0) <> invoice.total
        """,
    ),
    Check(
        "balance-paid",
        """
        SELECT 'invoice:' || balance.invoice_id, 'allocations sum to ' || coalesce(sum(allocation.amount), 0)
            || ' thousandths'
        FROM invoice_balances AS balance
        LEFT JOIN allocations AS allocation ON allocation.invoice_id = balance.invoice_id
        GROUP BY balance.invoice_id HAVING coalesce(sum(allocation.amount), 0) <> balance.paid
        """,
    ),
    Check(
        "balance-credited",
        """
        SELECT 'invoice:' || invoice.id, 'credit notes sum to ' || coalesce(sum(note.total), 0) || ' thousandths'
        FROM invoices AS invoice
        LEFT JOIN invoice_balances AS balance ON balance.invoice_id = invoice.id
        LEFT JOIN invoices AS note ON note.credits_id = invoice.id
        WHERE invoice.kind = 'invoice'
        GROUP BY invoice.id, balance.invoice_id
        HAVING balance.invoice_id IS NULL OR balance.total <> invoice.total
            OR coalesce(sum(note.total), 0) <> -balance.credited
        """,
    ),
    Check(
        "numbers-complete",
        """
        SELECT 'series:' || series.series, count(paper.id) || ' papers up to ' || series.last_serial
        FROM invoice_series AS series
        LEFT JOIN invoices AS paper ON paper.operator_id = series.operator_id AND paper.series = series.series
        GROUP BY series.id
        HAVING count(DISTINCT paper.serial) <> series.last_serial
            OR coalesce(max(paper.serial), 0) <> series.last_serial OR count(paper.id) <> series.last_serial
        """,
    ),
    Check(
        "charge-on-one-line",
        """
        SELECT 'invoice-line:' || line.id, 'its charges sum to ' || coalesce(sum(charge.amount), 0) || ' thousandths'
        FROM invoices AS invoice
        JOIN invoice_lines AS line ON line.invoice_id = invoice.id AND line.what <> 'rounding'
        LEFT JOIN invoiced_charges AS stands ON stands.line_id = line.id
        LEFT JOIN charges AS charge ON charge.id = stands.charge_id AND charge.member_id = invoice.member_id
        WHERE invoice.kind = 'invoice' AND invoice.issued_on >= :since
        GROUP BY line.id HAVING coalesce(sum(charge.amount), 0) <> line.amount
        """,
    ),
    Check(
        "charge-open-once",
        """
        SELECT 'charge:' || open.charge_id, 'it stands on an invoice and is open'
        FROM open_charges AS open JOIN invoiced_charges AS stands ON stands.charge_id = open.charge_id
        """,
    ),
    Check(
        "receivable-is-owed",
        """
        SELECT 'account:receivable', 'books ' || booked || ', open invoices ' || owed || ' thousandths'
        FROM (SELECT coalesce(sum(amount), 0) AS booked FROM journal_lines WHERE account = 'receivable') AS book
        CROSS JOIN (SELECT coalesce(sum(total - paid - credited), 0) AS owed FROM invoice_balances) AS papers
        WHERE booked <> owed
        """,
        stops_invoicing=False,
    ),
)


def check_books(session: Session, today: date) -> list[Finding]:
    """Everything that is broken in the books of the session's operator; at most `MOST_FINDINGS` of a kind."""
    since = today - timedelta(days=DAYS_OF_CHARGES)
    found: list[Finding] = []
    for check in CHECKS:
        statement = text(f"{check.statement} LIMIT {MOST_FINDINGS}")  # constants of this module
        values = {"since": since} if ":since" in check.statement else {}
        found += [
            Finding(check.kind, subject, detail, check.stops_invoicing)
            for subject, detail in session.execute(statement, values)
        ]
    return found


def check_and_enter(session: Session, operator_id: int, today: date, now: datetime) -> list[Finding]:
    """Run the checks of the books and keep what they found."""
    found = check_books(session, today)
    enter_findings(session, operator_id, found, [check.kind for check in CHECKS], now)
    return found
