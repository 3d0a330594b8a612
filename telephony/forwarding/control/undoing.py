"""Taking a change back by the link in its notice (R16)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.audit import record
from telephony.forwarding.control.change_notices import UNDO_ACTOR, Contacts, tell_undone
from telephony.forwarding.control.errors import UndoOver
from telephony.forwarding.control.models import ChangeUndo
from telephony.forwarding.control.pins import lock_pin
from telephony.forwarding.control.undo_offers import What, take_offer
from telephony.forwarding.destinations import Change, WantedDestination, set_forwarding
from telephony.numbers import Line, LineRules, get_line, register_phone, unregister_phone

CHANNEL = "undo"


def undo_change(
    session: Session, contacts: Contacts, line_rules: LineRules, token: str, now: datetime
) -> What:
    """Bring back what stood before the change that the token was sent for; returns what it was. A PIN is not brought
    back but locked: nobody knows any more who knows the one before. Raises `UndoOver`, and what bringing it back
    raises."""
    offer = take_offer(session, token, now)
    if offer is None:
        raise UndoOver
    line = get_line(session, offer.line_id)
    what = _bring_back(session, contacts, line_rules, line, offer, now)
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=UNDO_ACTOR,
        action="change.undone",
        subject=f"line:{line.id}",
        details={"what": what},
        channel=CHANNEL,
    )
    tell_undone(session, contacts, line, what, now)
    return what


def _bring_back(
    session: Session, contacts: Contacts, line_rules: LineRules, line: Line, offer: ChangeUndo, now: datetime
) -> What:
    before = offer.before
    match offer.what:
        case "forwarding":
            destinations = [WantedDestination(*one) for one in before["to"]]
            change = Change(is_on=before["on"], destinations=destinations)
            set_forwarding(session, contacts.rules, line, change, actor=UNDO_ACTOR, channel=CHANNEL, now=now)
            return "forwarding"
        case "phone-registered":
            number = before["number"]
            unregister_phone(session, line, number, actor=UNDO_ACTOR, now=now, leaves_place=False)
            return "phone-registered"
        case "phone-unregistered":
            number = before["number"]
            register_phone(session, line_rules, line, number, actor=UNDO_ACTOR, now=now, replaces=False)
            return "phone-unregistered"
        case _:
            lock_pin(session, line, actor=UNDO_ACTOR, channel=CHANNEL, now=now)
            return "pin"
