"""What becomes of a call that somebody asked the service to make, whatever the carrier tells of it, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound, UserError
from coworking.kit.phone import PhoneNumber, from_e164
from telephony.carrier import CallStatus
from telephony.forwarding.calling_out.dial import origin_of, prepare_call_out
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.rules import CallRules
from telephony.metering import Origin
from telephony.numbers import Line, get_line


@dataclass(frozen=True)
class Answered:
    """Who picked up a call that we asked for, and what shall happen: `callee` is None for the reception and where
    `refusal` says why nobody is called any more."""

    key: str
    kind: str
    line_id: int
    line_number: str
    origin: Origin | None = None
    callee: PhoneNumber | None = None
    refusal: UserError | None = None


def get_attempt(session: Session, line: Line, key: str) -> CallAttempt:
    """Raises `NotFound`."""
    attempt = session.scalar(
        select(CallAttempt).where(CallAttempt.line_id == line.id, CallAttempt.key == key)
    )
    if attempt is None:
        raise NotFound
    return attempt


def answer_attempt(
    session: Session, rules: CallRules, key: str, call_sid: str, now: datetime
) -> Answered | None:
    """Somebody picked up. None where the call is none of ours, or a second one of an attempt that was answered already:
    that one must not be connected."""
    attempt = session.scalar(select(CallAttempt).where(CallAttempt.key == key).with_for_update())
    if attempt is None or attempt.carrier_sid not in (None, call_sid):
        return None
    attempt.carrier_sid = call_sid
    attempt.state, attempt.failure = "answered", None
    line = get_line(session, attempt.line_id)
    answered = Answered(attempt.key, attempt.kind, line.id, line.number)
    if attempt.callee is None:
        return answered
    origin = _origin(attempt.phone)
    try:
        number = prepare_call_out(session, rules, line, attempt.callee, now, origin=origin)
    except UserError as refusal:
        return Answered(attempt.key, attempt.kind, line.id, line.number, origin, refusal=refusal)
    return Answered(attempt.key, attempt.kind, line.id, line.number, origin, number)


def hear_of_attempt(session: Session, key: str, call_sid: str, status: CallStatus) -> CallAttempt | None:
    """The carrier told how the first leg gets on: so it has made the call, whatever it answered when it was asked. None
    where the call is none of ours."""
    attempt = session.scalar(select(CallAttempt).where(CallAttempt.key == key).with_for_update())
    if attempt is None or attempt.carrier_sid not in (None, call_sid):
        return None
    attempt.carrier_sid = call_sid
    if attempt.state in ("asked", "unknown"):
        attempt.state, attempt.failure = "calling", None
    if attempt.state == "calling" and status.ended:
        attempt.state, attempt.failure = "failed", "not-answered"
    return attempt


def _origin(phone: str) -> Origin:
    return origin_of(from_e164(phone)) if phone.startswith("+") else Origin.DESK
