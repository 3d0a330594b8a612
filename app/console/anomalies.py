"""Lines whose month is worth a look, the furthest from usual first."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import MONEY, Desk, DeskVisit
from app.console.lines_named import named_lines
from app.console.months import chosen_month, months_offered, spoken_month
from coworking.kit.web.translations import translatable
from telephony.forwarding.call_anomalies import unusual_lines

PATH = "/console/anomalies"
MOST_SHOWN = 100
KINDS = {
    "countries": (translatable("Callers abroad"), "globe"),
    "hours": (translatable("Calls at night"), "clock"),
    "lengths": (translatable("Long calls"), "phone"),
    "loops": (translatable("Loops"), "repeat"),
    "bursts": (translatable("Many short calls"), "list"),
}


def anomalies_routes(desk: Desk) -> list[BaseRoute]:
    return [desk.page(PATH, show_anomalies, name="console-anomalies", roles=MONEY)]


def show_anomalies(visit: DeskVisit) -> Response:
    month = chosen_month(visit.query, visit.today)
    found = unusual_lines(visit.session, visit.operator.call_rules(), month)[:MOST_SHOWN]
    return visit.render(
        "console/anomalies.html",
        at="calls",
        tab="anomalies",
        month=month,
        months=months_offered(visit.today),
        spoken_month=spoken_month,
        found=found,
        lines=named_lines(visit.session, {anomaly.line_id for anomaly in found}),
        kinds=KINDS,
    )
