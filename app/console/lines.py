"""Lines: finding one, and everything that staff do to it."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.errors import DayMissing, ReasonMissing
from app.console.line_list import NOT_REMOVED, WITHOUT_EVIDENCE, find_lines
from app.console.line_sheet import MOST_SHOWN, line_sheet
from app.console.line_words import EVIDENCE_KINDS, LINE_STATES, LINE_TONES
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.numbers import get_line
from telephony.numbers.halts import set_priority
from telephony.numbers.number_removals import confirm_number_removed
from telephony.numbers.prohibited_acts import record_prohibited_act
from telephony.numbers.suspensions import lift_suspension, suspend_line
from telephony.numbers.zone_evidence import Evidence, record_evidence

PATH = "/console/lines"
LONGEST_TEXT = 1_000


def lines_routes(desk: Desk) -> list[BaseRoute]:
    acts = {
        "suspend": suspend,
        "lift": lift,
        "prohibited-acts": record_act,
        "evidence": keep_evidence,
        "priority": change_priority,
        "number-removed": confirm_removed,
    }
    return [
        desk.page(PATH, show_lines, name="console-lines"),
        desk.page(f"{PATH}/{{line}}", show_line, name="console-line"),
        *(
            desk.form(f"{PATH}/{{line}}/{act}", handler, name=f"console-line-{act}", refused=_refused)
            for act, handler in acts.items()
        ),
    ]


def show_lines(visit: DeskVisit) -> Response:
    after = visit.query.get("after", "")
    found = find_lines(visit, visit.query, id_in(after) if after else 0)
    plans = visit.operator.profile.numbers.line_plans
    return visit.render(
        "console/lines.html",
        at="lines",
        found=found,
        q=visit.query.get("q", ""),
        state=visit.query.get("state", ""),
        states=LINE_STATES,
        tones=LINE_TONES,
        waiting_states=(WITHOUT_EVIDENCE, NOT_REMOVED),
        plan_titles={name: plan.title.spoken(visit.reader.language) for name, plan in plans.items()},
        path=PATH,
    )


def show_line(visit: DeskVisit) -> Response:
    return _page(visit)


def suspend(visit: DeskVisit, form: Form) -> Response:
    line_id = _line_id(visit)
    act = form.get("act", "")
    suspend_line(
        visit.session,
        visit.operator.line_rules(),
        line_id,
        form.get("reason", ""),
        actor=visit.actor.reference,
        now=visit.now,
        prohibited_act_id=id_in(act) if act else None,
    )
    return go(f"{PATH}/{line_id}", "suspended")


def lift(visit: DeskVisit, _form: Form) -> Response:
    line_id = _line_id(visit)
    lift_suspension(visit.session, line_id, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{line_id}", "lifted")


def record_act(visit: DeskVisit, form: Form) -> Response:
    line_id = _line_id(visit)
    record_prohibited_act(
        visit.session,
        visit.operator.line_rules(),
        visit.operator.profile.membership.prohibited_acts,
        get_line(visit.session, line_id),
        kind=form.get("kind", ""),
        happened_on=_day(form, "happened_on"),
        evidence=_text(form, "evidence"),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(f"{PATH}/{line_id}", "act-recorded")


def keep_evidence(visit: DeskVisit, form: Form) -> Response:
    line = get_line(visit.session, _line_id(visit))
    kind = form.get("kind", "")
    record_evidence(
        visit.session,
        visit.operator.line_rules(),
        line.member_id,
        line.stock_number.area_code,
        Evidence(
            base_address=_text(form, "base_address"),
            kind=kind if kind in EVIDENCE_KINDS else "other",
            valid_until=_day(form, "valid_until"),
        ),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(f"{PATH}/{line.id}", "evidence-kept")


def change_priority(visit: DeskVisit, form: Form) -> Response:
    line = get_line(visit.session, _line_id(visit))
    set_priority(visit.session, line, form.get("priority") == "1", actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{line.id}", "priority-set")


def confirm_removed(visit: DeskVisit, _form: Form) -> Response:
    line = get_line(visit.session, _line_id(visit))
    confirm_number_removed(visit.session, line, actor=visit.actor.reference, now=visit.now)
    return go(f"{PATH}/{line.id}", "removal-confirmed")


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    """The page again, with the sentence at the form that was sent."""
    at = visit.request.url.path.rpartition("/")[2]
    return _page(
        visit, problem_at=at, problem=error.sentence(visit.reader.language), form=form, status=error.status
    )


def _page(
    visit: DeskVisit,
    *,
    problem_at: str = "",
    problem: str = "",
    form: Form | None = None,
    status: int = 200,
) -> Response:
    profile = visit.operator.profile
    return visit.render(
        "console/line.html",
        at="lines",
        status=status,
        sheet=line_sheet(visit, _line_id(visit)),
        states=LINE_STATES,
        tones=LINE_TONES,
        evidence_kinds=EVIDENCE_KINDS,
        acts=profile.membership.prohibited_acts,
        suspension_reasons=profile.numbers.suspension_reasons,
        problem_at=problem_at,
        problem=problem,
        entered=form or {},
        most_shown=MOST_SHOWN,
        longest_text=LONGEST_TEXT,
        path=PATH,
    )


def _line_id(visit: DeskVisit) -> int:
    return id_in(visit.request.path_params["line"])


def _day(form: Form, name: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError as error:
        raise DayMissing from error


def _text(form: Form, name: str) -> str:
    text = form.get(name, "").strip()[:LONGEST_TEXT]
    if not text:
        raise ReasonMissing
    return text
