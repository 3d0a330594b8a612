"""Calling somebody with the line's number: the member's own phone rings first."""

from __future__ import annotations

from starlette.responses import Response

from app.member.call_words import CallWords
from app.member.month_calls import names_of
from app.member.notes import Note
from app.member.visits import MemberVisit
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.forwarding.calling_out.asking import DESK, ask_for_call
from telephony.forwarding.calling_out.lent_phones import desk_address
from telephony.forwarding.errors import DestinationNotAllowed

CALL_OUT_PATH = "/call-out"
LONGEST_NUMBER = 40


def show_call_out(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    return _page(visit, callee=visit.request.query_params.get("to", "")[:LONGEST_NUMBER])


def call_out(visit: MemberVisit, form: Form) -> Response:
    ask_for_call(
        visit.session,
        visit.rules,
        visit.own_line(),
        phone=form.get("phone", ""),
        callee=form.get("callee", ""),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return visit.go(CALL_OUT_PATH, Note("calling"))


def call_out_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    return _page(
        visit, callee=form.get("callee", "")[:LONGEST_NUMBER], phone=form.get("phone", ""), error=error
    )


def _page(
    visit: MemberVisit, *, callee: str = "", phone: str = "", error: UserError | None = None
) -> Response:
    line, reader = visit.own_line(), visit.reader
    words = CallWords(reader, visit.now.date(), names_of(visit.session, [line.id]))
    phones = [
        (one.number, words.phone_name(one.number), reader.phone(one.number)) for one in line.registered_phones
    ]
    if desk_address(visit.session, line.id) is not None:
        phones.append((DESK, reader.gettext("Desk phone"), ""))
    return visit.render(
        "member/call_out.html",
        tab="more",
        status=422 if error else 200,
        phones=phones,
        phone=phone,
        callee=callee,
        problem=error.sentence(reader.language) if error else "",
        at_callee=error is None
        or isinstance(error, DestinationNotAllowed)
        or error.code == "caller-id-always-shown",
    )
