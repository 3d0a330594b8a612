"""What an invoice is still owed, and the word for it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.invoice_models import InvoiceBalance

OPEN = ("issued", "part-paid", "overdue")


def owed(balance: InvoiceBalance) -> Decimal:
    """What is still to come in."""
    return balance.total - balance.paid - balance.credited


def status_on(balance: InvoiceBalance, today: date) -> str:
    """The word for an invoice on this local date: what is not settled is overdue from the day after its due date on."""
    if not owed(balance):
        return "paid" if balance.paid else "credited"
    if balance.due_on < today:
        return "overdue"
    return "part-paid" if balance.paid else "issued"


def open_balances(session: Session, member_id: int, first: int | None = None) -> list[InvoiceBalance]:
    """The member's open invoices, locked: the invoice `first`, then by due date."""
    rows = session.scalars(
        select(InvoiceBalance)
        .where(InvoiceBalance.member_id == member_id, InvoiceBalance.status.in_(OPEN))
        .order_by(InvoiceBalance.due_on, InvoiceBalance.invoice_id)
        .with_for_update()
    ).all()
    return sorted(rows, key=lambda row: row.invoice_id != first)


def locked_balances(session: Session, invoice_ids: Collection[int]) -> dict[int, InvoiceBalance]:
    """By invoice, locked until the transaction ends."""
    rows = session.scalars(
        select(InvoiceBalance)
        .where(InvoiceBalance.invoice_id.in_(invoice_ids))
        .order_by(InvoiceBalance.invoice_id)
        .with_for_update()
    )
    return {row.invoice_id: row for row in rows}
