"""Going out: always free. The visit ends, what it cost is charged, and what is odd about it is on record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import NewUse, record_use
from coworking.doors.door_log import Attempt, write_event
from coworking.doors.entering import hold_with_sharers, open_visit_of
from coworking.doors.events import VisitEnded
from coworking.doors.models import Arrival, DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules, ReservedTimes, RulesOfDoors
from coworking.doors.stays import Stay, charged_times
from coworking.kit.audit import record
from coworking.kit.errors import UserError
from coworking.kit.events import tell
from coworking.kit.outbox import TaskContext, task
from coworking.membership import TimeSpan, closes_at, facts

NO_ENTRY = "no-entry"
FORGOTTEN = "forgotten-exit"
LONGEST_VISIT = timedelta(hours=24)
ACTOR = "doors"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Departure:
    """What came of an exit; without an entry on record there is no visit."""

    event: DoorEvent
    visit: DoorVisit | None


def check_out(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    attempt: Attempt,
    *,
    now: datetime,
    reason: str | None = None,
) -> Departure:
    """Never refused, whatever was shown: `reason` says what was odd about it. An exit without an entry, or of nobody
    known, is on record. Raises `NotFound`."""
    visit = None
    if attempt.member_id is not None:
        hold_with_sharers(session, rules, attempt.member_id)
        visit = open_visit_of(session, attempt.member_id)
    if visit is not None and attempt.at - visit.entered_at >= LONGEST_VISIT:
        close_forgotten(session, rules, reserved, visit, now)
        visit = None
    if visit is None:
        event = write_event(session, attempt, "check-out", allowed=True, reason=reason or NO_ENTRY, now=now)
        return Departure(event, None)
    end_visit(session, rules, reserved, visit, "exit", max(attempt.at, visit.entered_at), attempt.actor, now)
    event = write_event(
        session, attempt, "check-out", allowed=True, reason=reason, now=now, visit_id=visit.id
    )
    return Departure(event, visit)


def end_visit(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    visit: DoorVisit,
    ended_by: Literal["exit", "closing"],
    left_at: datetime,
    actor: str,
    now: datetime,
) -> None:
    """The visit was over at `left_at`; what it cost is charged. A charge that cannot be made keeps nobody in: it is on
    record for staff."""
    visit.left_at, visit.ended_by = left_at, ended_by
    try:
        with session.begin_nested():
            visit.charged = _charge(session, rules, reserved, visit, actor, now)
    except UserError as error:
        log.warning("a visit could not be charged", visit_id=visit.id, code=error.code)
        record(
            session,
            operator_id=visit.operator_id,
            at=now,
            actor=actor,
            action="visit.not-charged",
            subject=f"member:{visit.member_id}",
            details={"visit": visit.id, "code": error.code},
        )
    session.flush()
    tell(
        session,
        VisitEnded(visit.id, visit.member_id, visit.office_id, visit.entered_at, left_at, now),
    )


def close_forgotten(
    session: Session, rules: DoorRules, reserved: ReservedTimes, visit: DoorVisit, now: datetime
) -> None:
    """Nobody checked out: the visit counts until closing time of its day."""
    closing = closes_at(rules.membership, rules.calendar, visit.entered_at) or visit.entered_at
    left_at = min(max(closing, visit.entered_at), now)
    end_visit(session, rules, reserved, visit, "closing", left_at, ACTOR, now)
    attempt = Attempt(visit.member_id, visit.office_id, Means.RECEPTION, ACTOR, left_at)
    write_event(session, attempt, "check-out", allowed=True, reason=FORGOTTEN, now=now, visit_id=visit.id)


@task("doors.close-visits")
def close_visits(context: TaskContext, *, day: str) -> None:
    """The daily step, in the night: exits of earlier days that were forgotten."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfDoors).of(context.operator_id)
    if rules is None:
        return
    for visit_id in context.session.scalars(
        select(DoorVisit.id).where(DoorVisit.left_at.is_(None)).order_by(DoorVisit.id)
    ):
        close_visit.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key=f"close-visit:{visit_id}",
            visit_id=visit_id,
            day=day,
        )


@task("doors.close-visit")
def close_visit(context: TaskContext, *, visit_id: int, day: str) -> None:
    """Unless it was ended, or begun on this local day."""
    assert context.operator_id is not None
    session, rules = context.session, context.resource(RulesOfDoors)[context.operator_id]
    found = session.get(DoorVisit, visit_id)
    if found is None:
        return
    hold_with_sharers(session, rules, found.member_id)
    session.refresh(found)
    if found.left_at is None and rules.calendar.local_date(found.entered_at).isoformat() < day:
        close_forgotten(session, rules, context.resource(ReservedTimes), found, context.clock.now())


def _charge(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    visit: DoorVisit,
    actor: str,
    now: datetime,
) -> Decimal:
    """Charge the visit; returns what it came to."""
    assert visit.left_at is not None
    member = facts(session, visit.member_id)
    beyond = session.execute(
        select(Arrival.arrived_at, Arrival.beyond)
        .where(Arrival.visit_id == visit.id, Arrival.beyond > 0)
        .order_by(Arrival.id)
    )
    stay = Stay(
        visit.entered_at,
        visit.left_at,
        visit.paid_until,
        tuple((arrived_at, people) for arrived_at, people in beyond),
    )
    wanted = TimeSpan(visit.entered_at, visit.left_at)
    times = reserved.of(session, member.id, visit.office_id, wanted) if wanted.duration else ()
    amount = Decimal(0)
    for time in charged_times(rules, member.plan, stay, times):
        new = NewUse(time.purpose, time.starts_at, time.starts_at + time.duration, guests=time.guests)
        amount += record_use(session, rules.billing, member.id, new, actor=actor, now=now).amount
    return amount
