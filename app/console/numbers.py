"""The stock of numbers by area code: counts, the import of a file with its report, purchases that wait for approval."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response
from starlette.routing import BaseRoute

from app.console.desk import Desk, DeskVisit, go, id_in
from app.console.errors import FileMissing
from app.console.line_sheet import people_named
from app.console.line_words import NUMBER_STATES
from coworking.kit.errors import UserError
from coworking.kit.profile_fields import Words
from coworking.kit.web.forms import Form
from telephony.numbers import count_stock
from telephony.numbers.area_codes import offered_area_codes, places_of
from telephony.numbers.purchase_models import NumberPurchase, PurchasedNumber
from telephony.numbers.purchases import approve_purchase
from telephony.numbers.stock_import import ReportedLine, import_stock

PATH = "/console/numbers"
APPROVERS = frozenset({"administrator"})
MOST_REPORTED = 500
MOST_PURCHASES = 50
SHOWN_STATES = ("available", "reserved", "assigned", "quarantined")


@dataclass(frozen=True, slots=True)
class StockLine:
    """An area code with how many numbers are in which state; `offered` where lines are lent there."""

    area_code: str
    places: Words
    offered: bool
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def others(self) -> int:
        return self.total - sum(self.counts.get(state, 0) for state in SHOWN_STATES)


def numbers_routes(desk: Desk) -> list[BaseRoute]:
    return [
        desk.page(PATH, show_stock, name="console-numbers"),
        desk.form(
            f"{PATH}/import", enter_file, name="console-numbers-import", refused=_refused, with_file=True
        ),
        desk.form(
            f"{PATH}/purchases/{{purchase}}/approve",
            approve,
            name="console-purchase-approve",
            roles=APPROVERS,
            refused=_refused,
        ),
    ]


def show_stock(visit: DeskVisit) -> Response:
    return _page(visit)


def enter_file(visit: DeskVisit, form: Form) -> Response:
    """Shows the report of every line; what was good has been entered."""
    text = form.get("file", "")
    if not text.strip():
        raise FileMissing
    report = import_stock(visit.session, visit.operator.id, text, actor=visit.actor.reference, now=visit.now)
    return _page(visit, report=report)


def approve(visit: DeskVisit, _form: Form) -> Response:
    purchase_id = id_in(visit.request.path_params["purchase"])
    approve_purchase(visit.session, purchase_id, actor=visit.actor.reference, now=visit.now)
    return go(PATH, "approved")


def stock_lines(visit: DeskVisit) -> list[StockLine]:
    """Every area code that is offered or that numbers are kept of."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for count in count_stock(visit.session):
        counts[count.area_code][count.status] = count.count
    profile = visit.operator.profile
    offices = {name: office.area_code for name, office in profile.membership.offices.items()}
    offered = {one.area_code for one in offered_area_codes(visit.session, profile.numbers, offices)}
    return [
        StockLine(code, places_of(code), code in offered, counts.get(code, {}))
        for code in sorted(offered | counts.keys())
    ]


def purchases_waiting(session: Session) -> Sequence[NumberPurchase]:
    """Those that nobody approved yet, the oldest first."""
    asked = exists().where(
        PurchasedNumber.purchase_id == NumberPurchase.id, PurchasedNumber.status == "asked"
    )
    statement = (
        select(NumberPurchase)
        .where(NumberPurchase.approved_at.is_(None), asked)
        .order_by(NumberPurchase.id)
        .limit(MOST_PURCHASES)
    )
    return session.scalars(statement).all()


def _refused(visit: DeskVisit, _form: Form, error: UserError) -> Response:
    return _page(visit, problem=error.sentence(visit.reader.language), status=error.status)


def _page(
    visit: DeskVisit,
    *,
    report: Sequence[ReportedLine] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    waiting = purchases_waiting(visit.session)
    lines = stock_lines(visit)
    return visit.render(
        "console/numbers.html",
        at="numbers",
        status=status,
        stock=lines,
        most_in_stock=max((line.total for line in lines), default=0),
        states={state: NUMBER_STATES[state] for state in SHOWN_STATES},
        report=report,
        report_counts=_counted(report or ()),
        most_reported=MOST_REPORTED,
        purchases=waiting,
        people=people_named(visit.session, [purchase.asked_by for purchase in waiting]),
        may_approve=visit.actor.role in APPROVERS,
        problem=problem,
        path=PATH,
    )


def _counted(report: Sequence[ReportedLine]) -> dict[str, int]:
    counts = {"entered": 0, "known": 0, "refused": 0}
    for line in report:
        counts[line.outcome] += 1
    return counts
