"""Who hears what: every fact that one package tells and another acts on.

All of it runs in the session that told the fact, so that the two stand or fall together.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.operators import OperatorInForce
from coworking.kit.events import Subscriptions
from telephony.forwarding import CallsTold, lend_desk_phone, rewrite_card, watch_told
from telephony.forwarding.call_figures import write_figures
from telephony.forwarding.cap_notices import read_texts as read_cap_texts
from telephony.forwarding.caps import count_told
from telephony.forwarding.control import Contacts, close_sessions, tell_phone_changed
from telephony.forwarding.control import read_texts as read_control_texts
from telephony.forwarding.voicemail import missed_calls
from telephony.forwarding.voicemail.arrivals import hear_calls
from telephony.metering import CallsOvertaken
from telephony.numbers import (
    LineChanged,
    LineRented,
    LineTransferred,
    NoticeGiven,
    PhoneChanged,
    SuspensionBegun,
    SuspensionLifted,
    post_first_fees,
    read_texts,
    write_line_ending,
    write_line_rented,
    write_line_transferred,
    write_suspension,
    write_suspension_lifted,
)


def subscribe(
    subscriptions: Subscriptions, operators: Sequence[OperatorInForce], public_url: str
) -> None:
    """Enter every handler; called once, by `compose`. Links in notices begin with `public_url`."""
    by_id = {operator.id: operator for operator in operators}
    read_texts()
    missed_calls.read_texts()
    read_control_texts()
    read_cap_texts()

    def own(session: Session) -> OperatorInForce:
        return by_id[session.info["operator_id"]]

    def rented(session: Session, told: LineRented) -> None:
        operator = own(session)
        post_first_fees(session, operator.fee_rules(), told.line_id, told.at)
        write_line_rented(session, operator.line_rules(), told.line_id, told.at)
        lend_desk_phone(session, operator.call_rules(), operator.line_rules(), told.line_id, told.at)

    def notice_given(session: Session, told: NoticeGiven) -> None:
        write_line_ending(session, own(session).line_rules(), told.line_id, told.at)

    def suspended(session: Session, told: SuspensionBegun) -> None:
        write_suspension(session, own(session).line_rules(), told.line_id, told.reason, told.at)

    def suspension_lifted(session: Session, told: SuspensionLifted) -> None:
        write_suspension_lifted(session, told.line_id, told.at)

    def transferred(session: Session, told: LineTransferred) -> None:
        operator = own(session)
        lend_desk_phone(session, operator.call_rules(), operator.line_rules(), told.line_id, told.at)
        write_line_transferred(session, told.from_line_id, told.line_id, told.at)

    def changed(session: Session, told: LineChanged) -> None:
        rewrite_card(session, own(session).call_rules(), told.line_id, told.at)

    def phone_changed(session: Session, told: PhoneChanged) -> None:
        contacts = Contacts(own(session).call_rules(), public_url)
        tell_phone_changed(session, contacts, told)

    def metered(session: Session, told: CallsTold) -> None:
        rules = own(session).call_rules()
        write_figures(session, rules, [call.call_sid for call in told.calls])
        count_told(session, rules, told)

    def overtaken(session: Session, told: CallsOvertaken) -> None:
        write_figures(session, own(session).call_rules(), told.call_sids)

    subscriptions.subscribe(LineRented, rented)
    subscriptions.subscribe(NoticeGiven, notice_given)
    subscriptions.subscribe(SuspensionBegun, suspended)
    subscriptions.subscribe(SuspensionLifted, suspension_lifted)
    subscriptions.subscribe(LineTransferred, transferred)
    subscriptions.subscribe(LineChanged, changed)
    subscriptions.subscribe(CallsTold, metered)
    subscriptions.subscribe(CallsOvertaken, overtaken)
    subscriptions.subscribe(CallsTold, hear_calls)
    subscriptions.subscribe(CallsTold, watch_told)
    subscriptions.subscribe(PhoneChanged, phone_changed)
    subscriptions.subscribe(CallsTold, close_sessions)
