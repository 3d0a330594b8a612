"""What a line's contacts are told of a change that somebody made from outside. The texts stand in the folder `notices`.

The link that undoes a change goes to the member's mail only. Who has just put a phone of their own on a line would
otherwise get the means to undo what its member does about it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.kit.phone import from_e164
from coworking.membership import facts
from telephony.forwarding.control import prompts
from telephony.forwarding.control.texts import write_text
from telephony.forwarding.control.undo_offers import What, offer_undo
from telephony.forwarding.destinations import Forwarding
from telephony.forwarding.rules import CallRules
from telephony.numbers import Line, PhoneChanged, get_line

PACKAGE = "telephony.forwarding.control"
UNDO_ACTOR = "undo-link"
"""Who changes something back by the link of a notice."""


@dataclass(frozen=True, slots=True)
class Contacts:
    """How a line's contacts are told: by the operator's rules, with links under the deployment's public URL."""

    rules: CallRules
    public_url: str


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def tell_forwarding_changed(
    session: Session,
    contacts: Contacts,
    line: Line,
    change: str,
    before: Forwarding,
    after: Forwarding,
    *,
    channel: str,
    now: datetime,
) -> None:
    """`change` is one of the words started, stopped, destination, seconds."""
    kept = {
        "on": before.is_on,
        "to": [[one.number, one.ring_seconds, one.label] for one in before.destinations],
    }
    _write(
        session,
        contacts,
        line,
        "control-changed",
        now,
        change=change,
        by=channel,
        to=[(from_e164(one.number).national, one.ring_seconds) for one in after.destinations],
        is_on=after.is_on,
        **_undo(session, contacts, line, "forwarding", kept, now),
    )


def tell_pin_set(session: Session, contacts: Contacts, line: Line, now: datetime) -> None:
    _write(session, contacts, line, "pin-set", now, **_undo(session, contacts, line, "pin", {}, now))
    _text(session, contacts, line, {phone.number for phone in line.registered_phones}, now)


def tell_pin_locked(session: Session, contacts: Contacts, line: Line, now: datetime) -> None:
    _write(session, contacts, line, "pin-locked", now)


def tell_phone_changed(session: Session, contacts: Contacts, told: PhoneChanged) -> None:
    """A phone was registered or taken off: the mail of the member and the phones that were registered before it are
    told. A change that takes another back offers no undo of its own."""
    line = get_line(session, told.line_id)
    what: What = "phone-registered" if told.is_registered else "phone-unregistered"
    undo = (
        {"undo": None, "until": None}
        if told.actor == UNDO_ACTOR
        else _undo(session, contacts, line, what, {"number": told.number}, told.at)
    )
    _write(
        session,
        contacts,
        line,
        "registered-phone-changed",
        told.at,
        phone=from_e164(told.number).national,
        is_registered=told.is_registered,
        **undo,
    )
    phones = {phone.number for phone in line.registered_phones}
    before = phones - {told.number} if told.is_registered else phones | {told.number}
    _text(session, contacts, line, before, told.at)


def tell_undone(session: Session, contacts: Contacts, line: Line, what: What, now: datetime) -> None:
    _write(session, contacts, line, "change-undone", now, what=what)


def _undo(
    session: Session, contacts: Contacts, line: Line, what: What, before: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """The facts of a notice that offers to take the change back."""
    valid_for = timedelta(hours=contacts.rules.forwarding.control.undo_hours)
    token = offer_undo(session, line, what, before, now=now, valid_for=valid_for)
    return {
        "undo": f"{contacts.public_url.rstrip('/')}/undo/{token}",
        "until": contacts.rules.tariffs.calendar.local(now + valid_for),
    }


def _write(
    session: Session, contacts: Contacts, line: Line, kind: str, now: datetime, **details: Any
) -> None:
    member = facts(session, line.member_id)
    notify(
        session,
        operator_id=line.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind=kind,
        language=cast("Language", member.language),
        member=member.name,
        number=from_e164(line.number).national,
        at=contacts.rules.tariffs.calendar.local(now),
        **details,
    )


def _text(session: Session, contacts: Contacts, line: Line, phones: Collection[str], now: datetime) -> None:
    """A short word to these phones; what exceeds the day's messages to one of them is left out."""
    language = facts(session, line.member_id).language
    body = prompts.TEXT_CHANGED.spoken(language).format(number=from_e164(line.number).national)
    for phone in sorted(phones):
        write_text(
            session,
            operator_id=line.operator_id,
            from_number=line.number,
            to_number=phone,
            body=body,
            most_a_day=contacts.rules.forwarding.control.texts_a_day,
            now=now,
        )
