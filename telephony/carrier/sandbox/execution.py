"""Executing voice documents: one generator per leg, one function per verb."""

from typing import TYPE_CHECKING

from telephony.carrier.sandbox.calls import Leg, Status
from telephony.carrier.sandbox.collecting import gather, record
from telephony.carrier.sandbox.dialing import dial
from telephony.carrier.sandbox.documents import (
    Dial,
    Gather,
    Hangup,
    Pause,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
    Verb,
)
from telephony.carrier.sandbox.programs import Wait
from telephony.carrier.sandbox.signals import Accepted, CallFailed, Finished, Redirected
from telephony.carrier.sandbox.sources import Fetched, Loaded, Source, Steps, absolute, load
from telephony.carrier.sandbox.speech import speak

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

APPLICATION_ERROR = Say("We are sorry, an application error has occurred. Goodbye.")
NOT_IN_A_WHISPER = (Dial, Record, Reject)


def converse(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    """The life of a caller's leg: document after document until one ends it or none is left."""
    try:
        yield from follow(exchange, leg, source)
        if leg.answered_at is None and leg.failed_dial is None:
            exchange.answer(leg)  # a document without a single verb
        exchange.end(leg, Status.COMPLETED if leg.answered_at else leg.failed_dial or Status.NO_ANSWER)
    except Finished as finished:
        exchange.end(leg, finished.status)
    except CallFailed as failure:
        exchange.problem(leg, failure.code, failure.reason)
        exchange.answer(leg)
        yield from speak(exchange, leg, APPLICATION_ERROR)
        exchange.end(leg, Status.FAILED)


def call_out(exchange: "Exchange", leg: Leg, source: Source, timeout_seconds: float) -> Steps:
    """The life of a leg that a REST request started: it rings first."""
    exchange.place(leg)
    timer = exchange.timeline.after(timeout_seconds, lambda: _unanswered(exchange, leg))
    leg.timers.append(timer)
    while leg.answered_at is None:
        yield Wait()
    exchange.timeline.cancel(timer)
    yield from converse(exchange, leg, source)


def _unanswered(exchange: "Exchange", leg: Leg) -> None:
    if leg.answered_at is None:
        exchange.end(leg, Status.NO_ANSWER)


def screen(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    """A whisper on a called leg: heard to its end, the leg may be bridged; hung up before, it may not."""
    leg.screening = True
    exchange.phase(leg, "ask")
    try:
        yield from follow(exchange, leg, source)
    except Finished:
        exchange.end(leg, Status.COMPLETED)
    except CallFailed as failure:
        exchange.problem(leg, failure.code, failure.reason)
        exchange.end(leg, Status.FAILED)
    else:
        leg.screening = False
        leg.accepted = True
        exchange.programs.signal(leg.listener, Accepted(leg))


def follow(exchange: "Exchange", leg: Leg, source: Source) -> Steps:
    current: Source | None = source
    while current is not None:
        try:
            loaded: Loaded = yield from load(exchange, leg, current)
            current = yield from perform(exchange, leg, loaded)
        except Redirected as redirected:
            current = redirected.source


def perform(exchange: "Exchange", leg: Leg, loaded: Loaded) -> Steps:
    """The document's verbs in order; the source of the next document, or None at the end of this one."""
    for verb in loaded.document.verbs:
        if leg.screening and isinstance(verb, NOT_IN_A_WHISPER):
            exchange.problem(leg, 13201, f"<{type(verb).__name__}> is not carried out in a whisper")
            continue
        if _answers(verb):
            exchange.answer(leg)
        source = yield from perform_verb(exchange, leg, verb, loaded.url)
        if source is not None:
            return source
    return None


def perform_verb(exchange: "Exchange", leg: Leg, verb: Verb, base: str) -> Steps:
    match verb:
        case Say() | Play() | Pause():
            yield from speak(exchange, leg, verb)
        case Gather():
            return (yield from gather(exchange, leg, verb, base))
        case Dial():
            return (yield from dial(exchange, leg, verb, base))
        case Record():
            return (yield from record(exchange, leg, verb, base))
        case Redirect():
            return Fetched(absolute(base, verb.url), verb.method, event="redirect")
        case Reject():
            # after another verb has answered, a <Reject> only hangs up
            status = Status.BUSY if verb.reason == "busy" else Status.NO_ANSWER
            raise Finished(Status.COMPLETED if leg.answered_at else status)
        case Hangup():
            raise Finished(Status.COMPLETED)
    return None


def _answers(verb: Verb) -> bool:
    """Whether Twilio answers an inbound call before this verb, which begins what it bills."""
    if isinstance(verb, Dial):
        return not verb.answer_on_bridge
    return not isinstance(verb, Reject | Pause | Redirect)
