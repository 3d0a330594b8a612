"""Calling out with the line's number: who may be called, and the document that calls them."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.phone import NumberClass, PhoneNumber
from telephony.carrier import voice_document as xml
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.calling_out.errors import (
    CalleeNotAllowed,
    CallerIdAlwaysShown,
    CapReached,
    LineNotStarted,
    LineSuspended,
    NotOfferedByPlan,
    ServiceInterrupted,
)
from telephony.forwarding.cards import read_card
from telephony.forwarding.destinations import destination
from telephony.forwarding.documents import LEG_EVENTS
from telephony.forwarding.errors import DestinationNotAllowed
from telephony.forwarding.rules import CallRules
from telephony.metering import Origin, offers_outgoing
from telephony.numbers import Line, LineNotLive

_PREFIXED = re.compile(r"(184|186)\W*(\d.*)", re.DOTALL)
LONGEST_SHOWN = 40


def prepare_call_out(
    session: Session, rules: CallRules, line: Line, callee_text: str, now: datetime, *, origin: Origin
) -> PhoneNumber:
    """The number that a text asks for, if the line may call it now from a phone of this kind. Asked before the member's
    phone rings and again when the callee is dialled (R17). Raises `LineNotLive`, `LineNotStarted`, `LineSuspended`,
    `ServiceInterrupted`, `CapReached`, `CallerIdAlwaysShown`, `DestinationNotAllowed`."""
    require_serving(session, line, now)
    number = called_number(rules, callee_text)
    if number.e164 == line.number:
        raise CalleeNotAllowed(number=callee_text[:LONGEST_SHOWN])
    if not offers_outgoing(rules.tariffs, line.line_plan, origin, number.number_class, now):
        raise NotOfferedByPlan(number=callee_text[:LONGEST_SHOWN])
    return number


def require_serving(session: Session, line: Line, now: datetime) -> None:
    """Raises what keeps the line from calling anybody at this instant."""
    if line.status == "ended" or (line.ends_at is not None and now >= line.ends_at):
        raise LineNotLive
    if line.status == "suspended":
        raise LineSuspended
    if now < line.starts_at:
        raise LineNotStarted
    card = read_card(session, line.number)
    if card is not None and card.halted is not None:
        raise ServiceInterrupted
    if card is not None and card.barred is not None:
        raise CapReached


def called_number(rules: CallRules, text: str) -> PhoneNumber:
    """A text that somebody dialled as a number that calls may go to. 186 is what happens anyway; 184 cannot be done: a
    rented number always shows. Raises `CallerIdAlwaysShown`, `CalleeNotAllowed`."""
    prefixed = _PREFIXED.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if prefixed is not None:
        if prefixed[1] == "184":
            raise CallerIdAlwaysShown
        text = prefixed[2]
    try:
        return destination(rules, text)
    except DestinationNotAllowed as error:
        raise CalleeNotAllowed(**error.facts) from error


def origin_of(phone: PhoneNumber) -> Origin:
    """Which prices calls through the service from a registered phone have."""
    return Origin.MOBILE if phone.number_class is NumberClass.MOBILE else Origin.FIXED


def dial_document(
    rules: CallRules, callbacks: Callbacks, line_id: int, line_number: str, callee: PhoneNumber
) -> bytes:
    """Call the callee, who sees the line's number; what that leg lasts is what is billed."""
    status_url = callbacks.leg_status(line_id, asks=False, role="callee")
    return xml.document(
        xml.dial(
            xml.number(callee.e164, status_url=status_url, status_events=LEG_EVENTS),
            action=callbacks.out_ended(line_id),
            caller_id=line_number,
            ring_seconds=rules.forwarding.ringing.most_seconds,
            longest_seconds=rules.forwarding.limits.call_seconds,
        )
    )
