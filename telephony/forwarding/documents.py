"""Decisions as voice documents: what the carrier is told to say, ring, record and ask."""

from __future__ import annotations

from typing import Literal

from coworking.kit.errors import Language
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from coworking.kit.profile_fields import Bilingual
from telephony.carrier import voice_document as xml
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.card import Card
from telephony.forwarding.profile import ForwardingProfile
from telephony.forwarding.routing import Announce, Decision, HangUp, Refuse, Ring, RingDesk, TakeMessage
from telephony.forwarding.rules import CallRules

SPOKEN: dict[Language, Literal["ja-JP", "en-US"]] = {"ja": "ja-JP", "en": "en-US"}
LEG_EVENTS: tuple[xml.Event, ...] = ("initiated", "ringing", "answered", "completed")
DESK_INDEX = 99
"""What stands for the desk phone where a destination's index is asked for; no list of destinations is so long."""

# When even the operator is unknown: one sentence in both languages, made once.
APOLOGY = xml.document(
    xml.say("申し訳ございません。ただいま電話をおつなぎできません。", language="ja-JP"),
    xml.say("We are sorry. Your call cannot be connected at the moment.", language="en-US"),
    xml.hangup(),
)
CONNECT = xml.document()
HANG_UP = xml.document(xml.hangup())
BUSY = xml.document(xml.reject("busy"))


def of_decision(
    decision: Decision,
    card: Card | None,
    rules: CallRules,
    callbacks: Callbacks,
    *,
    call_sid: str,
    caller: str | None,
) -> bytes:
    """The document that carries out a decision on an incoming call."""
    profile = rules.forwarding
    language = card.language if card else rules.language
    match decision:
        case Announce():
            said = announced(card, decision.says, profile, callbacks, language)
            return xml.document(said, xml.hangup())
        case Refuse():
            return BUSY
        case HangUp():
            return HANG_UP
        case _ if card is None:
            said = announced(None, "not_in_service", profile, callbacks, language)
            return xml.document(said, xml.hangup())
        case Ring():
            return ringing(decision, card, callbacks, call_sid, caller)
        case RingDesk():
            return ringing_desk(card, callbacks, caller, profile.ringing.most_seconds)
        case TakeMessage():
            return message(card, decision.says, profile, callbacks)


def announced(
    card: Card | None, says: str, profile: ForwardingProfile, callbacks: Callbacks, language: Language
) -> xml.Verb:
    """What a caller hears: the member's own sound, the member's own words, or the operator's."""
    if card is not None and says in card.sounds:
        return xml.play(callbacks.sound(card.sounds[says]))
    if card is not None and says in card.texts:
        return xml.say(card.texts[says], language=SPOKEN[card.texts_in.get(says, language)])
    text = getattr(profile.announcements, says)
    return xml.say(getattr(text, language), language=SPOKEN[language])


def apology(profile: ForwardingProfile, language: Language) -> bytes:
    text = getattr(profile.announcements.apology, language)
    return xml.document(xml.say(text, language=SPOKEN[language]), xml.hangup())


def ringing(decision: Ring, card: Card, callbacks: Callbacks, call_sid: str, caller: str | None) -> bytes:
    """Ring the decision's phones. Each leg tells its progress; with a whisper or press-1 each is told or asked first.
    Phones that ring together ring as long as the most patient of them."""
    status_url = callbacks.leg_status(card.line_id, card.press_one)
    speaks = card.press_one or card.whisper
    whisper_url = callbacks.whisper(card.line_id, call_sid) if speaks else None
    nouns = [
        xml.number(target.number, url=whisper_url, status_url=status_url, status_events=LEG_EVENTS)
        for target in decision.targets
    ]
    return xml.document(
        xml.dial(
            *nouns,
            action=callbacks.next(card.line_id, decision.targets[-1].index),
            caller_id=shown_number(card, caller),
            ring_seconds=max(target.ring_seconds for target in decision.targets),
            longest_seconds=card.time_limit_seconds,
        )
    )


def ringing_desk(card: Card, callbacks: Callbacks, caller: str | None, ring_seconds: int) -> bytes:
    """Ring the lent desk phone, which shows who calls."""
    assert card.desk is not None
    status_url = callbacks.leg_status(card.line_id, asks=False)
    return xml.document(
        xml.dial(
            xml.sip(card.desk, status_url=status_url, status_events=LEG_EVENTS),
            action=callbacks.next(card.line_id, DESK_INDEX),
            caller_id=caller or card.number,
            ring_seconds=ring_seconds,
            longest_seconds=card.time_limit_seconds,
        )
    )


def shown_number(card: Card, caller: str | None) -> str:
    """Whose number a destination's phone shows. A caller who withholds the number stays unknown."""
    return caller if card.shows == "caller" and caller is not None else card.number


def message(card: Card, says: str, profile: ForwardingProfile, callbacks: Callbacks) -> bytes:
    """Greet, beep, record until silence, a key or the longest that is kept."""
    return xml.document(
        announced(card, says, profile, callbacks, card.language),
        xml.record(
            action=callbacks.message(card.line_id),
            longest_seconds=card.message_seconds,
            silence_seconds=profile.voicemail.silence_seconds,
            finish_key="#",
            status_url=callbacks.recording(card.line_id),
        ),
        xml.hangup(),
    )


def whisper(
    card: Card, profile: ForwardingProfile, callbacks: Callbacks, call_sid: str, caller: str | None = None
) -> bytes:
    """Tell who picked up which line this is for, and where wanted ask for 1. Silence or another key ends the leg: a
    mobile's own voicemail must not take the call."""
    prompts, language = profile.prompts, card.language
    spoken = SPOKEN[language]
    told = xml.say(_prompt(prompts.whisper, card, caller), language=spoken)
    if not card.press_one:
        # The carrier asks once more when it has been said: from then on the two hear each other.
        return xml.document(told, xml.redirect(callbacks.accept(card.line_id, call_sid)))
    return xml.document(
        xml.gather(
            *([told] if card.whisper else []),
            xml.say(_prompt(prompts.press_one, card, caller), language=spoken),
            action=callbacks.accept(card.line_id, call_sid),
            digits=1,
            timeout_seconds=profile.limits.accept_seconds,
        ),
        xml.say(_prompt(prompts.not_accepted, card, caller), language=spoken),
        xml.hangup(),
    )


def not_accepted(card: Card, profile: ForwardingProfile) -> bytes:
    said = xml.say(_prompt(profile.prompts.not_accepted, card), language=SPOKEN[card.language])
    return xml.document(said, xml.hangup())


def _prompt(prompt: Bilingual, card: Card, caller: str | None = None) -> str:
    text: str = getattr(prompt, card.language)
    return text.format(line=from_e164(card.number).national, caller=_spoken_number(caller))


def _spoken_number(caller: str | None) -> str:
    """Empty for a caller whom a destination does not get to know, and for one from abroad."""
    try:
        return from_e164(caller).national if caller else ""
    except InvalidPhoneNumber:
        return ""
