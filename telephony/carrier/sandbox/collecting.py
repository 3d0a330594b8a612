"""Collecting what the other side gives: <Gather> digits, <Record> a message."""

from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from telephony.carrier.sandbox import telling
from telephony.carrier.sandbox.calls import Leg, StatusCallback
from telephony.carrier.sandbox.documents import Gather, Record
from telephony.carrier.sandbox.forms import Form, recording_url
from telephony.carrier.sandbox.programs import ELAPSED, Wait
from telephony.carrier.sandbox.reactions import acts_by_itself, listens, speaks
from telephony.carrier.sandbox.signals import HungUp, Pressed
from telephony.carrier.sandbox.sources import Fetched, Steps, absolute, inform
from telephony.carrier.sandbox.speech import speak

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange


class Collected(NamedTuple):
    digits: str
    finished_on: str
    """The key that ended it, or ""."""


def gather(exchange: "Exchange", leg: Leg, verb: Gather, base: str) -> Steps:
    before = leg.segments[-1].kind if leg.segments else "wait"
    exchange.phase(leg, "ask")
    first = None
    for prompt in verb.prompts:
        first = yield from speak(exchange, leg, prompt, barge_in=True)
        if first is not None:
            break
    if first is None:
        listens(exchange, leg)
    collected: Collected = yield from _digits(exchange, verb, first)
    exchange.phase(leg, before)
    if not collected.digits and not verb.action_on_empty_result:
        return None
    fields: Form = [
        ("Digits", collected.digits),
        ("FinishedOnKey", collected.finished_on),
        ("msg", "Gather End"),
    ]
    event = f"gather {collected.digits}"
    return Fetched(absolute(base, verb.action or base), verb.method, fields, event)


def _digits(exchange: "Exchange", verb: Gather, first: Pressed | None) -> Steps:
    digits = ""
    signal: object = first
    until = exchange.now() + timedelta(seconds=verb.timeout_seconds)
    while True:
        if isinstance(signal, Pressed):
            if signal.digit in verb.finish_on_key:
                return Collected(digits, signal.digit)
            digits += signal.digit
            if verb.num_digits is not None and len(digits) >= verb.num_digits:
                return Collected(digits, "")
            until = exchange.now() + timedelta(seconds=verb.timeout_seconds)
        elif signal is ELAPSED:
            return Collected(digits, "")
        signal = yield Wait(until)


def record(exchange: "Exchange", leg: Leg, verb: Record, base: str) -> Steps:
    """Until the caller hangs up, a key, silence or `max_seconds`. An empty recording is none: the next verb follows."""
    if verb.play_beep:
        exchange.hear(leg, "event", "beep")
    starts_at = exchange.now()
    longest_until = starts_at + timedelta(seconds=verb.max_seconds)
    spoken_seconds = speaks(exchange, leg)
    until = min(
        longest_until, starts_at + timedelta(seconds=_sound_seconds(exchange, leg, verb, spoken_seconds))
    )
    finished_on = ""
    try:
        while True:
            signal = yield Wait(until)
            if signal is ELAPSED:
                break
            if isinstance(signal, Pressed) and signal.digit in verb.finish_on_key:
                finished_on = signal.digit
                break
    except HungUp:
        source = _recorded(exchange, leg, verb, base, starts_at, "hangup", silent=spoken_seconds == 0)
        if source is not None:
            yield from inform(exchange, leg, source)
        raise
    silent = spoken_seconds is None and acts_by_itself(leg)
    return _recorded(exchange, leg, verb, base, starts_at, finished_on, silent=silent)


def _sound_seconds(exchange: "Exchange", leg: Leg, verb: Record, spoken_seconds: float | None) -> float:
    """From the beep to the end of the silence that ends it; of a phone in somebody's hand nobody knows."""
    if spoken_seconds is not None:
        return spoken_seconds + verb.silence_seconds
    return float(verb.silence_seconds if acts_by_itself(leg) else verb.max_seconds)


def _recorded(
    exchange: "Exchange", leg: Leg, verb: Record, base: str, starts_at: datetime, digits: str, *, silent: bool
) -> Fetched | None:
    seconds = ceil((exchange.now() - starts_at).total_seconds())
    if silent or seconds == 0:
        return None
    callback_url = absolute(base, verb.recording_callback) if verb.recording_callback else ""
    callback = StatusCallback(callback_url, verb.recording_callback_method, frozenset())
    sid = telling.record(exchange, leg, "RecordVerb", seconds, starts_at, callback)
    fields: Form = [
        ("RecordingSid", sid),
        ("RecordingUrl", recording_url(exchange.account_sid, sid)),
        ("RecordingDuration", str(seconds)),
        ("Digits", digits),
    ]
    return Fetched(absolute(base, verb.action or base), verb.method, fields, "record")
