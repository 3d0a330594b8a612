"""A month against the carrier's records: starting it, its cases, closing them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.case_words import KIND_TONES, KINDS
from app.console.desk import MONEY, Desk, DeskVisit, go, id_in
from app.console.errors import ReasonMissing
from app.console.lines_named import NamedLine, named_lines
from app.console.months import months_offered, spoken_month
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.metering.reconciliation_cases import close_case, list_cases, list_reconciliations
from telephony.metering.reconciling import reconcile
from telephony.metering.usage_models import Reconciliation, ReconciliationCase

PATH = "/console/reconciliation"
ROWS = 50
LONGEST_NOTE = 500
SHOWN_RUNS = 6


@dataclass(frozen=True, slots=True)
class CaseRow:
    case: ReconciliationCase
    line: NamedLine | None


def reconciliation_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_cases, name="console-reconciliation", roles=MONEY),
        desk.form(f"{PATH}/run", run, name="console-reconcile", roles=MONEY, refused=_run_refused),
        desk.form(
            f"{PATH}/cases/{{case}}/close",
            close,
            name="console-case-close",
            roles=MONEY,
            refused=_close_refused,
        ),
    ]


def show_cases(visit: DeskVisit) -> Response:
    return _page(visit)


def run(visit: DeskVisit, form: Form) -> Response:
    reconcile(
        visit.session,
        visit.operator.call_rules().tariffs,
        visit.operator.id,
        form.get("month", "")[:7],
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(PATH, "reconciling")


def close(visit: DeskVisit, form: Form) -> Response:
    note = form.get("note", "").strip()[:LONGEST_NOTE]
    if not note:
        raise ReasonMissing
    case_id = id_in(visit.request.path_params["case"])
    close_case(visit.session, case_id, note=note, actor=visit.actor.reference, now=visit.now)
    return go(PATH, "case-closed")


def open_cases(session: Session) -> int:
    statement = select(func.count()).select_from(ReconciliationCase)
    return session.scalar(statement.where(ReconciliationCase.closed_at.is_(None))) or 0


def _run_refused(visit: DeskVisit, _form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _close_refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    return _page(
        visit,
        case_problem=error.sentence(visit.reader.language),
        case_id=id_in(visit.request.path_params["case"]),
        entered=form.get("note", ""),
        status=error.status,
    )


def _page(
    visit: DeskVisit,
    *,
    problem: str = "",
    case_problem: str = "",
    case_id: int = 0,
    entered: str = "",
    status: int = 200,
) -> Response:
    query = visit.query
    kind, month, state = query.get("kind", ""), query.get("month", ""), query.get("state", "open")
    before = query.get("before", "")
    cases = list_cases(
        visit.session,
        month=month or None,
        kind=kind if kind in KINDS else None,
        is_open={"open": True, "closed": False}.get(state),
        after_id=id_in(before) if before else 0,
        limit=ROWS,
    )
    runs = list_reconciliations(visit.session)[:SHOWN_RUNS]
    return visit.render(
        "console/reconciliation.html",
        at="calls",
        status=status,
        tab="reconciliation",
        rows=_rows(visit.session, cases),
        runs=runs,
        under_way=_under_way(runs),
        months=months_offered(visit.today),
        spoken_month=spoken_month,
        kinds=KINDS,
        kind_tones=KIND_TONES,
        kind=kind,
        month=month,
        state=state,
        next_id=cases[-1].id if len(cases) == ROWS else None,
        problem=problem,
        case_problem=case_problem,
        case_id=case_id,
        entered=entered,
        longest_note=LONGEST_NOTE,
        path=PATH,
    )


def _under_way(runs: Sequence[Reconciliation]) -> bool:
    return any(run.days_left for run in runs)


def _rows(session: Session, cases: Sequence[ReconciliationCase]) -> list[CaseRow]:
    lines: Mapping[int, NamedLine] = named_lines(
        session, {case.line_id for case in cases if case.line_id is not None}
    )
    return [CaseRow(case, lines.get(case.line_id or 0)) for case in cases]
