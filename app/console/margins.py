"""What each line's month brought, and what the carrier took of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import MONEY, Desk, DeskVisit
from app.console.lines_named import NamedLine, named_lines
from app.console.months import chosen_month, months_offered, spoken_month
from telephony.metering.carrier_prices import Margin, margins
from telephony.metering.months import month_span

PATH = "/console/margins"
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class MarginRow:
    """`percent` is what is left of the charge, None where nothing was charged."""

    line: NamedLine | None
    margin: Margin
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class MarginSums:
    charged: Decimal
    carriers_yen: Decimal
    carriers_others: Mapping[str, Decimal]

    @property
    def left_over(self) -> Decimal:
        return self.charged - self.carriers_yen


def margins_routes(desk: Desk) -> list[BaseRoute]:
    return [desk.page(PATH, show_margins, name="console-margins", roles=MONEY)]


def show_margins(visit: DeskVisit) -> Response:
    month = chosen_month(visit.query, visit.today)
    found = margins(visit.session, month_span(visit.operator.calendar, month))
    # Who loses money stands first.
    shown = sorted(found, key=lambda margin: (margin.left_over, margin.line_id))[:MOST_SHOWN]
    lines = named_lines(visit.session, {margin.line_id for margin in shown})
    return visit.render(
        "console/margins.html",
        at="calls",
        tab="margins",
        month=month,
        months=months_offered(visit.today),
        spoken_month=spoken_month,
        rows=[
            MarginRow(lines.get(one.line_id), one, percent_of(one.left_over, one.charged)) for one in shown
        ],
        count=len(found),
        sums=_sums(found),
        percent_of=percent_of,
    )


def percent_of(part: Decimal, whole: Decimal) -> Decimal | None:
    return (100 * part / whole).quantize(Decimal("0.1")) if whole else None


def _sums(found: list[Margin]) -> MarginSums:
    others: dict[str, Decimal] = {}
    for margin in found:
        for currency, amount in margin.carriers_others.items():
            others[currency] = others.get(currency, Decimal(0)) + amount
    return MarginSums(
        sum((margin.charged for margin in found), start=Decimal(0)),
        sum((margin.carriers_yen for margin in found), start=Decimal(0)),
        others,
    )
