"""All staff pages together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from starlette.routing import BaseRoute

from app.console.anomalies import anomalies_routes
from app.console.calls import calls_routes
from app.console.desk import Desk, Endpoint
from app.console.hand_over import hand_over_routes
from app.console.interruptions import interruptions_routes
from app.console.lines import lines_routes
from app.console.mail import mail_routes
from app.console.mail_scans import mail_scan_routes
from app.console.mail_sending import mail_sending_routes
from app.console.margins import margins_routes
from app.console.month_end import month_end_routes
from app.console.numbers import numbers_routes
from app.console.reception import reception_routes
from app.console.reconciliation import reconciliation_routes
from app.console.standing import standing_routes
from app.console.today import show_today
from app.console.what_if import what_if_routes
from app.portal.sign_in import Place
from app.wiring import Composition
from coworking.kit.web.pages import Pages


def console_routes(pages: Pages, composition: Composition, places: Sequence[Place] = ()) -> list[BaseRoute]:
    """Every staff page but the start. `pages` must have been built with "app.console"; `places` are shown as tools."""
    desk = Desk(pages, composition, places)
    lines = replace(desk, of_lines=True)
    return [
        *calls_routes(lines),
        *reconciliation_routes(lines),
        *margins_routes(lines),
        *what_if_routes(lines),
        *anomalies_routes(lines),
        *lines_routes(lines),
        *interruptions_routes(lines),
        *numbers_routes(lines),
        *month_end_routes(desk),
        *standing_routes(desk),
        *mail_sending_routes(desk),
        *mail_scan_routes(desk),
        *mail_routes(desk),
        *hand_over_routes(desk),
        *reception_routes(lines),
    ]


def console_start(
    pages: Pages, composition: Composition, places: Sequence[Place], otherwise: Endpoint
) -> Endpoint:
    """The start page of staff; `otherwise` answers everybody else."""
    return Desk(pages, composition, places).endpoint(show_today, for_others=otherwise)
