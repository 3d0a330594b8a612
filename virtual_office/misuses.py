"""Use of the address without the service: refused, recorded, seen to by staff (SAK-47)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import Database
from coworking.kit.errors import NotFound, ValidationFailed
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import contract_of, facts, resume_address_fees
from virtual_office.errors import SettledAlready
from virtual_office.models import AddressMisuse
from virtual_office.rules import AddressRules

ASKED_HERE = "registration"
"""Where it was found, of what a member asked for here without the service."""


@dataclass(frozen=True, slots=True)
class Found:
    """What staff found. `member_id` is None for a name that is no member's."""

    name: str
    where_found: str
    found_on: date | None = None
    member_id: int | None = None
    charges: bool = False
    """A former member's fees go on by the month from the end until staff see that it stopped (SAK-14)."""


class RefusedUses:
    """Keeps what was refused, in a transaction of its own: the refusal takes the request's back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, operator_id: int, member_id: int, *, today: date, actor: str, now: datetime) -> None:
        with self._database.transaction(operator_id) as session:
            member = facts(session, member_id)
            misuse = AddressMisuse(
                operator_id=operator_id,
                member_id=member_id,
                name=member.name,
                found_on=today,
                where_found=ASKED_HERE,
                was_refused=True,
                recorded_at=now,
                recorded_by=actor,
            )
            session.add(misuse)
            session.flush()
            _record(session, misuse, "refused", actor, now)


def is_without_service(
    session: Session, rules: AddressRules, member_id: int, use: str, now: datetime
) -> bool:
    """Whether the member lacks what this use of the address goes with."""
    rules.use(use)
    facts(session, member_id)
    return use not in rules.uses_on(contract_of(session, member_id), rules.today(now))


def record_misuse(
    session: Session, rules: AddressRules, found: Found, *, operator_id: int, actor: str, now: datetime
) -> AddressMisuse:
    """Raises `NotFound`, `ValidationFailed`, and what `resume_address_fees` raises where charges go on."""
    today = rules.today(now)
    if found.found_on is not None and found.found_on > today:
        raise ValidationFailed([{"field": "found_on", "message": "today or earlier"}])
    if found.charges and found.member_id is None:
        raise ValidationFailed([{"field": "member_id", "message": "needed where charges go on"}])
    if found.member_id is not None:
        facts(session, found.member_id)
    misuse = AddressMisuse(
        operator_id=operator_id,
        member_id=found.member_id,
        name=found.name,
        found_on=found.found_on or today,
        where_found=found.where_found,
        was_refused=False,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(misuse)
    session.flush()
    _record(session, misuse, "recorded", actor, now)
    if found.charges and found.member_id is not None:
        resume_address_fees(session, found.member_id, actor=actor, now=now)
    return misuse


def settle_misuse(
    session: Session, misuse_id: int, settlement: str, *, actor: str, now: datetime
) -> AddressMisuse:
    """What came of it. Raises `NotFound`, `SettledAlready`."""
    misuse = session.scalar(select(AddressMisuse).where(AddressMisuse.id == misuse_id).with_for_update())
    if misuse is None:
        raise NotFound
    if misuse.settled_at is not None:
        raise SettledAlready
    misuse.settled_at, misuse.settled_by, misuse.settlement = now, actor, settlement
    session.flush()
    _record(session, misuse, "settled", actor, now)
    return misuse


def misuses(
    session: Session,
    *,
    member_id: int | None,
    is_open: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[AddressMisuse]:
    statement = listing.part(select(AddressMisuse), AddressMisuse.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(AddressMisuse.member_id == member_id)
    if is_open is not None:
        statement = statement.where(AddressMisuse.settled_at.is_(None) == is_open)
    return session.scalars(statement).all()


def misuse_of(session: Session, misuse_id: int) -> AddressMisuse:
    """Raises `NotFound`."""
    misuse = session.get(AddressMisuse, misuse_id)
    if misuse is None:
        raise NotFound
    return misuse


def _record(session: Session, misuse: AddressMisuse, action: str, actor: str, now: datetime) -> None:
    known = misuse.member_id is not None
    record(
        session,
        operator_id=misuse.operator_id,
        at=now,
        actor=actor,
        action=f"address-misuse.{action}",
        subject=f"member:{misuse.member_id}" if known else f"address-misuse:{misuse.id}",
        details={"misuse": misuse.id},
    )
