"""Calls and legs whose end was never told: the carrier is asked, and what it says is stored as if it had told it (R20).

While any call is open, one task looks every `PERIOD` for those that have been open longer than they can last, and asks
for each in a task of its own. What the carrier's record says becomes an event like all others, so that the call is told
anew, closed and billed by it. A call that is still live over its longest is ended. A carrier that cannot be asked is
asked again the next time round; a call that it does not know is closed as failed and entered for staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from telephony.carrier import (
    CallRecord,
    CallStatus,
    Carrier,
    CarrierError,
    CarrierRefused,
    Carriers,
    Reason,
)
from telephony.forwarding.event_store import PROVIDER
from telephony.forwarding.models import Call, CarrierEvent
from telephony.forwarding.profile import Limits
from telephony.forwarding.rules import RulesOfCalls
from telephony.forwarding.told_calls import CallsTold
from telephony.forwarding.traces import FINAL, LEG_PREFIX
from telephony.metering import Leg

PERIOD = timedelta(minutes=10)
LONGEST_WITHOUT_ANSWER = timedelta(minutes=10)
"""Every phone of a line in turn, and an announcement or a message."""
MARGIN = timedelta(minutes=5)
"""Over a call's longest, for what the carrier tells late."""
END_COMES_WITHIN = timedelta(minutes=2)
"""Of a leg, after the end of its call."""
MOST_LOOKED_AT = 5_000
MOST_ASKED = 200
"""Calls that are asked for in one round; the longest open first."""
MOST_EVENTS_READ = 2_000
MOST_LISTED = 200
ASKED_SEQUENCE = 1_000_000_000
"""After every number that the carrier can give: what it says when asked is its last word."""
LOST_SEQUENCE = -1
"""Before every number that the carrier can give: should it know the call after all, that counts."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ParkedCall:
    """A call that could not be told from its events and waits for staff."""

    call_sid: str
    events: int
    since: datetime
    parked_at: datetime


def watch_told(session: Session, told: CallsTold) -> None:
    """Watch from now on if any of these calls is open; told in the session that wrote them down."""
    if any(call.status != "ended" for call in told.calls) or _has_open_leg(
        session, [call.call_sid for call in told.calls]
    ):
        _watch(session, session.info["operator_id"], told.at)


def parked_calls(session: Session, limit: int = MOST_LISTED) -> list[ParkedCall]:
    """Calls that were parked, the longest parked first, at most `MOST_LISTED`."""
    statement = (
        select(
            CarrierEvent.call_sid,
            func.count(),
            func.min(CarrierEvent.received_at),
            func.min(CarrierEvent.parked_at),
        )
        .where(*_PARKED)
        .group_by(CarrierEvent.call_sid)
        .order_by(func.min(CarrierEvent.parked_at), CarrierEvent.call_sid)
        .limit(min(limit, MOST_LISTED))
    )
    return [
        ParkedCall(call_sid, events, since, parked_at)
        for call_sid, events, since, parked_at in session.execute(statement)
        if parked_at is not None
    ]


@task("forwarding.watch-calls")
def watch_calls(context: TaskContext) -> None:
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    limits = context.resource(RulesOfCalls)[context.operator_id].forwarding.limits
    for call_sid in _overdue(session, limits, now):
        ask_for_call.enqueue(
            session,
            operator_id=context.operator_id,
            now=now,
            key=f"ask-for-call:{call_sid}",
            call_sid=call_sid,
        )
    if _anything_open(session):
        _watch(session, context.operator_id, now)


@task("forwarding.ask-for-call")
def ask_for_call(context: TaskContext, call_sid: str) -> None:
    assert context.operator_id is not None
    call = context.session.scalar(select(Call).where(Call.carrier_sid == call_sid))
    if call is None:
        return
    limits = context.resource(RulesOfCalls)[context.operator_id].forwarding.limits
    asking = _Asking(
        context.session,
        context.resource(Carriers)[context.operator_id],
        call,
        _events_of(context.session, call_sid),
        context.clock.now(),
    )
    try:
        asking.ask(ends_latest=_ends_latest(call, limits))
    except CarrierError as error:  # the next round asks again
        log.warning("carrier could not be asked for a call", call_sid=call_sid, failure=str(error))


def _watch(session: Session, operator_id: int, now: datetime) -> None:
    watch_calls.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        due_at=now + PERIOD,
        key=f"watch-calls:{operator_id}",
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One call, what is known of it, and the carrier to ask."""

    session: Session
    carrier: Carrier
    call: Call
    events: Sequence[CarrierEvent]
    now: datetime

    def ask(self, *, ends_latest: datetime) -> None:
        """Raises `CarrierError`, and then nothing is stored."""
        call_sid = self.call.carrier_sid
        told = self._fetch(call_sid)
        if told is None:
            self._close_as_lost()
            return
        if not told.status.ended:
            never_answered = told.status is not CallStatus.IN_PROGRESS
            if never_answered or self.now >= ends_latest:
                self._end(told)
            return
        # All is asked before anything is stored: of a call whose end is known nobody asks for legs that were not told.
        legs = {leg.call_id: leg for leg in self.carrier.legs_of_call(call_sid)}
        lost = []
        for leg_sid in self._open_legs() - legs.keys():
            leg = self._fetch(leg_sid)
            if leg is None:
                lost.append(leg_sid)
            else:
                legs[leg_sid] = leg
        for live in (leg for leg in legs.values() if not leg.status.ended):
            self._end(live)
        for ended in (told, *(leg for leg in legs.values() if leg.status.ended)):
            self._store(ended)
        for leg_sid in lost:
            self._store_lost(leg_sid)

    def _fetch(self, sid: str) -> CallRecord | None:
        """None for what the carrier does not know."""
        try:
            return self.carrier.fetch_call(sid)
        except CarrierRefused as refused:
            if refused.reason is Reason.NOT_FOUND:
                return None
            raise

    def _end(self, live: CallRecord) -> None:
        """End what lasts too long; that it has ended is told, or asked for in the next round."""
        self._enter("call.ended-over-longest", leg=live.call_id)
        self.carrier.end_call(live.call_id)

    def _close_as_lost(self) -> None:
        self._enter("call.unknown-to-carrier")
        for sid in {self.call.carrier_sid, *self._open_legs()}:
            self._store_lost(sid)

    def _enter(self, action: str, **details: str) -> None:
        record(
            self.session,
            operator_id=self.call.operator_id,
            at=self.now,
            actor="task:forwarding.ask-for-call",
            action=action,
            subject=f"call:{self.call.id}",
            details=details,
            channel="task",
        )
        self.session.flush()

    def _open_legs(self) -> set[str]:
        """Legs that were told of and whose end was not."""
        told_of = {event.resource_id for event in self.events if event.resource_id.startswith(LEG_PREFIX)}
        dialled = {
            event.form["DialCallSid"]
            for event in self.events
            if event.event == "next" and event.form.get("DialCallSid")
        }
        return (
            (told_of | dialled)
            - {self.call.carrier_sid}
            - {event.resource_id for event in self.events if event.event in FINAL}
        )

    def _store(self, told: CallRecord) -> None:
        form = {
            "CallStatus": told.status.value,
            "CallDuration": str(told.duration_seconds or 0),
            "Timestamp": format_datetime(told.ended_at or told.created_at or self.now),
            "Direction": told.direction.value if told.direction else None,
            "From": told.from_,
            "To": told.to,
        }
        self._insert(told.call_id, told.status.value, ASKED_SEQUENCE, form)

    def _store_lost(self, sid: str) -> None:
        known: dict[str, str | None] = {}
        for event in self.events:
            if event.resource_id == sid:
                known |= {name: event.form.get(name) for name in ("Direction", "From", "To")}
        form = {"CallStatus": "failed", "CallDuration": "0", "Timestamp": format_datetime(self.now), **known}
        self._insert(sid, "failed", LOST_SEQUENCE, form)

    def _insert(self, resource_id: str, event: str, sequence: int, form: dict[str, str | None]) -> None:
        own = resource_id == self.call.carrier_sid
        context = {"asked_for": True} | ({} if own else self._context_of_legs())
        statement = insert(CarrierEvent).values(
            operator_id=self.call.operator_id,
            provider=PROVIDER,
            resource_id=resource_id,
            call_sid=self.call.carrier_sid,
            event=event,
            sequence=sequence,
            form={name: value for name, value in form.items() if value is not None},
            context=context,
            received_at=self.now,
        )
        self.session.execute(statement.on_conflict_do_nothing())

    def _context_of_legs(self) -> dict[str, Any]:
        """What our address of a leg would have carried: legs of one call differ in nothing of it. A leg that nobody
        has told of is taken for what its siblings are."""
        known = [event.context for event in self.events]
        of_legs = [event.context for event in self.events if event.resource_id != self.call.carrier_sid]
        roles = [context["role"] for context in of_legs if context.get("role")]
        if not roles and self.call.direction == "out":
            roles = ["callee"]
        context: dict[str, Any] = {}
        line_id = next((each["line_id"] for each in known if each.get("line_id")), None)
        if line_id is not None:
            context["line_id"] = line_id
        if roles:
            context["role"] = roles[0]
        if any(each.get("asks") for each in of_legs):
            context["asks"] = True
        return context


