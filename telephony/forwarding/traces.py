"""What became of a call, from the carrier's events in any order and any number. Pure.

A trace is always made from *all* events of a call, so it cannot depend on how they arrived (R04). The carrier's own
times count where it gives them; our time of receipt counts only for what the carrier asks and waits for (the voice
webhooks), which cannot be late.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from telephony.carrier import party

FINAL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
LEG_PREFIX = "CA"
"""Of the carrier's references of calls and legs; other things that it tells of, such as recordings, are no legs."""
ANSWERED = frozenset({"in-progress", "answered"})
NEVER_PICKED_UP = frozenset({"busy", "no-answer", "canceled"})


@dataclass(frozen=True, slots=True)
class Event:
    """One stored event. `context` is what our callback address carried or the webhook decided."""

    resource_id: str
    call_sid: str
    event: str
    sequence: int
    form: dict[str, str]
    context: dict[str, Any]
    received_at: datetime


Direction = Literal["in", "out", "control", "reception"]
Role = Literal["caller", "forward", "member", "callee", "control", "reception"]

OWN_ROLE: dict[Direction, Role] = {
    "in": "caller",
    "out": "member",
    "control": "control",
    "reception": "reception",
}
"""What the leg is called on which a call begins."""


@dataclass(frozen=True, slots=True)
class LegTrace:
    """A leg: the one on which the call begins, or one towards a destination (`forward`, `callee`), whose `seconds` run
    from the bridge to the end, 0 when it was not bridged."""

    role: Role
    leg_sid: str
    number: str
    status: str
    started_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    seconds: int

    @property
    def is_final(self) -> bool:
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class CallTrace:
    """A call. `from_number` of an outgoing one is the phone of who calls, `to_number` the called party's. A message
    that the caller left has its recording's reference and seconds."""

    call_sid: str
    direction: Direction
    line_id: int | None
    from_number: str | None
    to_number: str
    status: str
    outcome: str | None
    decided_by: str | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    legs: tuple[LegTrace, ...]
    recording_sid: str | None = None
    recording_seconds: int | None = None


def trace(events: Sequence[Event]) -> CallTrace:
    """The call that these events tell. All must be of one call; at least one."""
    first: dict[tuple[str, str, int], Event] = {}
    for event in events:
        key = (event.resource_id, event.event, event.sequence)
        if key not in first or event.received_at < first[key].received_at:
            first[key] = event
    # Sorted, because wherever several events could say a thing the first is asked.
    unique = sorted(first.values(), key=lambda event: (event.sequence, event.event, event.resource_id))
    call_sid = unique[0].call_sid
    own = [event for event in unique if event.resource_id == call_sid]
    by_leg: dict[str, list[Event]] = defaultdict(list)
    for event in unique:
        if event.resource_id != call_sid and event.resource_id.startswith(LEG_PREFIX):
            by_leg[event.resource_id].append(event)
    dials = _dials(own, by_leg)
    legs = sorted(
        (_leg(leg_sid, by_leg[leg_sid], _dial_bridged(dials, leg_sid)) for leg_sid in {*by_leg, *dials}),
        key=lambda leg: (leg.started_at or leg.ended_at or _EARLIEST, leg.leg_sid),
    )
    return _call(call_sid, unique, own, tuple(legs))


_EARLIEST = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _dials(own: list[Event], by_leg: Mapping[str, list[Event]]) -> dict[str, bool]:
    """The legs that the end of a Dial names, and whether they were bridged. One of which nothing else was told stands
    open, so that it is asked for. Of several that rang at once the carrier does not promise to name the bridged one:
    a leg that nobody picked up cannot have been it, and then the legs tell for themselves."""
    dials = {}
    for event in own:
        leg_sid, told = event.form.get("DialCallSid"), event.form.get("DialBridged")
        if event.event == "next" and leg_sid and told:
            never_picked_up = any(of_leg.event in NEVER_PICKED_UP for of_leg in by_leg.get(leg_sid, ()))
            if told != "true" or not never_picked_up:
                dials[leg_sid] = told == "true"
    return dials


def _dial_bridged(dials: dict[str, bool], leg_sid: str) -> bool | None:
    """Whether the carrier bridged a leg, None where no Dial tells. A call is bridged once: what else rang then was
    not."""
    return dials.get(leg_sid, False if any(dials.values()) else None)


def _call(call_sid: str, unique: list[Event], own: list[Event], legs: tuple[LegTrace, ...]) -> CallTrace:
    voice = next((event for event in own if event.event == "voice"), None)
    final = max(
        (event for event in own if event.event in FINAL), key=lambda event: event.sequence, default=None
    )
    facing = voice or final or (own[0] if own else None)
    decided = voice.context if voice else {}
    direction = _direction(unique)
    bridged = [leg for leg in legs if leg.bridged_at is not None]
    started_at = voice.received_at if voice else min(_told_at(event) for event in unique)
    message = next((event for event in own if event.event == "message"), None)
    from_number, to_number = _parties(direction, facing, legs)
    own_leg = _own_leg(call_sid, direction, from_number, to_number, started_at, final, answered=bool(bridged))
    return CallTrace(
        call_sid=call_sid,
        direction=direction,
        line_id=next((event.context["line_id"] for event in unique if event.context.get("line_id")), None),
        from_number=from_number,
        to_number=to_number,
        status="ended" if final else ("in-progress" if bridged else "ringing"),
        outcome=_outcome(direction, decided, bridged, legs, message, final) if final else None,
        decided_by=decided.get("decided_by"),
        started_at=started_at.replace(microsecond=0),
        answered_at=own_leg.answered_at
        if direction == "control"
        else min((leg.bridged_at for leg in bridged if leg.bridged_at), default=None),
        ended_at=_told_at(final) if final else None,
        legs=(own_leg, *legs),
        recording_sid=message.form.get("RecordingSid") if message else None,
        recording_seconds=_whole(message.form.get("RecordingDuration")) if message else None,
    )


