"""Decisions as voice documents: what the carrier is told to say, ring and ask."""

from __future__ import annotations

from typing import Literal

from coworking.kit.errors import Language
from coworking.kit.phone import from_e164
from telephony.carrier import voice_document as xml
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.profile import ForwardingProfile
from telephony.forwarding.routing import Announce, Card, Ring

SPOKEN: dict[Language, Literal["ja-JP", "en-US"]] = {"ja": "ja-JP", "en": "en-US"}
LEG_EVENTS: tuple[xml.Event, ...] = ("initiated", "ringing", "answered", "completed")

# When even the operator is unknown: one sentence in both languages, made once.
APOLOGY = xml.document(
    xml.say("申し訳ございません。ただいま電話をおつなぎできません。", language="ja-JP"),
    xml.say("We are sorry. Your call cannot be connected at the moment.", language="en-US"),
    xml.hangup(),
)
CONNECT = xml.document()
HANG_UP = xml.document(xml.hangup())


def announcement(decision: Announce, profile: ForwardingProfile, language: Language) -> bytes:
    """Say what the decision says, in the operator's words, and hang up."""
    text = getattr(profile.announcements, decision.says)
    return xml.document(xml.say(getattr(text, language), language=SPOKEN[language]), xml.hangup())


def apology(profile: ForwardingProfile, language: Language) -> bytes:
    text = getattr(profile.announcements.apology, language)
    return xml.document(xml.say(text, language=SPOKEN[language]), xml.hangup())


def ringing(decision: Ring, card: Card, callbacks: Callbacks, call_sid: str) -> bytes:
    """Ring the decision's phones, showing the rented number. Each leg tells its progress; with press-1 each is asked
    first. Phones that ring together ring as long as the most patient of them."""
    status_url = callbacks.leg_status(card.line_id, card.press_one)
    whisper_url = callbacks.whisper(card.line_id, call_sid) if card.press_one else None
    nouns = [
        xml.number(target.number, url=whisper_url, status_url=status_url, status_events=LEG_EVENTS)
        for target in decision.targets
    ]
    return xml.document(
        xml.dial(
            *nouns,
            action=callbacks.next(card.line_id, decision.targets[-1].index),
            caller_id=card.number,
            ring_seconds=max(target.ring_seconds for target in decision.targets),
            longest_seconds=card.time_limit_seconds,
        )
    )


def whisper(
    card: Card, profile: ForwardingProfile, callbacks: Callbacks, call_sid: str, caller: str | None
) -> bytes:
    """Tell who picked up which line this is for, and ask for 1. Silence or another key ends the leg: a mobile's own
    voicemail must not take the call."""
    language = card.language
    prompts = profile.prompts
    shown = {"line": from_e164(card.number).national, "caller": from_e164(caller).national if caller else ""}
    spoken = SPOKEN[language]
    return xml.document(
        xml.gather(
            xml.say(getattr(prompts.whisper, language).format(**shown), language=spoken),
            xml.say(getattr(prompts.press_one, language).format(**shown), language=spoken),
            action=callbacks.accept(card.line_id, call_sid),
            digits=1,
            timeout_seconds=profile.limits.accept_seconds,
        ),
        xml.say(getattr(prompts.not_accepted, language).format(**shown), language=spoken),
        xml.hangup(),
    )


def not_accepted(card: Card, profile: ForwardingProfile) -> bytes:
    text = getattr(profile.prompts.not_accepted, card.language)
    return xml.document(xml.say(text, language=SPOKEN[card.language]), xml.hangup())
