"""The phones that steer a line and call out with its number, and the PIN that goes with them."""

from __future__ import annotations

from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.errors import PinsDiffer
from app.member.month_calls import names_of
from app.member.notes import Note
from app.member.visits import MemberVisit
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from coworking.membership import Passwords, PasswordWrong, TooManyAttempts, step_up
from coworking.membership.models import Account
from coworking.membership.password_guesses import asks_for_passkey
from telephony.forwarding import Callbacks
from telephony.forwarding.control.change_notices import Contacts
from telephony.forwarding.control.pins import pin_of, set_pin
from telephony.numbers import register_phone, replace_phone, unregister_phone
from telephony.numbers.control_numbers import control_numbers

PHONES_PATH = "/phones"


def show_phones(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    return _page(visit)


def add_phone(visit: MemberVisit, form: Form) -> Response:
    """Register a phone, in the place of another where one is named. What a found device must not do asks for the
    password first."""
    _confirm(visit, form)
    line, replaced = visit.own_line(), form.get("replaces", "")
    number, actor = form.get("number", ""), visit.actor.reference
    if replaced:
        replace_phone(visit.session, visit.line_rules, line, replaced, number, actor=actor, now=visit.now)
    else:
        register_phone(visit.session, visit.line_rules, line, number, actor=actor, now=visit.now)
    return visit.go(PHONES_PATH, Note("phone-replaced" if replaced else "phone-added"))


def remove_phone(visit: MemberVisit, form: Form) -> Response:
    unregister_phone(
        visit.session,
        visit.own_line(),
        form.get("number", ""),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return visit.go(PHONES_PATH, Note("phone-removed"))


def change_pin(visit: MemberVisit, form: Form) -> Response:
    _confirm(visit, form)
    if form.get("pin", "") != form.get("pin_again", ""):
        raise PinsDiffer
    set_pin(
        visit.session,
        Contacts(visit.rules, visit.composition.resources[Callbacks].public_url),
        visit.composition.resources[Passwords],
        visit.own_line(),
        form.get("pin", ""),
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )
    return visit.go(PHONES_PATH, Note("pin-set"))


def phone_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, at="phone", error=error, form=form)


def pin_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(visit, at="pin", error=error, form=form)


def _confirm(visit: MemberVisit, form: Form) -> None:
    resources = visit.composition.resources
    step_up(visit.session, resources, visit.actor, form.get("password", ""), now=visit.now)


def _page(
    visit: MemberVisit, *, at: str = "", error: UserError | None = None, form: Form | None = None
) -> Response:
    line, reader = visit.own_line(), visit.reader
    words = CallWords(reader, visit.now.date(), names_of(visit.session, [line.id]))
    pin = pin_of(visit.session, line)
    profile = visit.rules.forwarding.pin
    account = visit.session.get_one(Account, visit.actor.account_id)
    return visit.render(
        "member/phones.html",
        tab="more",
        status=422 if error else 200,
        phones=[
            (phone.number, words.phone_name(phone.number), *words.kind_of_phone(phone.number))
            for phone in line.registered_phones
        ],
        most_phones=visit.line_rules.profile.registered_phones.limit,
        pin=pin,
        pin_digits=(profile.least_digits, profile.most_digits),
        control_numbers=control_numbers(visit.session),
        at=at,
        has_password=account.password_set_at is not None,
        passkey_shown=asks_for_passkey(account, visit.actor),
        field="password" if isinstance(error, PasswordWrong | TooManyAttempts) else "main",
        problem=error.sentence(reader.language) if error else "",
        form=form or {},
    )
