"""Whose data stays, whatever its time: legal holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.people.models import LegalHold
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.membership.models import Account, Member, Person


def held_person(session: Session, person_id: int) -> Person:
    """The person, whose row stays locked until this transaction ends. Raises `NotFound`."""
    person = session.scalar(select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    return person


def hold_of(session: Session, person_id: int) -> LegalHold | None:
    """The hold that stands."""
    return session.scalar(
        select(LegalHold).where(LegalHold.person_id == person_id, LegalHold.lifted_at.is_(None))
    )


def members_on_hold(session: Session) -> list[int]:
    """The memberships of the people whose data is held."""
    on_hold = select(LegalHold.person_id).where(LegalHold.lifted_at.is_(None))
    return list(session.scalars(select(Member.id).where(Member.person_id.in_(on_hold))))


def accounts_on_hold(session: Session) -> list[int]:
    """The accounts of the people whose data is held."""
    on_hold = select(LegalHold.person_id).where(LegalHold.lifted_at.is_(None))
    return list(session.scalars(select(Account.id).where(Account.person_id.in_(on_hold))))


def recipients_of(member_ids: Iterable[int], account_ids: Iterable[int]) -> list[str]:
    """Under what notices to these are kept: who has an account and no membership is written to by the account."""
    return [*(f"member:{id}" for id in member_ids), *(f"account:{id}" for id in account_ids)]


def place_hold(session: Session, person_id: int, reason: str, *, actor: str, now: datetime) -> LegalHold:
    """Keep everything of a person; placing it again sets the reason. Raises `NotFound`."""
    person = held_person(session, person_id)
    hold = hold_of(session, person_id)
    if hold is None:
        hold = LegalHold(
            operator_id=person.operator_id,
            person_id=person_id,
            reason=reason,
            placed_at=now,
            placed_by=actor,
        )
        session.add(hold)
    hold.reason = reason
    _record(session, person, "legal-hold.placed", actor, now)
    session.flush()
    return hold


def lift_hold(session: Session, person_id: int, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`, also where nothing is held."""
    person = held_person(session, person_id)
    hold = hold_of(session, person_id)
    if hold is None:
        raise NotFound
    hold.lifted_at, hold.lifted_by = now, actor
    _record(session, person, "legal-hold.lifted", actor, now)
    session.flush()


def _record(session: Session, person: Person, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=person.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"person:{person.id}",
    )
