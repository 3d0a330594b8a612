"""The end of memberships: asked for, forced, and what ends with them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.events import tell
from coworking.membership.addresses import hold_address
from coworking.membership.application_models import LinkedCard
from coworking.membership.company_models import Belonging
from coworking.membership.contract_errors import (
    ApprovalPending,
    DeadlinePassed,
    LaterMonthNotOffered,
    LeavingAlready,
)
from coworking.membership.contract_models import Pause
from coworking.membership.deadlines import earliest_end, month_end
from coworking.membership.errors import MembershipNotActive
from coworking.membership.events import MemberEnded, MemberLeaving
from coworking.membership.models import Member
from coworking.membership.profile import LeavingAtOnce
from coworking.membership.rules import MemberRules
from coworking.membership.terms import cut_all_off, held

WITHDRAWAL = "withdrawal"
COMPANY_ENDED = "company-ended"
LEFT_COMPANY = "left-company"
OVER = ("ended", "refused", "struck")


def leave(
    session: Session,
    rules: MemberRules,
    member_id: int,
    *,
    on_month: date | None,
    actor: str,
    now: datetime,
) -> date:
    """End a contract as the operator's rule has it; returns the last day. `on_month` is any day of the month that the
    member names, whose end is meant. Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`, `LeavingAlready`,
    `DeadlinePassed`, `LaterMonthNotOffered`."""
    member = held(session, member_id)
    require_running(member)
    if member.ends_on is not None:
        raise LeavingAlready(ends_on=member.ends_on.isoformat())
    today = rules.calendar.local_date(now)
    if _at_once(session, rules, member):
        end_membership(session, rules, member_id, today, WITHDRAWAL, actor=actor, now=now)
        return today
    ends_on = _last_day(rules, member, on_month, now)
    member.ends_on = ends_on
    member.status = "leaving" if member.status == "active" else member.status
    cut_all_off(session, member_id, ends_on)
    _record(session, member, "member.leaving", actor, now, {"ends_on": ends_on.isoformat()})
    tell(session, MemberLeaving(member_id, ends_on, now))
    return ends_on


def end_membership(
    session: Session,
    rules: MemberRules,
    member_id: int,
    on: date,
    reason: str,
    *,
    actor: str,
    now: datetime,
    status: Literal["ended", "struck"] = "ended",
) -> None:
    """The membership is over, with everything that hangs on it: plans, options, pauses, people who belong to it. `on`
    is its last day, not ahead of today. Ending what has ended changes nothing. Raises `NotFound`."""
    if on > rules.calendar.local_date(now):
        raise ValueError("a membership that ends later is ended by `leave`")
    member = held(session, member_id)
    if member.status in OVER:
        return
    member.status = status
    member.ends_on = on
    hold_address(session, rules.profile, member, actor=actor, now=now)
    cut_all_off(session, member_id, on)
    for card in session.scalars(_cards(member_id)):
        card.unlinked_at = now
    people = session.scalars(_belongings(Belonging.company_id == member_id)).all()
    for own in session.scalars(_belongings(Belonging.member_id == member_id)):
        own.ends_on = max(on, own.starts_on)
    _record(session, member, f"member.{status}", actor, now, {"ends_on": on.isoformat(), "reason": reason})
    session.flush()
    tell(session, MemberEnded(member_id, on, reason, now))
    for person in people:
        end_membership(session, rules, person.member_id, on, COMPANY_ENDED, actor=actor, now=now)


def limit_membership(session: Session, member_id: int, reason: str, *, actor: str, now: datetime) -> None:
    """Nothing can be used until `lift_limit`; the contract and its fees go on. Limiting again changes nothing. Raises
    `NotFound`, `ApprovalPending`, `MembershipNotActive`."""
    member = held(session, member_id)
    require_running(member)
    if member.status != "limited":
        member.status = "limited"
        _record(session, member, "member.limited", actor, now, {"reason": reason})
        session.flush()


def lift_limit(session: Session, member_id: int, today: date, *, actor: str, now: datetime) -> None:
    """Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`."""
    member = held(session, member_id)
    require_running(member)
    if member.status == "limited":
        member.status = present_status(session, member, today)
        _record(session, member, "member.limit-lifted", actor, now, {})
        session.flush()


def strike_membership(
    session: Session, rules: MemberRules, member_id: int, reason: str, *, actor: str, now: datetime
) -> None:
    """The registration is struck: over from today on. Raises `NotFound`."""
    today = rules.calendar.local_date(now)
    end_membership(session, rules, member_id, today, reason, actor=actor, now=now, status="struck")


def require_running(member: Member) -> None:
    """Raises `ApprovalPending`, `MembershipNotActive`."""
    if member.status == "applied":
        raise ApprovalPending
    if member.status in OVER:
        raise MembershipNotActive


def present_status(session: Session, member: Member, today: date) -> str:
    """What the days on record make of a membership that runs and is not limited."""
    pauses = select(Pause.id).where(
        Pause.member_id == member.id, Pause.starts_on <= today, Pause.ends_on >= today
    )
    if session.scalar(pauses.limit(1)) is not None:
        return "suspended"
    return "active" if member.ends_on is None else "leaving"


def _at_once(session: Session, rules: MemberRules, member: Member) -> bool:
    """People who belong to a company pay nothing, and accounts without a contract owe nothing: both go at once."""
    if isinstance(rules.profile.contracts.leaving, LeavingAtOnce):
        return True
    plan = rules.profile.plans.get(member.plan)
    if plan is None or not plan.has_contract:
        return True
    return session.scalar(_belongings(Belonging.member_id == member.id)) is not None


def _last_day(rules: MemberRules, member: Member, on_month: date | None, now: datetime) -> date:
    leaving = rules.profile.contracts.leaving
    earliest = max(earliest_end(leaving, rules.calendar.local(now)), month_end(member.starts_on))
    wished = earliest if on_month is None else month_end(on_month)
    if wished < earliest:
        raise DeadlinePassed(earliest=earliest.isoformat())
    later = wished > earliest
    if later and (isinstance(leaving, LeavingAtOnce) or not leaving.may_name_later_month):
        raise LaterMonthNotOffered(ends_on=earliest.isoformat())
    return wished


def _belongings(condition: ColumnElement[bool]) -> Select[Belonging]:
    return select(Belonging).where(condition, Belonging.ends_on.is_(None))


def _cards(member_id: int) -> Select[LinkedCard]:
    return select(LinkedCard).where(LinkedCard.member_id == member_id, LinkedCard.unlinked_at.is_(None))


def _record(
    session: Session, member: Member, action: str, actor: str, now: datetime, details: dict[str, str]
) -> None:
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{member.id}",
        details=details,
    )
