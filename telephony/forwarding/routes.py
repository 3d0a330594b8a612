"""Lines with their forwarding, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from coworking.kit.listing import AnId, AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.phone import from_e164
from coworking.membership import SignedIn, Visit
from telephony.forwarding.destinations import Forwarding, forwarding_of, forwardings_of
from telephony.forwarding.forwarding_routes import forwarding_answer
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.schemas import LineAnswer, RentBody
from telephony.numbers import (
    Line,
    NumberCannotBeChosen,
    RulesOfLines,
    StockNumber,
    get_line,
    give_notice,
    list_lines,
    rent_line,
)

router = APIRouter(prefix="/api")

LineListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Line.starts_at,
            equal={
                "member_id": (Line.member_id, AnId),
                "status": (Line.status, Literal["pending", "active", "suspended", "ending", "ended"]),
                "area_code": (StockNumber.area_code, AText),
            },
            number=StockNumber.number,
            starts_at=Line.starts_at,
        )
    ),
]


@router.post("/lines", status_code=201, tags=["lines"], summary="Rent a line")
def post_line(body: RentBody, visit: SignedIn) -> LineAnswer:
    visit.require_member(body.member_id)
    if body.number is not None:
        raise NumberCannotBeChosen
    line = rent_line(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        member_id=body.member_id,
        line_plan=body.line_plan,
        area_code=body.area_code,
        starts_month=body.first_day(),
        base_address=body.base_address,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _line_answer(visit, line)


@router.get("/lines", tags=["lines"], summary="List lines")
def get_lines(
    visit: SignedIn, listing: LineListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[LineAnswer]:
    lines = list_lines(
        visit.session, member_id=visit.own_member_id(), after_id=after, limit=limit, listing=listing
    )
    forwardings = forwardings_of(visit.session, _rules(visit), [line.id for line in lines])
    return page(lines, limit, lambda line: _shown(line, forwardings[line.id]), lambda line: line.id)


@router.get("/lines/{line_id}", tags=["lines"], summary="One line")
def get_one_line(line_id: int, visit: SignedIn) -> LineAnswer:
    return _line_answer(visit, _line(visit, line_id))


@router.post("/lines/{line_id}/end", tags=["lines"], summary="Give notice to end a line")
def post_end(line_id: int, visit: SignedIn) -> LineAnswer:
    line = give_notice(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        _line(visit, line_id),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _line_answer(visit, line)


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]


def _line_answer(visit: Visit, line: Line) -> LineAnswer:
    return _shown(line, forwarding_of(visit.session, _rules(visit), line))


def _shown(line: Line, forwarding: Forwarding) -> LineAnswer:
    return LineAnswer(
        id=line.id,
        member_id=line.member_id,
        number=line.number,
        number_national=from_e164(line.number).national,
        area_code=line.stock_number.area_code,
        line_plan=line.line_plan,
        status=line.status,
        starts_at=line.starts_at,
        ends_at=line.ends_at,
        number_removal_confirmed_at=line.number_removal_confirmed_at,
        registered_phones=[phone.number for phone in line.registered_phones],
        forwarding=forwarding_answer(forwarding),
    )
