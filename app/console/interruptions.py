"""Interruptions of the service and restrictions to priority lines: starting, ending, from when to when (NEX-20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.errors import LinesMissing, LineUnknown
from app.console.line_sheet import people_named
from app.console.lines_named import NamedLine, named_lines
from coworking.kit.errors import NotFound, UserError
from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from coworking.kit.web.forms import Form
from telephony.numbers import line_of_number
from telephony.numbers.halts import Kind, end_halt, interrupt, lines_of_halt, reason_among, restrict
from telephony.numbers.line_record_models import ServiceHalt

PATH = "/console/interruptions"
MOST_SHOWN = 50
MOST_LINES = 200
LINES_NAMED = 10


@dataclass(frozen=True, slots=True)
class HaltRow:
    """`lines` are the first of those that it covers; none where it covers all."""

    halt: ServiceHalt
    lines: Sequence[NamedLine]
    line_count: int


def interruptions_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_halts, name="console-interruptions"),
        desk.form(PATH, start, name="console-interruption-start", refused=_refused),
        desk.form(f"{PATH}/{{halt}}/end", end, name="console-interruption-end", refused=_refused),
    ]


def open_halts(session: Session) -> Sequence[ServiceHalt]:
    statement = select(ServiceHalt).where(ServiceHalt.ended_at.is_(None)).order_by(ServiceHalt.id)
    return session.scalars(statement.limit(MOST_SHOWN)).all()


def show_halts(visit: DeskVisit) -> Response:
    return _page(visit)


def start(visit: DeskVisit, form: Form) -> Response:
    line_ids = None if form.get("covers") == "all" else _line_ids(visit.session, form.get("lines", ""))
    if form.get("kind") == "restriction":
        restrict(visit.session, visit.operator.id, line_ids, actor=visit.actor.reference, now=visit.now)
    else:
        reasons = dict(visit.operator.profile.forwarding.interruption_reasons)
        interrupt(
            visit.session,
            visit.operator.id,
            reason_among(reasons, form.get("reason", "")),
            line_ids,
            actor=visit.actor.reference,
            now=visit.now,
        )
    return go(PATH, "halt-started")


def end(visit: DeskVisit, _form: Form) -> Response:
    halt = visit.session.get(ServiceHalt, id_in(visit.request.path_params["halt"]))
    if halt is None:
        raise NotFound
    kind: Kind = "restriction" if halt.kind == "restriction" else "interruption"
    end_halt(visit.session, halt.id, kind, actor=visit.actor.reference, now=visit.now)
    return go(PATH, "halt-ended")


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), form=form, status=error.status)


def _page(visit: DeskVisit, *, problem: str = "", form: Form | None = None, status: int = 200) -> Response:
    statement = select(ServiceHalt).order_by(ServiceHalt.id.desc()).limit(MOST_SHOWN)
    halts = visit.session.scalars(statement).all()
    return visit.render(
        "console/interruptions.html",
        at="halts",
        status=status,
        open_halts=[_row(visit.session, halt) for halt in halts if halt.ended_at is None],
        ended_halts=[_row(visit.session, halt) for halt in halts if halt.ended_at is not None],
        people=people_named(visit.session, [halt.started_by for halt in halts]),
        reasons=visit.operator.profile.forwarding.interruption_reasons,
        most_lines=MOST_LINES,
        problem=problem,
        entered=form or {},
        path=PATH,
    )


def _row(session: Session, halt: ServiceHalt) -> HaltRow:
    line_ids = [] if halt.covers_all else lines_of_halt(session, halt.id)
    return HaltRow(halt, list(named_lines(session, line_ids[:LINES_NAMED]).values()), len(line_ids))


def _line_ids(session: Session, text: str) -> list[int]:
    """The lines of the numbers in a text, one in each line of it. Raises `LinesMissing`, `LineUnknown`."""
    entered = [one.strip() for one in text.splitlines() if one.strip()]
    if not 0 < len(entered) <= MOST_LINES:
        raise LinesMissing(most=MOST_LINES)
    found = []
    for one in entered:
        try:
            line = line_of_number(session, parse_phone(one).e164)
        except InvalidPhoneNumber:
            line = None
        if line is None:
            raise LineUnknown(number=one[:30])
        found.append(line.id)
    return sorted(set(found))
