"""Changes of a member's line that its notice offers to take back."""

from __future__ import annotations

from sqlalchemy import select

from coworking.kit.notices import Notice
from coworking.membership import Passwords
from telephony.forwarding import Change, set_forwarding
from telephony.forwarding.control import Contacts, set_pin
from telephony.forwarding.control.change_notices import tell_forwarding_changed
from telephony.forwarding.destinations import forwarding_of
from telephony.numbers import get_line, register_phone, unregister_phone
from tests.factories.numbers import line_rules
from tests.member_stand import ACTOR, MOBILE, NOW, MemberStand

NEW_PHONE = "+819099998888"


def make_change(stand: MemberStand, what: str) -> str:
    """Change the line, as by phone; the path of the page that the notice of it links to."""
    operator = stand.composition.operators[0]
    rules = operator.call_rules()
    contacts = Contacts(rules, "https://rusuban.example")
    with stand.composition.database.transaction(operator.id) as session:
        line = get_line(session, stand.line_id)
        match what:
            case "forwarding":
                before = forwarding_of(session, rules, line)
                after = set_forwarding(
                    session, rules, line, Change(is_on=False), actor=ACTOR, channel="ivr", now=NOW
                )
                tell_forwarding_changed(
                    session, contacts, line, "stopped", before, after, channel="ivr", now=NOW
                )
            case "phone-registered":
                register_phone(session, line_rules(), line, NEW_PHONE, actor=ACTOR, now=NOW)
            case "phone-unregistered":
                unregister_phone(session, line, MOBILE, actor=ACTOR, now=NOW)
            case _:
                passwords = stand.composition.resources[Passwords]
                set_pin(session, contacts, passwords, line, "482915", actor=ACTOR, now=NOW)
        body = session.scalars(select(Notice.body).order_by(Notice.id.desc()).limit(1)).one()
    return "/undo/" + body.split("/undo/")[1].split(maxsplit=1)[0]
