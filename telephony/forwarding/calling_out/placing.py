"""Asking the carrier for calls, so that a phone never rings twice for one (R09).

That the carrier is being asked is committed before it is asked, and nothing is held while it thinks. Who crashes in
between, or gets no answer, leaves an attempt of which nobody knows: `look_up` asks the carrier what it did, some
seconds later, before the call is asked for again.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources, TaskContext, task
from telephony import carrier
from telephony.carrier import (
    CallRecord,
    CallStatus,
    Carrier,
    CarrierError,
    CarrierRefused,
    Carriers,
    Direction,
)
from telephony.forwarding.callbacks import CONNECT, Callbacks
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.numbers import get_line

LOOK_UP_AFTER = timedelta(seconds=20)
"""From the asking to the first look whether the carrier made the call: its lists lag by some seconds."""
MOST_TIMES_ATTEMPTED = 2
ASKED_AGAIN_FOR = timedelta(seconds=120)
"""Whoever asked for a call longer ago no longer waits beside the phone."""
MOST_AT_ONCE = 50
MOST_LEGS_LOOKED_AT = 20
LOOK_AGAIN_AFTER = timedelta(minutes=2)
OTHERS_WITHIN = timedelta(minutes=10)
"""Calls of other attempts so much older may still be in the list that the carrier is asked for."""
FIRST_LEG_STATUS = "/carrier/twilio/out/status"
"""Where the carrier tells how the phone that rings first gets on."""

log = structlog.get_logger(__name__)


def place_calls(database: Database, clock: Clock, resources: Resources) -> int:
    """Ask the carrier for every call that is wanted; returns how many."""
    placed = 0
    for operator_id, rules in resources[RulesOfCalls].items():
        while True:
            take = partial(_take, rules=rules, callbacks=resources[Callbacks], clock=clock)
            taken = database.run(take, operator_id)
            if not taken:
                break
            for attempt_id, wanted in taken:
                _ask(database, operator_id, resources[Carriers][operator_id], attempt_id, wanted)
            placed += len(taken)
    return placed


def _take(
    session: Session, rules: CallRules, callbacks: Callbacks, clock: Clock
) -> list[tuple[int, carrier.CallAttempt]]:
    """Attempts that nobody else will ask for from now on."""
    now = clock.now()
    statement = (
        select(CallAttempt)
        .where(CallAttempt.state == "asked")
        .order_by(CallAttempt.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for attempt in session.scalars(statement):
        if now - attempt.asked_at > ASKED_AGAIN_FOR:
            attempt.state, attempt.failure = "failed", "too-late"
            continue
        attempt.state, attempt.attempted_at = "calling", now
        attempt.times_attempted += 1
        taken.append((attempt.id, _wanted(session, rules, callbacks, attempt)))
    return taken


def _wanted(
    session: Session, rules: CallRules, callbacks: Callbacks, attempt: CallAttempt
) -> carrier.CallAttempt:
    """The call as the carrier is asked for it, and looked for."""
    assert attempt.attempted_at is not None
    role = "reception" if attempt.kind == "reception" else "member"
    return carrier.CallAttempt(
        key=attempt.key,
        from_=get_line(session, attempt.line_id).number,
        to=attempt.phone,
        voice_url=callbacks.public_url + CONNECT,
        status_callback_url=f"{callbacks.public_url}{FIRST_LEG_STATUS}?line={attempt.line_id}&role={role}",
        ring_seconds=rules.forwarding.ringing.default_seconds,
        longest_seconds=rules.forwarding.limits.call_seconds,
        attempted_at=attempt.attempted_at,
    )


def _ask(
    database: Database, operator_id: int, asked: Carrier, attempt_id: int, wanted: carrier.CallAttempt
) -> None:
    state, failure, call_sid = "calling", None, None
    try:
        call_sid = asked.create_call(wanted).call_id
    except CarrierRefused as refused:
        # What may pass is as good as not known: it is looked up, then asked for again.
        state, failure = ("failed" if refused.permanent else "unknown"), refused.reason.value
    except CarrierError as error:
        state, failure = "unknown", type(error).__name__
    if failure is not None:
        log.warning("call not placed", attempt_id=attempt_id, failure=failure)
    database.run(lambda session: _write(session, attempt_id, state, failure, call_sid), operator_id)


def _write(session: Session, attempt_id: int, state: str, failure: str | None, call_sid: str | None) -> None:
    """What the carrier said; unless the call itself was faster and was answered already."""
    attempt = session.get_one(CallAttempt, attempt_id, with_for_update=True)
    if attempt.carrier_sid is None and attempt.state == "calling":
        attempt.state, attempt.failure, attempt.carrier_sid = state, failure, call_sid


@task("calling-out.look-up")
def look_up(context: TaskContext, attempt_id: int) -> None:
    """Find out what became of an attempt that nobody has answered for. Nothing is locked while the carrier is asked; a
    failure of the carrier's that may pass is tried again later."""
    session, now = context.session, context.clock.now()
    attempt = session.get(CallAttempt, attempt_id)
    if attempt is None or attempt.state in ("answered", "failed"):
        return
    found = _found(context, attempt)
    was = (attempt.state, attempt.attempted_at, attempt.carrier_sid)
    session.refresh(attempt, with_for_update=True)
    if (attempt.state, attempt.attempted_at, attempt.carrier_sid) == was:
        attempt.state, attempt.failure, attempt.carrier_sid = found
        if attempt.state == "unknown":
            repeats = attempt.times_attempted < MOST_TIMES_ATTEMPTED
            waits = now - attempt.asked_at <= ASKED_AGAIN_FOR
            attempt.state = "asked" if repeats and waits else "failed"
    if attempt.state in ("asked", "calling"):
        look_up.enqueue(
            session,
            operator_id=attempt.operator_id,
            now=now,
            due_at=now + (LOOK_UP_AFTER if attempt.carrier_sid is None else LOOK_AGAIN_AFTER),
            attempt_id=attempt_id,
        )


