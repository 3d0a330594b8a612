"""<Dial>: ringing several ends at once or in turn, the whisper, the bridge, and what came of it."""

from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from telephony.carrier.sandbox import telling
from telephony.carrier.sandbox.calls import Leg, Status, StatusCallback
from telephony.carrier.sandbox.documents import Dial, Noun
from telephony.carrier.sandbox.forms import Form, recording_url
from telephony.carrier.sandbox.programs import ELAPSED, Wait
from telephony.carrier.sandbox.signals import HungUp, Pressed, Redirected
from telephony.carrier.sandbox.sources import Fetched, Steps, absolute, inform

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

NOBODY = (Status.NO_ANSWER, Status.BUSY, Status.FAILED, Status.COMPLETED, Status.CANCELED)
"""What a <Dial> to several came to when nobody was bridged: the first of these that one of them came to."""


def dial(exchange: "Exchange", leg: Leg, verb: Dial, base: str) -> Steps:
    exchange.phase(leg, "ring")
    exchange.hear(leg, "event", "ringing")
    children: list[Leg] = []
    winner: Leg | None = None
    recording: Form = []
    rounds = [(noun,) for noun in verb.nouns] if verb.sequential else [verb.nouns]
    try:
        for nouns in rounds:
            rung = [_child(exchange, leg, verb, noun, base) for noun in nouns]
            children += rung
            winner = yield from _ring(exchange, rung, verb, nouns, base)
            if winner is not None:
                break
        if winner is not None:
            yield from _talk(exchange, leg, winner, verb, base, recording)
    except (HungUp, Redirected) as interruption:
        for child in children:
            _stop(exchange, child)
        if isinstance(interruption, HungUp) and verb.action is not None:
            # the caller is gone: the action is still told, its document is not executed
            winner = next((child for child in children if child.bridged_at is not None), None)
            fields = _outcome(children, winner) + recording
            yield from inform(
                exchange, leg, Fetched(absolute(base, verb.action), verb.method, fields, "dial")
            )
        raise
    exchange.phase(leg, "wait")
    fields = _outcome(children, winner) + recording
    leg.failed_dial = None if winner else Status(fields[0][1])
    if verb.action is None:
        return None
    return Fetched(absolute(base, verb.action), verb.method, fields, "dial")


def _child(exchange: "Exchange", leg: Leg, verb: Dial, noun: Noun, base: str) -> Leg:
    caller = verb.caller_id or leg.caller
    child = exchange.new_leg(leg.call, "outbound-dial", caller, noun.to, parent=leg)
    url = absolute(base, noun.status_callback) if noun.status_callback else ""
    if url:
        child.callback = StatusCallback(url, noun.status_callback_method, noun.status_callback_events)
    child.listener = leg.program
    if verb.caller_id is not None and not _may_show(exchange, leg, verb.caller_id):
        exchange.problem(leg, 13214, "callerId is neither a number of this account nor one of this call")
        telling.tell(exchange, child, "initiated")
        exchange.end(child, Status.FAILED, 403)
        return child
    exchange.place(child)
    return child


def _may_show(exchange: "Exchange", leg: Leg, caller_id: str) -> bool:
    """A number of this account, or one of the two of the call itself."""
    return caller_id in exchange.inventory.owned or caller_id in (leg.caller, leg.to) or leg.call.outside


def _ring(exchange: "Exchange", rung: list[Leg], verb: Dial, nouns: tuple[Noun, ...], base: str) -> Steps:
    """The leg that is to be bridged, or None when all have ended.

    A leg without a whisper is won by picking up; one with a whisper when the whisper was heard to its end, and until
    then the others ring on.
    """
    until: datetime | None = exchange.now() + timedelta(
        seconds=verb.timeout_seconds + exchange.limits.ring_buffer_seconds
    )
    whispers = {child.sid: noun for child, noun in zip(rung, nouns, strict=True) if noun.url is not None}
    while True:
        for child in rung:
            if not child.live or child.answered_at is None:
                continue
            if child.accepted or child.sid not in whispers:
                for other in rung:
                    if other is not child:
                        _stop(exchange, other)
                return child
            if child.program is None:
                noun = whispers[child.sid]
                source = Fetched(absolute(base, noun.url or ""), noun.method, event="whisper")
                exchange.whisper(child, source)
        if not any(child.live for child in rung):
            return None
        signal = yield Wait(until)
        if signal is ELAPSED:
            until = None
            for child in rung:
                if child.live and child.answered_at is None:
                    exchange.end(child, Status.NO_ANSWER)


def _talk(exchange: "Exchange", leg: Leg, child: Leg, verb: Dial, base: str, recording: Form) -> Steps:
    """From the bridge to the end of either leg; adds the fields of the recording, if there is one."""
    exchange.answer(leg)
    exchange.bridge(leg, child)
    starts_at = exchange.now()
    until = starts_at + timedelta(seconds=verb.time_limit_seconds)
    try:
        while child.live:
            signal = yield Wait(until)
            if signal is ELAPSED or (verb.hangup_on_star and signal == Pressed("*")):
                exchange.end(child, Status.COMPLETED)
    finally:
        if verb.record not in ("", "do-not-record"):
            recording += _record(exchange, leg, verb, starts_at, base)


def _record(exchange: "Exchange", leg: Leg, verb: Dial, starts_at: datetime, base: str) -> Form:
    seconds = ceil((exchange.now() - starts_at).total_seconds())
    url = absolute(base, verb.recording_callback) if verb.recording_callback else ""
    callback = StatusCallback(url, verb.recording_callback_method, frozenset())
    sid = telling.record(exchange, leg, "DialVerb", seconds, starts_at, callback)
    return [
        ("RecordingSid", sid),
        ("RecordingUrl", recording_url(exchange.account_sid, sid)),
        ("RecordingDuration", str(seconds)),
    ]


def _stop(exchange: "Exchange", child: Leg) -> None:
    exchange.end(child, Status.COMPLETED if child.answered_at else Status.CANCELED)


def _outcome(children: list[Leg], winner: Leg | None) -> Form:
    """The Dial's fields of its action; DialCallDuration is the called leg's, from its answer on."""
    told = winner or min(children, key=lambda child: NOBODY.index(child.status), default=None)
    if told is None:
        return [("DialCallStatus", Status.FAILED.value), ("DialBridged", "false")]
    fields = [
        ("DialCallStatus", told.status.value),
        ("DialCallSid", told.sid),
        ("DialBridged", "true" if winner is not None else "false"),
    ]
    if told.answered_at is not None:
        fields.append(("DialCallDuration", str(told.call_seconds)))
    return fields
