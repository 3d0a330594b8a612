"""What a member wants to be sent, and which groups are of interest (JSUG-09, JSUG-14)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership.community.groups import pick_groups, picks_of, require_groups
from coworking.membership.community.models import Preference
from coworking.membership.errors import MembershipNotActive
from coworking.membership.members import get_member, hold_member
from coworking.membership.models import Company, Member, Person
from coworking.membership.profile import MembershipProfile

STANDING = ("active", "suspended", "leaving", "limited")
"""Whom the operator writes to as a member."""


@dataclass(frozen=True, slots=True)
class Preferences:
    newsletters: bool
    postal_mailings: bool
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostalAddress:
    member_id: int
    name: str
    attention: str | None
    address: str


def require_standing(session: Session, member_id: int) -> None:
    """Raises `NotFound`, `MembershipNotActive` for who is no member yet or no more."""
    if get_member(session, member_id).status not in STANDING:
        raise MembershipNotActive


def preferences_of(session: Session, member_id: int) -> Preferences:
    """Raises `NotFound`."""
    get_member(session, member_id)
    row = session.get(Preference, member_id)
    return Preferences(
        newsletters=row.newsletters if row else True,
        postal_mailings=row.postal_mailings if row else True,
        groups=tuple(picks_of(session, member_id)),
    )


def set_preferences(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    *,
    newsletters: bool | None = None,
    postal_mailings: bool | None = None,
    groups: Collection[str] | None = None,
    actor: str,
    now: datetime,
) -> Preferences:
    """What is None stays. Raises `NotFound`, `GroupUnknown`."""
    member = hold_member(session, member_id)
    before = preferences_of(session, member_id)
    if groups is not None:
        require_groups(session, profile, groups)
        pick_groups(session, member.operator_id, member_id, groups, now)
    row = session.get(Preference, member_id) or Preference(
        member_id=member_id, operator_id=member.operator_id
    )
    row.newsletters = before.newsletters if newsletters is None else newsletters
    row.postal_mailings = before.postal_mailings if postal_mailings is None else postal_mailings
    row.set_at = now
    session.add(row)
    session.flush()
    after = preferences_of(session, member_id)
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="member.preferences-set",
        subject=f"member:{member_id}",
        details={
            "newsletters": after.newsletters,
            "postal_mailings": after.postal_mailings,
            "groups": list(after.groups),
        },
    )
    return after


def postal_addresses(
    session: Session, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[PostalAddress]:
    """Standing members with an address who take postal mailings."""
    statement = listing.part(
        select(
            Member.id,
            func.coalesce(Company.name, Person.name),
            Person.name,
            Member.kind,
            func.coalesce(Company.address, Person.address),
        )
        .join(Person, Member.person_id == Person.id)
        .outerjoin(Company, Member.company_id == Company.id)
        .outerjoin(Preference, Preference.member_id == Member.id),
        Member.id,
        after_id,
        limit,
    ).where(
        Member.status.in_(STANDING),
        func.coalesce(Company.address, Person.address).is_not(None),
        func.coalesce(Preference.postal_mailings, True),
    )
    return [
        PostalAddress(member_id, name, person if kind == "company" else None, address)
        for member_id, name, person, kind, address in session.execute(statement)
    ]