def _found(context: TaskContext, attempt: CallAttempt) -> tuple[str, str | None, str | None]:
    """State, failure and the carrier's id, as the carrier says now; `unknown` where it knows of no such call."""
    if attempt.attempted_at is None:
        return attempt.state, attempt.failure, None
    try:
        record = _record(context, context.resource(Carriers)[attempt.operator_id], attempt)
    except CarrierRefused as refused:
        if not refused.permanent:
            raise
        return "failed", refused.reason.value, attempt.carrier_sid
    if record is None:
        return "unknown", attempt.failure, None
    if record.status in (CallStatus.IN_PROGRESS, CallStatus.ANSWERED, CallStatus.COMPLETED):
        return "answered", None, record.call_id
    if record.status.ended:
        return "failed", "not-answered", record.call_id
    return "calling", None, record.call_id


def _record(context: TaskContext, asked: Carrier, attempt: CallAttempt) -> CallRecord | None:
    if attempt.carrier_sid is not None:
        return asked.fetch_call(attempt.carrier_sid)
    session = context.session
    rules = context.resource(RulesOfCalls)[attempt.operator_id]
    wanted = _wanted(session, rules, context.resource(Callbacks), attempt)
    of_others = session.scalars(
        select(CallAttempt.carrier_sid).where(
            CallAttempt.phone == attempt.phone,
            CallAttempt.carrier_sid.is_not(None),
            CallAttempt.attempted_at >= wanted.attempted_at - OTHERS_WITHIN,
        )
    )
    known = {call_sid for call_sid in of_others if call_sid}
    # Between the same two numbers there are also legs of forwarded calls: they are nobody's attempt.
    for _ in range(MOST_LEGS_LOOKED_AT):
        record = asked.find_call(wanted, known_call_ids=known)
        if record is None or (record.parent_call_id is None and record.direction is Direction.OUTBOUND_API):
            return record
        known.add(record.call_id)
    return None
