"""Inquiries by category, answered and kept (NET-28)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.notices import notify
from coworking.kit.profile_fields import Bilingual
from coworking.membership.incidents.errors import AlreadyAnswered, CategoryUnknown
from coworking.membership.incidents.models import Inquiry
from coworking.membership.members import get_member
from coworking.membership.profile import MembershipProfile
from coworking.membership.staff_notices import tell_staff

OTHER: Mapping[str, Bilingual] = {"other": Bilingual(ja="その他", en="Other")}
"""The one category of an operator that names none."""


def categories(profile: MembershipProfile) -> Mapping[str, Bilingual]:
    return profile.inquiry_categories or OTHER


def ask(
    session: Session,
    profile: MembershipProfile,
    member_id: int,
    *,
    category: str,
    question: str,
    actor: str,
    now: datetime,
) -> Inquiry:
    """Staff are told. Raises `NotFound`, `CategoryUnknown`."""
    member = get_member(session, member_id)
    known = categories(profile)
    if category not in known:
        raise CategoryUnknown(category=category, allowed=", ".join(known))
    inquiry = Inquiry(
        operator_id=member.operator_id,
        member_id=member_id,
        category=category,
        question=question,
        asked_at=now,
    )
    session.add(inquiry)
    session.flush()
    _record(session, inquiry, "inquiry.made", actor, now)
    tell_staff(
        session,
        profile,
        "inquiry-made",
        operator_id=inquiry.operator_id,
        now=now,
        member=member.name,
        category=known[category].spoken(profile.language.value),
        question=question,
    )
    return inquiry


def answer(session: Session, inquiry_id: int, words: str, *, actor: str, now: datetime) -> Inquiry:
    """The member gets the answer by mail. Raises `NotFound`, `AlreadyAnswered`."""
    inquiry = session.get(Inquiry, inquiry_id, with_for_update=True)
    if inquiry is None:
        raise NotFound
    if inquiry.answered_at is not None:
        raise AlreadyAnswered
    inquiry.answer, inquiry.answered_at, inquiry.answered_by = words, now, actor
    _record(session, inquiry, "inquiry.answered", actor, now)
    member = get_member(session, inquiry.member_id)
    notify(
        session,
        operator_id=inquiry.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind="inquiry-answered",
        language=cast("Language", member.person.language),
        member=member.name,
        question=inquiry.question,
        answer=words,
    )
    session.flush()
    return inquiry


def list_inquiries(
    session: Session,
    *,
    member_id: int | None,
    category: str | None,
    is_answered: bool | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Inquiry]:
    statement = listing.part(select(Inquiry), Inquiry.id, after_id, limit)
    if member_id is not None:
        statement = statement.where(Inquiry.member_id == member_id)
    if category is not None:
        statement = statement.where(Inquiry.category == category)
    if is_answered is not None:
        statement = statement.where(Inquiry.answered_at.is_not(None) == is_answered)
    return session.scalars(statement).all()


def _record(session: Session, inquiry: Inquiry, action: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=inquiry.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{inquiry.member_id}",
        details={"inquiry": inquiry.id, "category": inquiry.category},
    )