def _direction(unique: list[Event]) -> Direction:
    """A control call by which somebody was called is an outgoing one."""
    told = {event.context.get("direction") for event in unique}
    for direction in ("out", "reception", "control"):
        if direction in told:
            return direction
    return "in"


def _parties(
    direction: Direction, facing: Event | None, legs: tuple[LegTrace, ...]
) -> tuple[str | None, str]:
    """Who calls and who is called. A call that we asked the carrier for is towards the member's own phone first."""
    caller = party(facing.form.get("From", "")) if facing else None
    called = facing.form.get("To", "") if facing else ""
    if direction not in ("out", "reception"):
        return caller, called
    asked_for = facing is not None and facing.form.get("Direction", "").startswith("outbound")
    phone, rented = (called, caller or "") if asked_for else (caller, called)
    if direction == "reception":
        return phone, rented
    callee = next((leg.number for leg in legs if leg.role == "callee"), None)
    return phone, callee or str(facing.context.get("callee", "") if facing else "")


def _own_leg(
    call_sid: str,
    direction: Direction,
    from_number: str | None,
    to_number: str,
    started_at: datetime,
    final: Event | None,
    *,
    answered: bool,
) -> LegTrace:
    """The leg on which the call began. Of an incoming call the carrier answers it when somebody is connected, or to
    announce."""
    seconds = _whole(final.form.get("CallDuration")) if final else 0
    ended_at = _told_at(final) if final else None
    answered_at = ended_at - timedelta(seconds=seconds) if ended_at and seconds else None
    return LegTrace(
        role=OWN_ROLE[direction],
        leg_sid=call_sid,
        number=to_number if direction == "in" else from_number or "",
        status=final.event if final else ("in-progress" if answered else "ringing"),
        started_at=started_at.replace(microsecond=0),
        answered_at=answered_at,
        bridged_at=None,
        ended_at=ended_at,
        seconds=seconds,
    )


def _outcome(
    direction: Direction,
    decided: dict[str, Any],
    bridged: list[LegTrace],
    legs: tuple[LegTrace, ...],
    message: Event | None,
    final: Event,
) -> str:
    if bridged:
        return "answered"
    if message is not None and _whole(message.form.get("RecordingDuration")):
        return "voicemail"
    if decided.get("outcome"):
        return str(decided["outcome"])
    if direction == "control":
        return "answered" if _whole(final.form.get("CallDuration")) else "no-answer"
    statuses = {leg.status for leg in legs}
    if not statuses:
        return final.event if final.event in ("failed", "busy") else "no-answer"
    for word in ("busy", "failed"):
        if statuses == {word}:
            return word
    return "no-answer"


def _leg(leg_sid: str, events: list[Event], dial_bridged: bool | None) -> LegTrace:
    final = max(
        (event for event in events if event.event in FINAL), key=lambda event: event.sequence, default=None
    )
    answered = next((event for event in events if event.event in ANSWERED), None)
    starts = [_told_at(event) for event in events if event.event in {"initiated", "ringing"}]
    whispered = min((event.received_at for event in events if event.event == "whisper"), default=None)
    accepted = min((event.received_at for event in events if event.event == "accept"), default=None)
    duration_seconds = _whole(final.form.get("CallDuration")) if final else 0
    ended_at = _told_at(final) if final else None
    answered_at = _told_at(answered) if answered else None
    if ended_at and duration_seconds:
        answered_at = answered_at or ended_at - timedelta(seconds=duration_seconds)
    asks = any(event.context.get("asks") for event in events)
    # A whisper that nobody heard to its end has not connected anybody; a lost mark of ours the Dial makes good.
    must_accept = asks or (whispered is not None and not dial_bridged)
    is_bridged = dial_bridged is not False and (accepted is not None or not must_accept)
    bridged_at, seconds = _bridge(answered_at if is_bridged else None, duration_seconds, whispered, accepted)
    return LegTrace(
        role=next((event.context["role"] for event in events if event.context.get("role")), "forward"),
        leg_sid=leg_sid,
        number=next((event.form["To"] for event in events if event.form.get("To")), ""),
        status=final.event if final else ("in-progress" if answered else "ringing"),
        started_at=min(starts, default=None),
        answered_at=answered_at,
        bridged_at=bridged_at,
        ended_at=ended_at,
        seconds=seconds,
    )


def _bridge(
    answered_at: datetime | None,
    duration_seconds: int,
    whispered: datetime | None,
    accepted: datetime | None,
) -> tuple[datetime | None, int]:
    """When the two sides heard each other, and for how long; `answered_at` of a leg that was bridged. The listening
    before the bridge is measured between two webhooks that the carrier waited for, and rounded up: in favour of who
    pays."""
    if answered_at is None:
        return None, 0
    listening_seconds = 0
    if accepted is not None and whispered is not None:
        listening_seconds = max(0, math.ceil((accepted - whispered).total_seconds()))
    bridged_at = answered_at + timedelta(seconds=listening_seconds)
    return bridged_at, max(0, duration_seconds - listening_seconds)


def _told_at(event: Event) -> datetime:
    """The carrier's own time of an event (RFC 2822), else when it came."""
    told = event.form.get("Timestamp")
    if told:
        try:
            at = parsedate_to_datetime(told)
        except ValueError:
            return event.received_at
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    return event.received_at


def _whole(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0
