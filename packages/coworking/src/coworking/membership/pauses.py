"""Pauses of a contract: months without use and dues, and what becomes of who does not come back (SAK-30)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import cast

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language
from coworking.kit.events import tell
from coworking.kit.notices import notify
from coworking.membership.contract_errors import (
    DeadlinePassed,
    LeavingAlready,
    NotPaused,
    PausedAlready,
    PauseLength,
    PauseNotOffered,
)
from coworking.membership.contract_models import Pause
from coworking.membership.deadlines import day_before, earliest_start, month_end, month_start, passed
from coworking.membership.errors import MembershipNotActive
from coworking.membership.events import MemberReturned, PauseBegun
from coworking.membership.leaving import WITHDRAWAL, end_membership, require_running
from coworking.membership.models import Member
from coworking.membership.profile import Pause as PauseRule
from coworking.membership.rules import MemberRules
from coworking.membership.terms import held, standing, terms_of


def ask_for_pause(
    session: Session, rules: MemberRules, member_id: int, months: int, *, actor: str, now: datetime
) -> Pause:
    """A pause from the next 1st that the deadline allows. Raises `NotFound`, `ApprovalPending`,
    `MembershipNotActive`, `PauseNotOffered`, `LeavingAlready`, `PausedAlready`, `PauseLength`."""
    member = held(session, member_id)
    require_running(member)
    rule = _rule(rules, member)
    if member.ends_on is not None:
        raise LeavingAlready(ends_on=member.ends_on.isoformat())
    starts_on = max(
        earliest_start(rule.deadline, rules.calendar.local(now)), _first_full_month(member.starts_on)
    )
    if standing(terms_of(session, Pause, member_id), day_before(starts_on)):
        raise PausedAlready
    if not rule.least_months <= months <= rule.most_months:
        raise PauseLength(least=rule.least_months, most=rule.most_months)
    pause = Pause(
        operator_id=member.operator_id,
        member_id=member_id,
        starts_on=starts_on,
        ends_on=month_end(starts_on, months - 1),
        asked_at=now,
    )
    session.add(pause)
    session.flush()
    _record(session, member, "pause.agreed", pause, actor, now)
    tell(session, PauseBegun(member_id, pause.starts_on, pause.ends_on, now))
    return pause


def come_back(
    session: Session, rules: MemberRules, member_id: int, on: date | None, *, actor: str, now: datetime
) -> date:
    """The member is back from a day, which may lie within a month; None is the first possible 1st. A pause that has not
    begun by then falls away. Raises `NotFound`, `ApprovalPending`, `MembershipNotActive`, `NotPaused`,
    `DeadlinePassed`, `PauseLength`."""
    member = held(session, member_id)
    require_running(member)
    today = rules.calendar.local_date(now)
    pauses = standing(terms_of(session, Pause, member_id), today)
    if not pauses:
        raise NotPaused
    pause, rule = pauses[0], _rule(rules, member)
    earliest = earliest_start(rule.deadline, rules.calendar.local(now))
    returns_on = on if on is not None else earliest
    if returns_on < earliest:
        raise DeadlinePassed(earliest=earliest.isoformat())
    if returns_on > max(earliest, day_after_longest(rule, pause)):
        raise PauseLength(least=rule.least_months, most=rule.most_months)
    if member.ends_on is not None and returns_on > member.ends_on:
        raise MembershipNotActive
    if returns_on <= pause.starts_on:
        session.delete(pause)
    else:
        pause.ends_on = day_before(returns_on)
        pause.return_told_at = now
    _record(session, member, "pause.return-agreed", pause, actor, now)
    session.flush()
    tell(session, MemberReturned(member_id, returns_on, now))
    return returns_on


def day_after_longest(rule: PauseRule, pause: Pause) -> date:
    """The first day on which the pause has lasted more than its longest months."""
    return month_start(pause.starts_on, rule.most_months)


def follow_up(session: Session, rules: MemberRules, member: Member, now: datetime) -> None:
    """Bring a member's pause up to date, once a day: who has not told of a return by the deadline of the last month is
    asked, and stays suspended by the month meanwhile; who is suspended for more than the longest time and has not
    answered in the operator's days has withdrawn."""
    rule = rules.profile.contracts.pause
    today = rules.calendar.local_date(now)
    pause = next(iter(standing(terms_of(session, Pause, member.id), day_before(today))), None)
    if rule is None or pause is None or pause.return_told_at is not None or member.ends_on is not None:
        return
    last_month = month_start(pause.ends_on)
    overdue = today > pause.ends_on or (
        month_start(today) == last_month and passed(rule.deadline, rules.calendar.local(now))
    )
    if overdue:
        if pause.asked_back_at is None:
            pause.asked_back_at = now
            _ask_back(session, member, rule, now)
        pause.ends_on = month_end(max(pause.ends_on, today), 1 if today <= pause.ends_on else 0)
        session.flush()
    if pause.asked_back_at is None or today < day_after_longest(rule, pause):
        return
    asked_on = rules.calendar.local_date(pause.asked_back_at)
    if today >= asked_on + timedelta(days=rule.answer_days):
        end_membership(session, rules, member.id, day_before(today), WITHDRAWAL, actor="task", now=now)


def _rule(rules: MemberRules, member: Member) -> PauseRule:
    plan, rule = rules.profile.plans.get(member.plan), rules.profile.contracts.pause
    if plan is None or not plan.can_pause or rule is None:
        raise PauseNotOffered
    return rule


def _first_full_month(starts_on: date) -> date:
    return starts_on if starts_on.day == 1 else month_start(starts_on, 1)


def _ask_back(session: Session, member: Member, rule: PauseRule, now: datetime) -> None:
    notify(
        session,
        operator_id=member.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.person.email,
        kind="return-inquiry",
        language=cast("Language", member.person.language),
        member=member.name,
        answer_days=rule.answer_days,
        most_months=rule.most_months,
    )


def _record(session: Session, member: Member, action: str, pause: Pause, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"member:{member.id}",
        details={"starts_on": pause.starts_on.isoformat(), "ends_on": pause.ends_on.isoformat()},
    )
