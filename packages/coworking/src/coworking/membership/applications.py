"""Applications for membership, as they come in writing, and what staff decide about them (NEX-14)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound
from coworking.kit.notices import notify, register_templates
from coworking.kit.profile_fields import Bilingual
from coworking.membership.errors import AlreadyApproved, NotApplied, RefusalReasonUnknown
from coworking.membership.members import NewMember, enter_member, join
from coworking.membership.models import Member
from coworking.membership.profile import MembershipProfile

PACKAGE = "coworking.membership"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def apply(
    session: Session,
    profile: MembershipProfile,
    new: NewMember,
    *,
    operator_id: int,
    actor: str,
    now: datetime,
) -> Member:
    """Enter an application; a member at once where the operator approves none. Raises `PlanUnknown`,
    `OfficeUnknown`."""
    if not profile.joining.approval_required:
        return join(session, profile, new, operator_id=operator_id, actor=actor, now=now)
    return enter_member(
        session,
        profile,
        new,
        operator_id=operator_id,
        status="applied",
        action="member.applied",
        actor=actor,
        now=now,
    )


def approve(session: Session, member_id: int, *, actor: str, now: datetime) -> Member:
    """Who has applied is a member. Raises `NotFound`, `AlreadyApproved`, `NotApplied`."""
    member = _applied(session, member_id)
    member.status = "active"
    _decided(session, member, "member.approved", "application-approved", actor, now, {})
    return member


def refuse(
    session: Session,
    member_id: int,
    reason: str,
    reasons: Mapping[str, Bilingual],
    *,
    actor: str,
    now: datetime,
) -> Member:
    """Who has applied becomes no member, for one of the operator's reasons, which is kept and told. Raises `NotFound`,
    `RefusalReasonUnknown`, `AlreadyApproved`, `NotApplied`."""
    member = _applied(session, member_id)
    if reason not in reasons:
        raise RefusalReasonUnknown(reason=reason, allowed=", ".join(reasons))
    member.status = "refused"
    words = reasons[reason].spoken(member.person.language)
    _decided(
        session, member, "member.refused", "application-refused", actor, now, {"reason": reason}, reason=words
    )
    return member


def _applied(session: Session, member_id: int) -> Member:
    member = session.scalar(select(Member).where(Member.id == member_id).with_for_update(of=Member))
    if member is None:
        raise NotFound
    if member.status in {"refused", "ended", "struck"}:
        raise NotApplied
    if member.status != "applied":
        raise AlreadyApproved
    return member


def _decided(
    session: Session,
    member: Member,
    action: str,
    kind: str,
    actor: str,
    now: datetime,
    details: dict[str, Any],
    **facts: Any,
) -> None:
    subject = f"member:{member.id}"
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=subject,
        details=details,
    )
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=subject,
        address=member.person.email,
        kind=kind,
        language=cast("Language", member.person.language),
        member=member.name,
        **facts,
    )
