"""Who hears what: every fact that one package tells and another acts on.

All of it runs in the session that told the fact, so that the two stand or fall together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.address_wiring import hear_of_addresses
from app.door_wiring import hear_of_doors
from app.money_subscriptions import hear_of_money
from app.operators import OperatorInForce
from app.reservation_wiring import hear_of_reservations
from coworking.billing import (
    bring_up_to_date,
    charge_damage,
    charge_event_fee,
    charge_plan_change,
    name_way_to_pay,
    post_first_payment,
    take_back_event_fee,
)
from coworking.billing.invoicing.letters import read_texts as read_billing_texts
from coworking.doors.locks.faults import read_texts as read_lock_texts
from coworking.kit.events import Subscriptions
from coworking.membership import (
    AddressKept,
    AddressReleased,
    DamageReported,
    EventSignedUp,
    EventSignUpCancelled,
    MeansNamed,
    MemberEnded,
    MemberJoined,
    MemberLeaving,
    MemberReturned,
    NotificationAddressChanged,
    OptionAdded,
    OptionDropped,
    PauseBegun,
    PlanChanged,
    read_application_texts,
)
from coworking.membership.community.published_terms import accept_present_terms
from coworking.membership.signing_in.letters import read_texts as read_account_texts
from coworking.reservations import read_texts as read_reservation_texts
from mail_handling import read_texts as read_mail_texts
from mail_handling import tell_of_end
from telephony.forwarding import CallsTold, lend_desk_phone, rewrite_card, rewrite_control_card, watch_told
from telephony.forwarding.call_figures import write_figures
from telephony.forwarding.cap_notices import read_texts as read_cap_texts
from telephony.forwarding.caps import count_told
from telephony.forwarding.control import Contacts, close_sessions, tell_phone_changed
from telephony.forwarding.control import read_texts as read_control_texts
from telephony.forwarding.member_webhooks import hear_calls as tell_webhooks
from telephony.forwarding.member_webhooks import read_texts as read_webhook_texts
from telephony.forwarding.voicemail import missed_calls
from telephony.forwarding.voicemail.arrivals import hear_calls
from telephony.metering import CallsOvertaken
from telephony.numbers import (
    LineChanged,
    LineRented,
    LineTransferred,
    NoticeGiven,
    NumberChanged,
    PhoneChanged,
    PhoneReplaced,
    SuspensionBegun,
    SuspensionLifted,
    charge_address_change,
    charge_phone_replaced,
    end_lines_of,
    post_first_fees,
    read_texts,
    write_line_ending,
    write_line_rented,
    write_line_transferred,
    write_suspension,
    write_suspension_lifted,
)
from virtual_office import read_texts as read_address_texts

TermsChanged = (
    PlanChanged
    | OptionAdded
    | OptionDropped
    | PauseBegun
    | MemberReturned
    | MemberLeaving
    | MemberEnded
    | AddressReleased
    | AddressKept
)
TERMS_CHANGED: tuple[type[TermsChanged], ...] = (
    OptionAdded,
    OptionDropped,
    PauseBegun,
    MemberReturned,
    MemberLeaving,
    MemberEnded,
    AddressReleased,
    AddressKept,
)


@dataclass(frozen=True)
class House:
    """The operators' rules, for whoever acts on a fact. Links in notices begin with `public_url`."""

    operators: Mapping[int, OperatorInForce]
    public_url: str

    def own(self, session: Session) -> OperatorInForce:
        """The operator whose rows the session sees."""
        return self.operators[session.info["operator_id"]]


def subscribe(subscriptions: Subscriptions, operators: Sequence[OperatorInForce], public_url: str) -> None:
    """Enter every handler; called once, by `compose`."""
    for read in (
        read_application_texts,
        read_account_texts,
        read_billing_texts,
        read_address_texts,
        read_lock_texts,
        read_mail_texts,
        read_reservation_texts,
        read_texts,
        missed_calls.read_texts,
        read_control_texts,
        read_cap_texts,
        read_webhook_texts,
    ):
        read()
    house = House({operator.id: operator for operator in operators}, public_url)
    _hear_of_members(subscriptions, house)
    _hear_of_contracts(subscriptions, house)
    hear_of_money(subscriptions, house)
    hear_of_doors(subscriptions)
    hear_of_reservations(subscriptions)
    hear_of_addresses(subscriptions, house.operators, public_url)
    _hear_of_mail(subscriptions, house)
    _hear_of_lines(subscriptions, house)
    _hear_of_numbers(subscriptions, house)
    _hear_of_calls(subscriptions, house)


def _hear_of_members(subscriptions: Subscriptions, house: House) -> None:
    """Who joins accepts the terms that are in force (SAK-38)."""

    def accepted(session: Session, told: MemberJoined) -> None:
        rules = house.own(session).member_rules()
        today = rules.calendar.local_date(told.at)
        accept_present_terms(
            session,
            rules.profile,
            told.member_id,
            today=today,
            actor=f"member:{told.member_id}",
            now=told.at,
        )

    subscriptions.subscribe(MemberJoined, accepted)


