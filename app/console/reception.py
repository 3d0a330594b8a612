"""The reception phone on a tablet: a visitor names a member, and the member's line rings (NEX-24)."""

from __future__ import annotations

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.member_search import LONGEST_SEARCH, names_of, search_members
from coworking.kit.errors import NotFound, UserError
from coworking.kit.web.forms import Form
from coworking.kit.web.translations import translatable
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.calling_out.reception import ask_from_reception
from telephony.forwarding.models import Call
from telephony.numbers import Line, get_line

PATH = "/reception"
MOST_FOUND = 12
LONGEST_KEY = 64
STATES = {
    "asked": (translatable("The reception phone rings in a moment. Pick it up."), "ring", "phone"),
    "calling": (translatable("Pick up the reception phone."), "ring", "phone"),
    "unknown": (translatable("The carrier has not answered yet. Wait a moment."), "warn", "clock"),
    "failed": (
        translatable("The call could not be made. Try again, or ask them another way."),
        "miss",
        "warn",
    ),
    "answered": (translatable("The member's phone rings."), "ring", "fwd"),
    "talking": (translatable("Connected."), "on", "ok"),
    "over": (translatable("The call is over."), "off", "hang"),
    "missed": (translatable("Nobody answered. Ask the visitor to wait, or try again."), "miss", "miss"),
}
OVER = frozenset({"failed", "over", "missed"})
"""States after which nothing comes: nobody asks for them again."""


def reception_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_reception, name="reception"),
        desk.form(PATH, ring, name="reception-ring", refused=_refused),
        desk.page(f"{PATH}/calls/{{key}}", show_call, name="reception-call"),
    ]


def show_reception(visit: DeskVisit) -> Response:
    return _page(visit)


def ring(visit: DeskVisit, form: Form) -> Response:
    attempt = ask_from_reception(
        visit.session,
        visit.operator.call_rules(),
        visit.operator.member_rules(),
        id_in(form.get("member", "")),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(f"{PATH}/calls/{attempt.key}")


def show_call(visit: DeskVisit) -> Response:
    attempt = visit.session.scalar(
        select(CallAttempt).where(
            CallAttempt.key == visit.request.path_params["key"][:LONGEST_KEY], CallAttempt.kind == "reception"
        )
    )
    if attempt is None:
        raise NotFound
    line = get_line(visit.session, attempt.line_id)
    state = state_of(visit, attempt)
    words, tone, icon_name = STATES[state]
    return visit.render(
        "console/reception_call.html",
        at="reception",
        attempt=attempt,
        member_name=names_of(visit.session, [line.member_id]).get(line.member_id, ""),
        member_id=line.member_id,
        state=state,
        words=words,
        tone=tone,
        icon_name=icon_name,
        is_over=state in OVER,
        path=PATH,
    )


def state_of(visit: DeskVisit, attempt: CallAttempt) -> str:
    """Where the visitor's call is: the attempt's own state until the reception phone was picked up, then the call's."""
    if attempt.carrier_sid is None:
        return attempt.state
    call = visit.session.scalar(select(Call).where(Call.carrier_sid == attempt.carrier_sid))
    if call is None:
        return attempt.state
    if call.status == "ended":
        return "over" if call.outcome == "answered" else "missed"
    if call.status == "in-progress":
        return "talking"
    return attempt.state


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _page(
        visit, q=form.get("q", ""), problem=error.sentence(visit.reader.language), status=error.status
    )


def _page(visit: DeskVisit, *, q: str | None = None, problem: str = "", status: int = 200) -> Response:
    text = (visit.query.get("q", "") if q is None else q).strip()[:LONGEST_SEARCH]
    found = search_members(visit.session, text, MOST_FOUND)
    plans = visit.operator.profile.forwarding.reception.member_plans
    live = visit.session.scalars(
        select(Line.member_id).where(
            Line.member_id.in_([member.id for member in found if member.plan in plans]),
            Line.status.in_(("active", "ending")),
        )
    )
    return visit.render(
        "console/reception.html",
        at="reception",
        status=status,
        q=text,
        found=found,
        reachable=set(live),
        problem=problem,
        path=PATH,
    )
