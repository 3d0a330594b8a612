"""Coming in: facts are gathered, a decision is made, and both outcomes are put on record in the same transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from coworking.billing import card_of
from coworking.doors.decisions import Act, EntryFacts, refusal_of
from coworking.doors.door_log import Attempt, write_event
from coworking.doors.errors import EntryRefused
from coworking.doors.events import VisitBegun
from coworking.doors.locks.commands import queue_unlock
from coworking.doors.models import Arrival, DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules, ReservedTime, ReservedTimes
from coworking.doors.stays import beyond_head_count
from coworking.kit.db import table_of
from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.membership import (
    MemberFacts,
    TimeSpan,
    closure_of,
    hold_member,
    hold_sharing_members,
    is_staffed,
    opening_at,
    plan_of,
    sharing_members,
    within_plan_hours,
)

OPEN_VISIT = select(DoorVisit).where(
    DoorVisit.member_id == bindparam("member_id"), DoorVisit.left_at.is_(None)
)
"""Built once: every entry asks it."""
ARRIVE = insert(table_of(Arrival))
"""Past the ORM's bookkeeping, which takes longer than the row does: somebody stands at the door."""
INSTANT = timedelta(microseconds=1)
MOST_PEOPLE = 100
"""Who come in together."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: its record, why it was refused if it was, the visit that it belongs to."""

    event: DoorEvent
    refusal: EntryRefused | None
    visit: DoorVisit | None


def check_in(
    session: Session, rules: DoorRules, reserved: ReservedTimes, attempt: Attempt, *, now: datetime
) -> Outcome:
    """Begin a visit, if the member may come in (SAK-31, NET-05). Another person of a plan for several joins the visit
    that is there (SAK-27). Refusals are on record. Raises `NotFound`."""
    member = _held(session, rules, attempt)
    visit, times, known = _facts(session, rules, reserved, member, attempt, "check-in")
    refusal = refusal_of(known)
    if refusal is not None:
        return _refused(session, attempt, "check-in", refusal, now)
    visit = come_in(session, rules, member, visit, attempt, times)
    event = write_event(session, attempt, "check-in", allowed=True, reason=None, now=now, visit_id=visit.id)
    return Outcome(event, None, visit)


def unlock(
    session: Session, rules: DoorRules, reserved: ReservedTimes, attempt: Attempt, *, now: datetime
) -> Outcome:
    """Open a door for a member, if they may come in. Where checking in is not asked for, it is their check-in. Refusals
    are on record. Raises `NotFound` for a door that is not there."""
    assert attempt.door is not None
    member = _held(session, rules, attempt)
    visit, times, known = _facts(session, rules, reserved, member, attempt, "unlock")
    refusal = refusal_of(known)
    if refusal is not None:
        return _refused(session, attempt, "unlock", refusal, now)
    if visit is None:
        visit = begin_visit(session, rules, member, attempt, times, is_checked_in=True)
    event = write_event(session, attempt, "unlock", allowed=True, reason=None, now=now, visit_id=visit.id)
    queue_unlock(session, event.operator_id, attempt.door, event.id, now)
    return Outcome(event, None, visit)


def refuse_unknown(
    session: Session, attempt: Attempt, act: Act, refusal: EntryRefused, *, now: datetime
) -> Outcome:
    """A credential that is not good is refused, and that it was shown is on record."""
    return _refused(session, attempt, act, refusal, now)


def come_in(
    session: Session,
    rules: DoorRules,
    member: MemberFacts,
    visit: DoorVisit | None,
    attempt: Attempt,
    times: tuple[ReservedTime, ...],
) -> DoorVisit:
    """The member, held, has checked in: their visit begins; whom reception has entered is in; another person of a plan
    for several joins the visit that lasts."""
    if visit is None:
        return begin_visit(session, rules, member, attempt, times, is_checked_in=True)
    if not visit.is_checked_in:
        visit.is_checked_in = True
    elif rules.membership.plans[member.plan].most_people > 1:
        _arrive(session, rules, member, visit, attempt)
    return visit


def begin_visit(
    session: Session,
    rules: DoorRules,
    member: MemberFacts,
    attempt: Attempt,
    times: tuple[ReservedTime, ...] = (),
    *,
    is_checked_in: bool,
) -> DoorVisit:
    """The member of the attempt, held, is in. `times` are their reserved times of now."""
    visit = DoorVisit(
        operator_id=member.operator_id,
        member_id=member.id,
        office_id=attempt.office_id,
        entered_at=attempt.at,
        is_checked_in=is_checked_in,
    )
    session.add(visit)
    session.flush()
    _arrive(session, rules, member, visit, attempt)
    reservation_id = times[0].reservation_id if times else None
    tell(session, VisitBegun(visit.id, visit.member_id, visit.office_id, reservation_id, attempt.at))
    return visit


