"""What is known of those who may have paid: their names, as they are and as staff learned them, and their debts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN, owed
from coworking.billing.deposits.matching import Accounts, OpenInvoice, Told
from coworking.billing.deposits.models import Deposit, PayerName
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.zengin.payer_names import payer_key, reference_in
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import names_paid_under

LONGEST_SERIAL = 9
"""Digits; a longer number in front of a name is none of an invoice."""

_key_of = lru_cache(maxsize=50_000)(payer_key)


def accounts_of(session: Session) -> Accounts:
    """Of the session's operator."""
    members: dict[str, set[int]] = {}
    for member_id, names in names_paid_under(session).items():
        for key in map(_key_of, names):
            if key:
                members.setdefault(key, set()).add(member_id)
    for key, member_id in session.execute(select(PayerName.payer_key, PayerName.member_id)):
        members.setdefault(key, set()).add(member_id)
    invoices: dict[int, list[OpenInvoice]] = {}
    for invoice in _open_invoices(session):
        invoices.setdefault(invoice.member_id, []).append(invoice)
    return Accounts(members, invoices)


def open_invoices_of(session: Session, member_id: int) -> list[OpenInvoice]:
    """Those due first come first."""
    return _open_invoices(session, InvoiceBalance.member_id == member_id)


def told_by(deposit: Deposit) -> Told:
    digits = reference_in(deposit.payer)
    serial = int(digits) if digits is not None and len(digits) <= LONGEST_SERIAL else None
    return Told(deposit.amount, deposit.payer_key, serial)


def learn_name(session: Session, deposit: Deposit, member_id: int, *, actor: str, now: datetime) -> None:
    """From now on this payer's name is the member's. A name that matching would find anyhow, or that says nothing, is
    not kept."""
    own = names_paid_under(session).get(member_id, [])
    if not deposit.payer_key or deposit.payer_key in map(_key_of, own):
        return
    row = {
        "operator_id": deposit.operator_id,
        "member_id": member_id,
        "payer_key": deposit.payer_key,
        "name": deposit.payer,
        "deposit_id": deposit.id,
        "learned_at": now,
        "learned_by": actor,
    }
    statement = insert(PayerName).values(row)
    session.execute(statement.on_conflict_do_nothing(index_elements=["member_id", "payer_key"]))


def list_names(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[PayerName]:
    statement = listing.part(select(PayerName), PayerName.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(PayerName.member_id == member_id)
    return session.scalars(statement).all()


def forget_name(session: Session, payer_name_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`."""
    row = session.get(PayerName, payer_name_id)
    if row is None:
        raise NotFound
    session.delete(row)
    record(
        session,
        operator_id=row.operator_id,
        at=now,
        actor=actor,
        action="payer-name.forgotten",
        subject=f"member:{row.member_id}",
    )


def _open_invoices(session: Session, *of_whom: ColumnElement[bool]) -> list[OpenInvoice]:
    statement = (
        select(Invoice.id, Invoice.number, Invoice.serial, InvoiceBalance)
        .join(InvoiceBalance, InvoiceBalance.invoice_id == Invoice.id)
        .where(InvoiceBalance.status.in_(OPEN), *of_whom)
        .order_by(InvoiceBalance.due_on, Invoice.id)
        .execution_options(populate_existing=True)
    )
    return [
        OpenInvoice(invoice_id, number, serial, balance.member_id, owed(balance))
        for invoice_id, number, serial, balance in session.execute(statement)
    ]