def _hear_of_contracts(subscriptions: Subscriptions, house: House) -> None:
    """What members agree to becomes what they owe."""

    def joined(session: Session, told: MemberJoined) -> None:
        rules = house.own(session).billing_rules()
        post_first_payment(session, rules, told)
        bring_up_to_date(session, rules, [told.member_id], told.at)

    def means_named(session: Session, told: MeansNamed) -> None:
        name_way_to_pay(session, house.own(session).billing_rules().profile, told)

    def plan_changed(session: Session, told: PlanChanged) -> None:
        charge_plan_change(session, house.own(session).billing_rules(), told)
        terms_changed(session, told)

    def terms_changed(session: Session, told: TermsChanged) -> None:
        bring_up_to_date(session, house.own(session).billing_rules(), [told.member_id], told.at)

    def signed_up(session: Session, told: EventSignedUp) -> None:
        charge_event_fee(session, house.own(session).billing_rules(), told)

    def damage_reported(session: Session, told: DamageReported) -> None:
        charge_damage(session, house.own(session).billing_rules(), told)

    def address_changed(session: Session, told: NotificationAddressChanged) -> None:
        charge_address_change(session, house.own(session).billing_rules(), told)

    def phone_replaced(session: Session, told: PhoneReplaced) -> None:
        charge_phone_replaced(session, house.own(session).billing_rules(), told)

    subscriptions.subscribe(MeansNamed, means_named)
    subscriptions.subscribe(MemberJoined, joined)
    subscriptions.subscribe(PlanChanged, plan_changed)
    for event_type in TERMS_CHANGED:
        subscriptions.subscribe(event_type, terms_changed)
    subscriptions.subscribe(EventSignedUp, signed_up)
    subscriptions.subscribe(EventSignUpCancelled, take_back_event_fee)
    subscriptions.subscribe(DamageReported, damage_reported)
    subscriptions.subscribe(NotificationAddressChanged, address_changed)
    subscriptions.subscribe(PhoneReplaced, phone_replaced)


def _hear_of_mail(subscriptions: Subscriptions, house: House) -> None:
    def member_ended(session: Session, told: MemberEnded) -> None:
        rules = house.own(session).mail_rules(house.public_url)
        if rules is not None:
            tell_of_end(session, rules, told)

    subscriptions.subscribe(MemberEnded, member_ended)


def _hear_of_lines(subscriptions: Subscriptions, house: House) -> None:
    def rented(session: Session, told: LineRented) -> None:
        operator = house.own(session)
        post_first_fees(session, operator.fee_rules(), told.line_id, told.at)
        write_line_rented(session, operator.line_rules(), told.line_id, told.at)
        lend_desk_phone(session, operator.call_rules(), operator.line_rules(), told.line_id, told.at)

    def notice_given(session: Session, told: NoticeGiven) -> None:
        write_line_ending(session, house.own(session).line_rules(), told.line_id, told.at)

    def member_ended(session: Session, told: MemberEnded) -> None:
        operator = house.own(session)
        if operator.lends_lines:
            rules = operator.line_rules()
            end_lines_of(session, rules, told.member_id, actor="membership", now=told.at)

    def suspended(session: Session, told: SuspensionBegun) -> None:
        write_suspension(session, house.own(session).line_rules(), told.line_id, told.reason, told.at)

    def suspension_lifted(session: Session, told: SuspensionLifted) -> None:
        write_suspension_lifted(session, told.line_id, told.at)

    def transferred(session: Session, told: LineTransferred) -> None:
        operator = house.own(session)
        lend_desk_phone(session, operator.call_rules(), operator.line_rules(), told.line_id, told.at)
        write_line_transferred(session, told.from_line_id, told.line_id, told.at)

    subscriptions.subscribe(LineRented, rented)
    subscriptions.subscribe(NoticeGiven, notice_given)
    subscriptions.subscribe(MemberEnded, member_ended)
    subscriptions.subscribe(SuspensionBegun, suspended)
    subscriptions.subscribe(SuspensionLifted, suspension_lifted)
    subscriptions.subscribe(LineTransferred, transferred)


def _hear_of_numbers(subscriptions: Subscriptions, house: House) -> None:
    """What calls need to know is on the routing cards."""

    def line_changed(session: Session, told: LineChanged) -> None:
        rewrite_card(session, house.own(session).call_rules(), told.line_id, told.at)

    def number_changed(session: Session, told: NumberChanged) -> None:
        rewrite_control_card(session, house.own(session).call_rules(), told.stock_number_id, told.at)

    def phone_changed(session: Session, told: PhoneChanged) -> None:
        tell_phone_changed(session, Contacts(house.own(session).call_rules(), house.public_url), told)

    subscriptions.subscribe(LineChanged, line_changed)
    subscriptions.subscribe(NumberChanged, number_changed)
    subscriptions.subscribe(PhoneChanged, phone_changed)


def _hear_of_calls(subscriptions: Subscriptions, house: House) -> None:
    def metered(session: Session, told: CallsTold) -> None:
        rules = house.own(session).call_rules()
        write_figures(session, rules, [call.call_sid for call in told.calls])
        count_told(session, rules, told)

    def overtaken(session: Session, told: CallsOvertaken) -> None:
        write_figures(session, house.own(session).call_rules(), told.call_sids)

    subscriptions.subscribe(CallsTold, metered)
    subscriptions.subscribe(CallsOvertaken, overtaken)
    for hear in (hear_calls, tell_webhooks, watch_told, close_sessions):
        subscriptions.subscribe(CallsTold, hear)
