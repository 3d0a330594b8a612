"""From stored carrier events to calls, legs and charges.

The event table is its own queue. Whatever is taken from it, the whole call is told anew from all of its events, so that
order, repetition and a crash in the middle change nothing (R04).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.clock import Clock
from coworking.kit.db import Database, table_of
from coworking.kit.errors import TryAgain
from coworking.kit.events import tell
from coworking.kit.outbox import Resources
from telephony.forwarding.models import Call, CarrierEvent
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.told_calls import CallsTold, ToldCall
from telephony.forwarding.traces import CallTrace, Event, trace
from telephony.metering import CallFacts, LegFacts, settle
from telephony.numbers import LineOfCall, lines_of_calls

LARGEST_BATCH = 200
"""Calls told anew in one transaction."""
MOST_EVENTS_OF_A_CALL = 2_000
"""A call with more is parked: no real one has them, and telling it would take longer with each."""

log = structlog.get_logger(__name__)


class TooManyEvents(Exception):
    """A call has more events than `MOST_EVENTS_OF_A_CALL`."""


def settle_events(database: Database, clock: Clock, resources: Resources) -> int:
    """Handle every event that waits, operator by operator; returns how many calls were told anew. Raises `TryAgain`
    when the database is away: what waits stays as it is."""
    told = 0
    for operator_id, rules in resources[RulesOfCalls].items():
        call_sids: Sequence[str] | None = None
        while call_sids is None or len(call_sids) == LARGEST_BATCH:
            call_sids = _waiting(database, operator_id)
            if call_sids:
                _settle_batch(database, clock, operator_id, rules, call_sids)
                told += len(call_sids)
    return told


def _settle_batch(
    database: Database, clock: Clock, operator_id: int, rules: CallRules, call_sids: Sequence[str]
) -> None:
    try:
        database.run(
            lambda session: tell_anew(session, rules, operator_id, call_sids, clock.now()), operator_id
        )
    except TryAgain:
        raise
    except Exception:  # one call among them cannot be told: the others must not wait for it
        log.exception("calls not settled together", calls=len(call_sids))
        for call_sid in call_sids:
            _settle_alone(database, clock, operator_id, rules, call_sid)


def _settle_alone(
    database: Database, clock: Clock, operator_id: int, rules: CallRules, call_sid: str
) -> None:
    try:
        database.run(
            lambda session: tell_anew(session, rules, operator_id, [call_sid], clock.now()), operator_id
        )
    except TryAgain:
        raise
    except Exception:  # parked and shown, so that the queue goes on
        log.exception("call parked", call_sid=call_sid)
        with database.transaction(operator_id) as session:
            session.execute(
                update(CarrierEvent)
                .where(CarrierEvent.call_sid == call_sid, CarrierEvent.handled_at.is_(None))
                .values(parked_at=clock.now())
            )


def _waiting(database: Database, operator_id: int) -> list[str]:
    """Calls with events that wait, the longest waiting first."""
    with database.transaction(operator_id) as session:
        statement = (
            select(CarrierEvent.call_sid)
            .where(CarrierEvent.handled_at.is_(None), CarrierEvent.parked_at.is_(None))
            .group_by(CarrierEvent.call_sid)
            .order_by(func.min(CarrierEvent.id))
            .limit(LARGEST_BATCH)
        )
        return list(session.scalars(statement))


def tell_anew(
    session: Session, rules: CallRules, operator_id: int, call_sids: Sequence[str], now: datetime
) -> None:
    """Tell these calls from all of their events, write them down and post what is owed."""
    # One worker at a time tells a call, or an older telling could overwrite a newer one.
    session.execute(
        text(
            "SELECT pg_advisory_xact_lock(hashtextextended(call_sid, 0))"
            " FROM (SELECT call_sid FROM unnest(CAST(:call_sids AS text[])) AS call_sid ORDER BY call_sid) AS calls"
        ),
        {"call_sids": list(call_sids)},
    )
    events, event_ids = _events_of(session, call_sids)
    traces = [trace(of_call) for of_call in events.values()]
    lines = lines_of_calls(
        session,
        {told.line_id for told in traces if told.line_id},
        {told.to_number for told in traces if _asks_by_number(told)},
    )
    tellings = [
        _Telling(
            told,
            lines.find(told.line_id, told.to_number) if told.line_id or _asks_by_number(told) else None,
        )
        for told in traces
    ]
    _write_calls(session, operator_id, tellings)
    facts = [telling.facts() for telling in tellings if telling.line is not None]
    settle(session, rules.tariffs, operator_id, [one for one in facts if one is not None], now)
    tell(session, CallsTold([telling.told() for telling in tellings], now))
    session.execute(
        update(CarrierEvent)
        .where(CarrierEvent.id.in_(event_ids), CarrierEvent.handled_at.is_(None))
        .values(handled_at=now)
        .execution_options(synchronize_session=False)
    )


def _asks_by_number(call: CallTrace) -> bool:
    """Whether nobody has decided on the call, so that only the number can tell its line. A call that was decided
    without one came to a number that is lent to nobody, and is no business of who had it last."""
    return not call.line_id and call.decided_by is None and bool(call.to_number)


@dataclass(frozen=True, slots=True)
class _Telling:
    """A call with the line that it was on."""

    call: CallTrace
    line: LineOfCall | None

    def facts(self) -> CallFacts | None:
        if self.line is None:
            return None
        return CallFacts(
            call_sid=self.call.call_sid,
            direction=self.call.direction,
            line_id=self.line.line_id,
            line_plan=self.line.line_plan,
            member_id=self.line.member_id,
            member_plan=self.line.member_plan,
            legs=tuple(
                LegFacts(
                    leg_sid=leg.leg_sid,
                    role=leg.role,
                    number=leg.number,
                    status=leg.status,
                    started_at=leg.started_at,
                    answered_at=leg.answered_at,
                    bridged_at=leg.bridged_at,
                    ended_at=leg.ended_at,
                    seconds=leg.seconds,
                )
                for leg in self.call.legs
            ),
        )

    def told(self) -> ToldCall:
        call, line = self.call, self.line
        return ToldCall(
            call_sid=call.call_sid,
            line_id=line.line_id if line else None,
            member_id=line.member_id if line else None,
            direction=call.direction,
            status=call.status,
            outcome=call.outcome,
            decided_by=call.decided_by,
            from_number=call.from_number,
            to_number=call.to_number,
            started_at=call.started_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            recording_sid=call.recording_sid,
            recording_seconds=call.recording_seconds,
        )

    def row(self, operator_id: int) -> dict[str, Any]:
        call, line = self.call, self.line
        return {
            "operator_id": operator_id,
            "line_id": line.line_id if line else None,
            "member_id": line.member_id if line else None,
            "carrier_sid": call.call_sid,
            "direction": call.direction,
            "status": call.status,
            "outcome": call.outcome,
            "decided_by": call.decided_by,
            "from_number": call.from_number,
            "to_number": call.to_number or (line.number if line else ""),
            "started_at": call.started_at,
            "answered_at": call.answered_at,
            "ended_at": call.ended_at,
        }


def _events_of(session: Session, call_sids: Sequence[str]) -> tuple[dict[str, list[Event]], list[int]]:
    limit = MOST_EVENTS_OF_A_CALL * len(call_sids)
    statement = (
        select(
            CarrierEvent.id,
            CarrierEvent.resource_id,
            CarrierEvent.call_sid,
            CarrierEvent.event,
            CarrierEvent.sequence,
            CarrierEvent.form,
            CarrierEvent.context,
            CarrierEvent.received_at,
        )
        .where(CarrierEvent.call_sid.in_(call_sids))
        .order_by(CarrierEvent.id)
        .limit(limit + 1)
    )
    events: dict[str, list[Event]] = {}
    event_ids = []
    for event_id, *told in session.execute(statement):
        event = Event(*told)
        events.setdefault(event.call_sid, []).append(event)
        event_ids.append(event_id)
    if len(event_ids) > limit:
        raise TooManyEvents
    return events, event_ids


def _write_calls(session: Session, operator_id: int, tellings: Sequence[_Telling]) -> None:
    statement = insert(table_of(Call))
    staying = {"operator_id", "carrier_sid"}
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["carrier_sid"],
            set_={
                column.name: statement.excluded[column.name]
                for column in Call.__table__.columns
                if column.name != "id" and column.name not in staying
            },
        ),
        [telling.row(operator_id) for telling in tellings],
    )
