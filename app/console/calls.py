"""Call review: the calls of a filter with their sums, one call beside them, charges taken back and given back."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.call_classes import DIRECTIONS, OUTCOME_TONES, OUTCOMES, class_words
from app.console.call_filters import NAMES, ChosenCalls, choose_calls
from app.console.call_list import ROWS, call_rows, call_sums
from app.console.call_panel import CallPanel, call_panel
from app.console.case_words import KIND_TONES, KINDS
from app.console.desk import MONEY, Desk, DeskVisit, go, id_in
from app.console.errors import ReasonMissing
from app.console.months import months_offered, spoken_month
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.forwarding.call_export import csv_of, export_calls
from telephony.forwarding.call_figures import reinstate_call, reverse_call
from telephony.metering.profile import CallClass

CALLS_PATH = "/console/calls"
CSV_PATH = "/console/calls.csv"
PANEL = "panel"
LONGEST_REASON = 200


def calls_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(CALLS_PATH, show_calls, name="console-calls"),
        desk.page(CSV_PATH, take_file, name="console-calls-csv"),
        desk.page(f"{CALLS_PATH}/{{call}}", show_call, name="console-call"),
        desk.form(
            f"{CALLS_PATH}/{{call}}/reverse",
            reverse,
            name="console-call-reverse",
            roles=MONEY,
            refused=_refused,
        ),
        desk.form(
            f"{CALLS_PATH}/{{call}}/reinstate",
            reinstate,
            name="console-call-reinstate",
            roles=MONEY,
            refused=_refused,
        ),
    ]


def show_calls(visit: DeskVisit) -> Response:
    return _page(visit, None)


def show_call(visit: DeskVisit) -> Response:
    panel = call_panel(visit, visit.request.path_params["call"])
    headers = visit.request.headers
    if headers.get("hx-target") == PANEL and "hx-history-restore-request" not in headers:
        return visit.render("console/call_panel.html", at="calls", panel=panel, **_frame(_chosen(visit)))
    return _page(visit, panel)


def reverse(visit: DeskVisit, form: Form) -> Response:
    call_id = id_in(visit.request.path_params["call"])
    reason = form.get("reason", "").strip()[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    reverse_call(
        visit.session,
        visit.operator.call_rules(),
        str(call_id),
        reason=reason,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(_back(call_id, form), "reversed")


def reinstate(visit: DeskVisit, form: Form) -> Response:
    call_id = id_in(visit.request.path_params["call"])
    reinstate_call(
        visit.session,
        visit.operator.call_rules(),
        str(call_id),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return go(_back(call_id, form), "reinstated")


def take_file(visit: DeskVisit) -> Response:
    """The calls of the filter for a spreadsheet; who takes them away is on record."""
    chosen, calendar, language = _chosen(visit), visit.operator.calendar, visit.reader.language
    if chosen.nobody:
        content = csv_of((), {}, calendar, language)
    else:
        content = export_calls(
            visit.session, calendar, chosen.filter, language, actor=visit.actor.reference, now=visit.now
        )
    name = f"calls-{chosen.filter.first_day}-{chosen.filter.last_day}.csv"
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _refused(visit: DeskVisit, form: Form, error: UserError) -> Response:
    panel = call_panel(visit, visit.request.path_params["call"])
    problem = error.sentence(visit.reader.language)
    return _page(visit, panel, problem=problem, entered=form.get("reason", ""), status=error.status)


def _page(
    visit: DeskVisit, panel: CallPanel | None, *, problem: str = "", entered: str = "", status: int = 200
) -> Response:
    chosen = _chosen(visit)
    before = visit.query.get("before", "")
    before_id = id_in(before) if before else 0
    rows = call_rows(visit, chosen, before_id)
    return visit.render(
        "console/calls.html",
        at="calls",
        status=status,
        tab="calls",
        rows=rows,
        sums=call_sums(visit, chosen),
        before_id=before_id,
        next_id=rows[-1].record.call.id if len(rows) == ROWS else None,
        months=months_offered(visit.today),
        classes=_classes(visit),
        panel=panel,
        **_frame(chosen, problem, entered),
    )


def _frame(chosen: ChosenCalls, problem: str = "", entered: str = "") -> dict[str, Any]:
    return {
        "chosen": chosen,
        "calls_path": CALLS_PATH,
        "csv_path": CSV_PATH,
        "class_words": class_words,
        "outcome_words": OUTCOMES,
        "outcome_tones": OUTCOME_TONES,
        "direction_words": DIRECTIONS,
        "kinds": KINDS,
        "kind_tones": KIND_TONES,
        "longest_reason": LONGEST_REASON,
        "spoken_month": spoken_month,
        "problem": problem,
        "entered": entered,
    }


def _classes(visit: DeskVisit) -> list[str]:
    """The classes that the rate cards price, in their own order."""
    cards = visit.operator.profile.metering.rate_cards
    priced = {call_class for card in cards for prices in card.line_plans.values() for call_class in prices}
    return [call_class.value for call_class in CallClass if call_class in priced]


def _chosen(visit: DeskVisit) -> ChosenCalls:
    return choose_calls(visit.session, visit.operator.calendar, visit.query, visit.today)


def _back(call_id: int, form: Form) -> str:
    """The call's page with the filter that the form was sent under."""
    query = urlencode({name: form[name] for name in NAMES if form.get(name)})
    return f"{CALLS_PATH}/{call_id}?{query}" if query else f"{CALLS_PATH}/{call_id}"
