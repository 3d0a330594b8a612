"""What staff do about a member: limit the use, lift that, strike the registration (SAK-39, NET-17)."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify
from coworking.membership.leaving import OVER, limit_membership, strike_membership
from coworking.membership.leaving import lift_limit as lift
from coworking.membership.members import get_member, hold_member
from coworking.membership.rules import MemberRules


def limit(
    session: Session, rules: MemberRules, member_id: int, reason: str, *, actor: str, now: datetime
) -> None:
    """`reason` is one of the profile's, or staff's own words; it is kept and told, once. Raises what `limit_membership`
    raises."""
    was_limited = hold_member(session, member_id).status == "limited"
    limit_membership(session, member_id, reason, actor=actor, now=now)
    if not was_limited:
        _write(session, rules, member_id, "membership-limited", reason, now)


def lift_limit(session: Session, rules: MemberRules, member_id: int, *, actor: str, now: datetime) -> None:
    """Raises what `leaving.lift_limit` raises."""
    was_limited = hold_member(session, member_id).status == "limited"
    lift(session, member_id, rules.calendar.local_date(now), actor=actor, now=now)
    if was_limited:
        _write(session, rules, member_id, "membership-limit-lifted", None, now)


def strike(
    session: Session, rules: MemberRules, member_id: int, reason: str, *, actor: str, now: datetime
) -> None:
    """`reason` as in `limit`; who is no member any more is told nothing. Raises what `strike_membership` raises."""
    was_over = hold_member(session, member_id).status in OVER
    strike_membership(session, rules, member_id, reason, actor=actor, now=now)
    if not was_over:
        _write(session, rules, member_id, "membership-struck", reason, now)


def _write(
    session: Session, rules: MemberRules, member_id: int, kind: str, reason: str | None, now: datetime
) -> None:
    member = get_member(session, member_id)
    known = rules.profile.limit_reasons.get(reason or "")
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=f"member:{member_id}",
        address=member.person.email,
        kind=kind,
        language=cast("Language", member.person.language),
        member=member.name,
        reason=known.spoken(member.person.language) if known else reason,
    )
