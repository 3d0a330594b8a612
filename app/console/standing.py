"""Two short lists that the start page leads to: caps that stop somebody now, and work that failed and waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import MONEY, Desk, DeskVisit, go, id_in
from app.console.lines_named import named_lines
from app.console.member_search import names_of
from coworking.kit.errors import UserError
from coworking.kit.outbox import OutboxTask
from coworking.kit.web.forms import Form
from coworking.kit.web.translations import translatable
from telephony.forwarding.cap_events import SYSTEM, list_cap_events
from telephony.forwarding.cap_models import CapEvent
from telephony.forwarding.caps import lift_cap
from telephony.forwarding.watching import ParkedCall, parked_calls

CAPS_PATH = "/console/caps"
PARKED_PATH = "/console/parked"
MOST_SHOWN = 100
CAP_WORDS = {
    "concurrent-calls": translatable("calls at once"),
    "calls-per-minute": translatable("calls in a minute"),
    "minutes-per-day": translatable("minutes of a day"),
    "yen-per-day": translatable("yen of a day"),
    "own-yen-per-month": translatable("yen of a month, set by the member"),
}


@dataclass(frozen=True, slots=True)
class CapRow:
    """`number` where a line is stopped; `name` of its member, "" for the whole operator or the whole system, whose
    caps are not the operator's to lift."""

    event: CapEvent
    name: str
    number: str
    line_id: int | None

    @property
    def is_of_system(self) -> bool:
        return self.event.subject == SYSTEM


def standing_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(CAPS_PATH, show_caps, name="console-caps"),
        desk.form(f"{CAPS_PATH}/{{cap}}/lift", lift, name="console-cap-lift", roles=MONEY, refused=_refused),
        desk.page(PARKED_PATH, show_parked, name="console-parked"),
    ]


def show_caps(visit: DeskVisit) -> Response:
    return _caps_page(visit)


def lift(visit: DeskVisit, _form: Form) -> Response:
    cap_id = id_in(visit.request.path_params["cap"])
    lift_cap(visit.session, visit.operator.call_rules(), cap_id, actor=visit.actor.reference, now=visit.now)
    return go(CAPS_PATH, "cap-lifted")


def show_parked(visit: DeskVisit) -> Response:
    statement = (
        select(OutboxTask)
        .where(OutboxTask.operator_id == visit.operator.id, OutboxTask.parked_at.is_not(None))
        .order_by(OutboxTask.parked_at, OutboxTask.id)
        .limit(MOST_SHOWN)
    )
    tasks: Sequence[OutboxTask] = visit.session.scalars(statement).all()
    calls: Sequence[ParkedCall] = parked_calls(visit.session, MOST_SHOWN)
    return visit.render("console/parked.html", at="today", tasks=tasks, calls=calls)


def _refused(visit: DeskVisit, _form: Form, error: UserError) -> Response:
    return _caps_page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _caps_page(visit: DeskVisit, *, problem: str = "", status: int = 200) -> Response:
    events = [
        event
        for event in list_cap_events(visit.session, only_barring=True, limit=MOST_SHOWN)
        if event.until > visit.now
    ]
    return visit.render(
        "console/caps.html",
        at="today",
        status=status,
        rows=_rows(visit, events),
        words=CAP_WORDS,
        problem=problem,
        path=CAPS_PATH,
    )


def _rows(visit: DeskVisit, events: Sequence[CapEvent]) -> list[CapRow]:
    subjects = [event.subject.partition(":") for event in events]
    lines = named_lines(visit.session, {int(key) for kind, _, key in subjects if kind == "line"})
    members = names_of(visit.session, {int(key) for kind, _, key in subjects if kind == "member"})
    rows = []
    for event, (kind, _, key) in zip(events, subjects, strict=True):
        line = lines.get(int(key)) if kind == "line" else None
        name = line.member_name if line else members.get(int(key), "") if kind == "member" else ""
        rows.append(CapRow(event, name, line.number if line else "", line.id if line else None))
    return rows
