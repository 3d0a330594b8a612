"""What door computers tell: each event is stored once, and put on record in the order in which it happened.

Events come twice, late and out of order. They are stored as they come; what one of them means for visits is done when
every earlier one of the same computer is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.doors.agent.models import AgentEvent, DoorAgent
from coworking.doors.decisions import Act
from coworking.doors.door_log import Attempt, write_event
from coworking.doors.entering import begin_visit, come_in, open_visit_of, times_of_instant
from coworking.doors.leaving import check_out
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules, ReservedTimes
from coworking.kit.audit import record
from coworking.membership import hold_member, hold_sharing_members, member_names, offices_of

MOST_CLOCK_OFF: Final = timedelta(seconds=60)
"""By more than this a computer's clock is wrong, and that is on record."""
MOST_SECONDS: Final = 2**31 - 1
"""By which one may be wrong; the rest of what it says of itself is none."""


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """As the computer wrote it down; `at` by its clock."""

    sequence: int
    door: str
    kind: str
    means: str
    member_id: int | None
    is_allowed: bool
    reason: str
    list_version: int
    at: datetime


def last_sequence_of(session: Session, agent: DoorAgent) -> int:
    """The highest that was ever heard; 0 before the first. What is on record may be forgotten since."""
    heard = session.scalar(select(func.max(AgentEvent.sequence)).where(AgentEvent.agent_id == agent.id)) or 0
    return max(heard, agent.recorded_sequence)


def receive(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    agent: DoorAgent,
    events: Sequence[ToldEvent],
    *,
    sent_at: datetime,
    corrected_seconds: int,
    now: datetime,
) -> int:
    """Store what is new of these and put on record what follows on; returns how many were new. The agent's row must be
    held. `sent_at` and the times of events are by the computer's clock less `corrected_seconds`."""
    off = sent_at - now
    clock_off_seconds = round(off.total_seconds()) + corrected_seconds
    _note_clock(session, agent, min(max(clock_off_seconds, -MOST_SECONDS), MOST_SECONDS), now)
    known = set(member_names(session, sorted({one.member_id for one in events if one.member_id is not None})))
    new = 0
    for one in events:
        row = {
            "operator_id": agent.operator_id,
            "agent_id": agent.id,
            "sequence": one.sequence,
            "door": one.door,
            "kind": one.kind,
            "means": one.means,
            "member_id": one.member_id if one.member_id in known else None,
            "is_allowed": one.is_allowed,
            "reason": one.reason,
            "list_version": one.list_version,
            "at": one.at,
            "received_at": now,
            "clock_off_seconds": round(off.total_seconds()),
        }
        statement = insert(AgentEvent).values(row)
        added = session.scalar(
            statement.on_conflict_do_nothing(index_elements=["agent_id", "sequence"]).returning(AgentEvent.id)
        )
        new += added is not None
    _put_on_record(session, rules, reserved, agent, now)
    return new


def _note_clock(session: Session, agent: DoorAgent, off_seconds: int, now: datetime) -> None:
    was_wrong = abs(agent.clock_off_seconds or 0) > MOST_CLOCK_OFF.total_seconds()
    agent.seen_at, agent.clock_off_seconds = now, off_seconds
    if abs(off_seconds) > MOST_CLOCK_OFF.total_seconds() and not was_wrong:
        record(
            session,
            operator_id=agent.operator_id,
            at=now,
            actor=f"door-agent:{agent.id}",
            action="door-agent.clock-wrong",
            subject=f"door-agent:{agent.id}",
            details={"ahead_seconds": agent.clock_off_seconds},
        )


def _put_on_record(
    session: Session, rules: DoorRules, reserved: ReservedTimes, agent: DoorAgent, now: datetime
) -> None:
    """Events in their order, up to the first that is missing."""
    waiting = session.scalars(
        select(AgentEvent)
        .where(AgentEvent.agent_id == agent.id, AgentEvent.sequence > agent.recorded_sequence)
        .order_by(AgentEvent.sequence)
    )
    offices = offices_of(session)
    for event in waiting:
        if event.sequence != agent.recorded_sequence + 1:
            return
        agent.recorded_sequence = event.sequence
        door = rules.profile.doors.get(event.door)
        if door is None:
            continue  # of a door that the profile no longer has: what was told is kept with the computer's events
        _record(session, rules, reserved, agent, event, offices[door.site], now)


def _record(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    agent: DoorAgent,
    event: AgentEvent,
    office_id: int,
    now: datetime,
) -> None:
    at = min(event.at - timedelta(seconds=event.clock_off_seconds), now)
    attempt = Attempt(
        member_id=event.member_id,
        office_id=office_id,
        means=Means(event.means),
        actor=f"door-agent:{agent.id}",
        at=at,
        door=event.door,
    )
    if event.kind == "exit":
        check_out(session, rules, reserved, attempt, now=now, reason=event.reason or None)
        return
    act: Act = "check-in" if event.kind == "check-in" else "unlock"
    if not event.is_allowed or event.member_id is None:
        write_event(session, attempt, act, allowed=False, reason=event.reason or "card-unknown", now=now)
        return
    hold_sharing_members(session, event.member_id)
    member = hold_member(session, event.member_id)
    visit = open_visit_of(session, event.member_id)
    times = times_of_instant(session, reserved, member.id, attempt)
    if act == "check-in":
        visit = come_in(session, rules, member, visit, attempt, times)
    elif visit is None:
        is_in = not rules.profile.must_check_in
        visit = begin_visit(session, rules, member, attempt, times, is_checked_in=is_in)
    write_event(session, attempt, act, allowed=True, reason=None, now=now, visit_id=visit.id)