def _is_asked_for_from(call: Call, limits: Limits) -> datetime:
    """From when on a call that is not told to have ended is suspicious."""
    if call.status == "ringing":
        return call.started_at + LONGEST_WITHOUT_ANSWER
    return _ends_latest(call, limits)


def _ends_latest(call: Call, limits: Limits) -> datetime:
    """When a call that lives is over at the latest. Whether it was answered at all may not have been told."""
    seconds = limits.control_call_seconds if call.direction == "control" else limits.call_seconds
    answered_latest_at = call.answered_at or call.started_at + LONGEST_WITHOUT_ANSWER
    return answered_latest_at + timedelta(seconds=seconds) + MARGIN


# Of rows by operator, as row-level security shows them.

_PARKED = (CarrierEvent.parked_at.is_not(None), CarrierEvent.handled_at.is_(None))
_IS_PARKED = exists().where(CarrierEvent.call_sid == Call.carrier_sid, *_PARKED)
"""To ask for a call that cannot be told would help nobody: staff have it on their list."""


def _open_call() -> ColumnElement[bool]:
    return and_(Call.status != "ended", ~_IS_PARKED)


def _open_leg(ended_before: datetime | None = None) -> ColumnElement[bool]:
    """An ended call with a leg that has not."""
    since = () if ended_before is None else (Call.ended_at < ended_before,)
    open_legs = select(Leg.call_sid).where(Leg.ended_at.is_(None))
    return and_(Call.status == "ended", Call.carrier_sid.in_(open_legs), ~_IS_PARKED, *since)