def times_of_instant(
    session: Session, reserved: ReservedTimes, member_id: int, attempt: Attempt
) -> tuple[ReservedTime, ...]:
    """What the member has reserved at the place for the instant of the attempt."""
    instant = TimeSpan(attempt.at, attempt.at + INSTANT)
    found = reserved.of(session, member_id, attempt.office_id, instant)
    return tuple(time for time in found if time.holds(attempt.at))


def open_visit_of(session: Session, member_id: int) -> DoorVisit | None:
    return session.scalar(OPEN_VISIT, {"member_id": member_id})


def require_known(session: Session, member_id: int) -> None:
    """Without holding the member. Raises `NotFound`."""
    plan_of(session, member_id)


def hold_with_sharers(session: Session, rules: DoorRules, member_id: int) -> MemberFacts:
    """The member, held; before it the membership that is shared, where the plan is for several people, as charging
    holds them. Raises `NotFound`."""
    if rules.membership.plans[plan_of(session, member_id)].most_people > 1:
        hold_sharing_members(session, member_id)
    return hold_member(session, member_id)


def _arrive(
    session: Session, rules: DoorRules, member: MemberFacts, visit: DoorVisit, attempt: Attempt
) -> None:
    most = rules.membership.plans[member.plan].most_people
    inside = _people_inside(session, visit.member_id) if most > 1 else 0
    arrival = {
        "operator_id": visit.operator_id,
        "visit_id": visit.id,
        "people": attempt.people,
        "beyond": beyond_head_count(inside, attempt.people, most),
        "arrived_at": attempt.at,
    }
    session.execute(ARRIVE, arrival)


def _people_inside(session: Session, member_id: int) -> int:
    """Of everybody who shares the membership, guests among them."""
    inside = session.scalar(
        select(func.sum(Arrival.people))
        .join(DoorVisit, DoorVisit.id == Arrival.visit_id)
        .where(DoorVisit.member_id.in_(sharing_members(session, member_id)), DoorVisit.left_at.is_(None))
    )
    return int(inside or 0)


def _held(session: Session, rules: DoorRules, attempt: Attempt) -> MemberFacts:
    assert attempt.member_id is not None
    return hold_with_sharers(session, rules, attempt.member_id)


def _refused(session: Session, attempt: Attempt, act: Act, refusal: EntryRefused, now: datetime) -> Outcome:
    event = write_event(session, attempt, act, allowed=False, reason=refusal.code, now=now)
    return Outcome(event, refusal, None)


def _facts(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    member: MemberFacts,
    attempt: Attempt,
    act: Act,
) -> tuple[DoorVisit | None, tuple[ReservedTime, ...], EntryFacts]:
    """The open visit of a member, held, their reserved times of the instant, and all that the decision hangs on."""
    at, today = attempt.at, rules.calendar.local_date(attempt.at)
    plan = rules.membership.plans[member.plan]
    pays_by_use = rules.pays_by_use(member.plan)
    opening = opening_at(rules.membership, rules.calendar, at)
    times = times_of_instant(session, reserved, member.id, attempt)
    visit = open_visit_of(session, member.id)
    in_plan_hours = within_plan_hours(plan, rules.calendar, at) if plan.hours else not pays_by_use
    unattended = not is_staffed(rules.membership, rules.calendar, at)
    may_join = visit is not None and plan.most_people > 1 and act == "check-in"
    known = EntryFacts(
        act=act,
        means=attempt.means,
        means_offered=_offered(rules, attempt),
        status=member.status,
        in_term=member.starts_on <= today and (member.ends_on is None or today <= member.ends_on),
        is_closed_for_emergency=closure_of(session, attempt.office_id) is not None,
        is_open=opening is not None,
        is_staffed=not unattended,
        in_plan_hours=in_plan_hours,
        pays_by_use=pays_by_use,
        must_reserve=rules.must_reserve(plan, at),
        has_reservation=bool(times),
        is_reservation_paid=any(time.is_paid for time in times),
        has_payment_card=not (pays_by_use and unattended) or card_of(session, member.id) is not None,
        has_paid_time=visit is not None and visit.paid_until is not None and at < visit.paid_until,
        is_inside=visit is not None and (act == "unlock" or visit.is_checked_in) and not may_join,
        must_check_in=rules.profile.must_check_in,
        card_needs_plan_hours_unstaffed=rules.profile.card_needs_plan_hours_unstaffed,
    )
    return visit, times, known


def _offered(rules: DoorRules, attempt: Attempt) -> tuple[Means, ...]:
    """Staff may enter anybody at the entrance."""
    if attempt.door is None:
        return (*rules.profile.checked_in_by, Means.RECEPTION)
    door = rules.profile.doors.get(attempt.door)
    if door is None:
        raise NotFound
    return door.opened_by
