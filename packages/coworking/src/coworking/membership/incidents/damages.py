"""Damage and loss: reported at once, charged by staff (NET-26, SAK-35)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.money import plain
from coworking.kit.notices import notify
from coworking.membership.events import DamageReported
from coworking.membership.incidents.errors import AlreadyCharged, DayToCome
from coworking.membership.incidents.models import Damage
from coworking.membership.members import get_member
from coworking.membership.profile import MembershipProfile
from coworking.membership.staff_notices import tell_staff


def report_damage(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    *,
    what: str,
    happened_on: date,
    today: date,
    actor: str,
    now: datetime,
) -> Damage:
    """Staff are told. Raises `NotFound`, `DayToCome`."""
    member = get_member(session, member_id)
    if happened_on > today:
        raise DayToCome
    damage = Damage(
        operator_id=member.operator_id,
        member_id=member_id,
        what=what,
        happened_on=happened_on,
        reported_at=now,
        reported_by=actor,
    )
    session.add(damage)
    session.flush()
    _record(session, damage, "damage.reported", actor, now, {})
    tell_staff(
        session,
        profile,
        "damage-reported",
        operator_id=damage.operator_id,
        now=now,
        member=member.name,
        what=what,
        happened_on=happened_on.isoformat(),
    )
    return damage


def charge_damage(session: Session, damage_id: int, amount: Decimal, *, actor: str, now: datetime) -> Damage:
    """The member owes `amount` yen for it, which billing is told. Raises `NotFound`, `AlreadyCharged`."""
    damage = session.get(Damage, damage_id, with_for_update=True)
    if damage is None:
        raise NotFound
    if damage.charged_at is not None:
        raise AlreadyCharged
    damage.amount, damage.charged_at, damage.charged_by = amount, now, actor
    _record(session, damage, "damage.charged", actor, now, {"amount": plain(amount)})
    member = get_member(session, damage.member_id)
    notify(
        session,
        operator_id=damage.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind="damage-charged",
        language=cast("Language", member.person.language),
        member=member.name,
        what=damage.what,
        amount=plain(amount),
    )
    tell(session, DamageReported(member.id, amount, f"damage:{damage.id}", now))
    session.flush()
    return damage


def list_damages(
    session: Session, *, member_id: int | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[Damage]:
    statement = listing.part(select(Damage), Damage.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(Damage.member_id == member_id)
    return session.scalars(statement).all()


def _record(
    session: Session, damage: Damage, action: str, actor: str, now: datetime, details: dict[str, str]
) -> None:
    record(
        session,
        operator_id=damage.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{damage.member_id}",
        details={**details, "damage": damage.id},
    )
