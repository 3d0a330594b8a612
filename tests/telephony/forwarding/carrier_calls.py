"""Whole calls as the carrier tells them: every event that its webhooks would store, in the order in which it happened.

A `Script` says what the phones do; `tell` says what is told of it, in whole seconds from `STARTS_AT` on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, Literal

from telephony.forwarding.traces import Event

STARTS_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
RENTED = "+81454110001"
CALLER = "+81366667777"
PHONES = ("+819012345678", "+81456701234", "+818023456789")

Answer = Literal["answered", "no-answer", "busy", "failed", "canceled"]
Accept = Literal["accepted", "declined", "timeout"]


@dataclass(frozen=True)
class Rung:
    """What one phone does: it rings `rings_seconds`; picked up, it listens to the question (`accept` is what comes of
    it, None: it is not asked) and, once connected, talks."""

    answer: Answer = "answered"
    rings_seconds: int = 3
    accept: Accept | None = None
    listens_seconds: int = 0
    talks_seconds: int = 61

    @property
    def takes_the_call(self) -> bool:
        return self.answer == "answered" and self.accept in {None, "accepted"}


@dataclass(frozen=True)
class Script:
    """A call and the phones that it may ring, in turn or all at once. `gives_up`: the caller hangs up while the phone
    rings that would have taken the call."""

    phones: tuple[Rung, ...] = (Rung(),)
    at_once: bool = False
    gives_up: bool = False
    caller: str = CALLER
    number: str = RENTED
    line_id: int = 1
    serial: int = 1
    starts_at: datetime = STARTS_AT

    @property
    def call_sid(self) -> str:
        return f"CA{self.serial:032x}"

    def leg_sid(self, index: int) -> str:
        return f"CA{(self.serial << 32) + index + 1:032x}"

    @property
    def taken_by(self) -> int | None:
        """The index of the phone that is connected."""
        takers = (index for index, rung in enumerate(self.phones) if rung.takes_the_call)
        return None if self.gives_up else next(takers, None)

    @property
    def billed_seconds(self) -> int:
        """What is to be charged: from the bridge to the end."""
        return 0 if self.taken_by is None else self.phones[self.taken_by].talks_seconds

    def as_they_rang(self) -> list[Rung]:
        """The phones that ring at all, as it turns out for them: of several that would take the call one gets it."""
        phones = list(self.phones)
        if not self.at_once:
            takers = [index for index, rung in enumerate(phones) if rung.takes_the_call]
            phones = phones[: takers[0] + 1] if takers else phones
        return [
            _left_out(rung) if rung.takes_the_call and index != self.taken_by else rung
            for index, rung in enumerate(phones)
        ]


def _left_out(rung: Rung) -> Rung:
    """It rang in vain; or somebody was still listening to the question when the call was gone."""
    return replace(rung, accept="timeout") if rung.accept else replace(rung, answer="canceled")


def tell(script: Script) -> list[Event]:
    """Everything that is told of the call, each event once."""
    context = {"line_id": script.line_id, "card": 1, "decided_by": "forwarding"}
    events = [_own(script, "voice", 0, 0, context)]
    at = ends_at = 0
    for index, rung in enumerate(script.as_they_rang()):
        of_leg, leg_ends_at = _leg(script, index, rung, at)
        events += of_leg
        ends_at = max(ends_at, leg_ends_at)
        if not script.at_once:
            at = leg_ends_at
            events.append(_own(script, "next", index, at, {"line_id": script.line_id, "rung": index}))
    status = "no-answer" if script.gives_up else "completed"
    # The carrier answers the caller's leg when somebody is connected.
    own_end = {
        "CallDuration": str(script.billed_seconds),
        "Timestamp": _carrier_time(script, ends_at),
        "SequenceNumber": "0",
    }
    return [*events, _own(script, status, 0, ends_at, {}, own_end)]


def _leg(script: Script, index: int, rung: Rung, at: int) -> tuple[list[Event], int]:
    """One leg from second `at` on, and the second at which it ended."""
    picked_up_at = at + rung.rings_seconds
    rings = [(("initiated", 0), at, None), (("ringing", 1), at, None)]
    if rung.answer != "answered":
        told = [*rings, ((rung.answer, 2), picked_up_at, 0)]
        return [_status(script, index, *one) for one in told], picked_up_at
    asked: list[Event] = []
    connects_at = picked_up_at
    if rung.accept is not None:
        connects_at += rung.listens_seconds
        asked.append(_webhook(script, index, "whisper", picked_up_at))
    if rung.accept == "accepted":
        asked.append(_webhook(script, index, "accept", connects_at))
    ends_at = connects_at + (rung.talks_seconds if rung.takes_the_call else 0)
    told = [
        *rings,
        (("in-progress", 2), picked_up_at, None),
        (("completed", 3), ends_at, ends_at - picked_up_at),
    ]
    return [*asked, *(_status(script, index, *one) for one in told)], ends_at


def _own(
    script: Script,
    event: str,
    sequence: int,
    second: int,
    context: dict[str, Any],
    form: dict[str, str] | None = None,
) -> Event:
    """Told of the caller's own leg."""
    shown = {"From": script.caller, "To": script.number, "Direction": "inbound", **(form or {})}
    sid, at = script.call_sid, script.starts_at + timedelta(seconds=second)
    return Event(sid, sid, event, sequence, shown, context, at)


def _status(script: Script, index: int, told: tuple[str, int], second: int, seconds: int | None) -> Event:
    status, sequence = told
    form = {
        "From": script.number,
        "To": PHONES[index],
        "Direction": "outbound-dial",
        "Timestamp": _carrier_time(script, second),
        "SequenceNumber": str(sequence),
    }
    if seconds is not None:
        form["CallDuration"] = str(seconds)
    context: dict[str, Any] = {"line_id": script.line_id}
    if script.phones[index].accept is not None:
        context["asks"] = True
    at = script.starts_at + timedelta(seconds=second)
    return Event(script.leg_sid(index), script.call_sid, status, sequence, form, context, at)


def _webhook(script: Script, index: int, event: str, second: int) -> Event:
    """Told by a voice webhook of the leg, which has no time of the carrier's."""
    form = {"From": script.number, "To": PHONES[index], "Direction": "outbound-dial"}
    context = {"line_id": script.line_id, "call_sid": script.call_sid, "asks": True}
    at = script.starts_at + timedelta(seconds=second)
    return Event(script.leg_sid(index), script.call_sid, event, 0, form, context, at)


def _carrier_time(script: Script, second: int) -> str:
    return format_datetime(script.starts_at + timedelta(seconds=second))
