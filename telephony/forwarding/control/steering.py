"""What who has entered the right PIN may do with a line, by whatever channel (NEX-02, NEX-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.phone import InvalidPhoneNumber, from_e164
from telephony.forwarding.calling_out.dial import origin_of, prepare_call_out
from telephony.forwarding.control import prompts
from telephony.forwarding.control.change_notices import Contacts, tell_forwarding_changed
from telephony.forwarding.control.documents import described
from telephony.forwarding.control.ivr import CallOut, Describe, ReadBack, RingFor, SendTo, Switch
from telephony.forwarding.destinations import (
    Change,
    WantedDestination,
    destination,
    forwarding_of,
    set_forwarding,
)
from telephony.forwarding.errors import DestinationMissing
from telephony.metering import Origin
from telephony.numbers import Line

Channel = Literal["ivr", "sms"]
CHANGED, CALLED_OUT, HEARD = "changed", "called-out", "heard"
DESK_PHONE = "desk-phone"


@dataclass(frozen=True, slots=True)
class Steering:
    """Who steers a line, and how: `phone` is the E.164 number of the phone, or the address of the lent desk phone."""

    contacts: Contacts
    phone: str | None
    channel: Channel
    language: Language
    now: datetime

    @property
    def actor(self) -> str:
        """How the audit trail names who steers."""
        try:
            return f"phone:{from_e164(self.phone or '').masked}"
        except InvalidPhoneNumber:
            return DESK_PHONE

    @property
    def origin(self) -> Origin:
        try:
            return origin_of(from_e164(self.phone or ""))
        except InvalidPhoneNumber:
            return Origin.DESK


@dataclass(frozen=True, slots=True)
class Granted:
    """What was done, in a word that is kept and in words that are told; `number` (E.164) is what was understood."""

    outcome: str | None = None
    said: str | None = None
    number: str | None = None


def grant(
    session: Session,
    steering: Steering,
    line: Line,
    wish: Switch | ReadBack | SendTo | RingFor | Describe | CallOut,
) -> Granted:
    """Do what is wished. Raises what the rules refuse, and then nothing has changed."""
    rules = steering.contacts.rules
    match wish:
        case Switch(on=on):
            done = prompts.STARTED if on else prompts.STOPPED
            return _change(
                session,
                steering,
                line,
                "started" if on else "stopped",
                Change(is_on=on),
                done.spoken(steering.language),
            )
        case ReadBack(number=number):
            return Granted(number=destination(rules, number).e164)
        case SendTo(number=number):
            present = forwarding_of(session, rules, line).destinations
            wanted = WantedDestination(number, present[0].ring_seconds if present else None)
            said = prompts.DESTINATION_SET.spoken(steering.language)
            return _change(session, steering, line, "destination", Change(destinations=[wanted]), said)
        case RingFor(seconds=seconds):
            present = forwarding_of(session, rules, line).destinations
            if not present:
                raise DestinationMissing
            all_wanted = [WantedDestination(one.number, seconds, one.label) for one in present]
            said = prompts.SECONDS_SET.spoken(steering.language)
            return _change(session, steering, line, "seconds", Change(destinations=all_wanted), said)
        case Describe():
            spell = prompts.digit_by_digit if steering.channel == "ivr" else prompts.as_written
            said = described(forwarding_of(session, rules, line), steering.language, spell)
            return Granted(HEARD, said)
        case CallOut(number=number):
            callee = prepare_call_out(session, rules, line, number, steering.now, origin=steering.origin)
            return Granted(CALLED_OUT, number=callee.e164)


def _change(
    session: Session, steering: Steering, line: Line, word: str, change: Change, said: str
) -> Granted:
    rules = steering.contacts.rules
    before = forwarding_of(session, rules, line)
    with session.begin_nested():  # what is refused half-way leaves nothing, while the count of PINs stays
        after = set_forwarding(
            session,
            rules,
            line,
            change,
            actor=steering.actor,
            channel=steering.channel,
            now=steering.now,
        )
    tell_forwarding_changed(
        session,
        steering.contacts,
        line,
        word,
        before,
        after,
        channel=steering.channel,
        now=steering.now,
    )
    return Granted(CHANGED, said)