def _overdue(session: Session, limits: Limits, now: datetime) -> list[str]:
    """The carrier's ids of calls that should have ended, or with a leg that should have; oldest first."""
    could_be = and_(_open_call(), Call.started_at < now - LONGEST_WITHOUT_ANSWER)
    statement = (
        select(Call)
        .where(or_(could_be, _open_leg(now - END_COMES_WITHIN)))
        .order_by(Call.started_at)
        .limit(MOST_LOOKED_AT)
    )
    overdue = [
        call.carrier_sid
        for call in session.scalars(statement)
        if call.status == "ended" or _is_asked_for_from(call, limits) <= now
    ]
    return overdue[:MOST_ASKED]


def _anything_open(session: Session) -> bool:
    return bool(session.scalar(select(exists().where(or_(_open_call(), _open_leg())))))


def _has_open_leg(session: Session, call_sids: Sequence[str]) -> bool:
    open_leg = exists().where(Leg.call_sid.in_(call_sids), Leg.ended_at.is_(None))
    return bool(session.scalar(select(open_leg)))


def _events_of(session: Session, call_sid: str) -> Sequence[CarrierEvent]:
    statement = (
        select(CarrierEvent)
        .where(CarrierEvent.call_sid == call_sid)
        .order_by(CarrierEvent.id)
        .limit(MOST_EVENTS_READ)
    )
    return session.scalars(statement).all()
