"""Whom a member's invoices are written and mailed to (JSUG-07)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.membership.detail_models import InvoiceAddresseeRow
from coworking.membership.members import get_member, hold_member
from coworking.membership.models import Member


@dataclass(frozen=True, slots=True)
class InvoiceAddressee:
    """`name` is the member's, a company's where it is one; `attention` is whoever receives the paper there, None where
    that is the member. `address` is the postal one, None where none is on record."""

    name: str
    attention: str | None
    address: str | None
    email: str
    language: Language


@dataclass(frozen=True, slots=True)
class NewAddressee:
    """Where the name or the address is None, the member's own stands."""

    email: str
    name: str | None = None
    address: str | None = None
    language: Language | None = None


def invoice_addressee(session: Session, member_id: int) -> InvoiceAddressee:
    """The addressee that the member has named, otherwise the representative or the person. Raises `NotFound`."""
    return _addressee(get_member(session, member_id), session.get(InvoiceAddresseeRow, member_id))


def invoice_addressees(session: Session, member_ids: Collection[int]) -> dict[int, InvoiceAddressee]:
    """The same of many, by member."""
    named = session.scalars(select(InvoiceAddresseeRow).where(InvoiceAddresseeRow.member_id.in_(member_ids)))
    rows = {row.member_id: row for row in named}
    members = session.scalars(select(Member).where(Member.id.in_(member_ids)))
    return {member.id: _addressee(member, rows.get(member.id)) for member in members}


def _addressee(member: Member, row: InvoiceAddresseeRow | None) -> InvoiceAddressee:
    person, company = member.person, member.company
    own_address = (company.address if company else None) or person.address
    attention = person.name if company else None
    if row is None:
        return InvoiceAddressee(
            name=member.name,
            attention=attention,
            address=own_address,
            email=person.email,
            language=cast("Language", person.language),
        )
    return InvoiceAddressee(
        name=member.name,
        attention=row.name or attention,
        address=row.address or own_address,
        email=row.email,
        language=cast("Language", row.language),
    )


def name_addressee(
    session: Session, member_id: int, new: NewAddressee | None, *, actor: str, now: datetime
) -> InvoiceAddressee:
    """Name the addressee anew; None leaves it to the representative again. Invoices that are issued keep theirs.
    Raises `NotFound`."""
    member = hold_member(session, member_id)
    row = session.get(InvoiceAddresseeRow, member_id)
    if new is None and row is not None:
        session.delete(row)
    elif new is not None:
        row = row or InvoiceAddresseeRow(member_id=member_id, operator_id=member.operator_id)
        row.name, row.address, row.email = new.name, new.address, new.email
        row.language = new.language or member.language
        row.set_at, row.set_by = now, actor
        session.add(row)
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="member.invoice-addressee-named" if new else "member.invoice-addressee-cleared",
        subject=f"member:{member_id}",
    )
    session.flush()
    return invoice_addressee(session, member_id)
