"""The stock of numbers and the phones registered on a line, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, Staff, step_up
from telephony.numbers import line_routes, place_routes, stock_routes, technician_routes
from telephony.numbers.lines import RulesOfLines, get_line
from telephony.numbers.models import StockNumber
from telephony.numbers.registered_phones import register_phone, replace_phone, unregister_phone
from telephony.numbers.schemas import (
    EnteredAnswer,
    RegisterBody,
    RegisteredPhoneAnswer,
    StockBody,
    StockCountAnswer,
    StockNumberAnswer,
)
from telephony.numbers.stock import count_stock, enter, list_stock, parse_stock_csv

router = APIRouter(prefix="/api")

NumberListing = Annotated[
    Listing, Depends(listing_of(number=StockNumber.number, entered_at=StockNumber.entered_at))
]
for part in (stock_routes, line_routes, place_routes, technician_routes):
    router.include_router(part.router)


@router.post("/numbers", status_code=201, tags=["numbers"], summary="Enter numbers in stock from a file")
def post_numbers(body: StockBody, visit: Staff) -> EnteredAnswer:
    """All or nothing: a file with a wrong line is refused with the number of that line."""
    entered = enter(
        visit.session,
        visit.operator_id,
        parse_stock_csv(body.csv),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return EnteredAnswer(new=entered.new, known=entered.known)


@router.get("/numbers", tags=["numbers"], summary="List the stock of numbers")
def get_numbers(
    visit: Staff,
    listing: NumberListing,
    area_code: Annotated[str | None, Query(max_length=6)] = None,
    status: Annotated[str | None, Query(max_length=20)] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[StockNumberAnswer]:
    numbers = list_stock(
        visit.session, area_code=area_code, status=status, after_id=after, limit=limit, listing=listing
    )
    return page(numbers, limit, StockNumberAnswer.model_validate, lambda number: number.id)


@router.get("/numbers/counts", tags=["numbers"], summary="Count the stock by area code and state")
def get_number_counts(visit: Staff) -> list[StockCountAnswer]:
    return [StockCountAnswer.model_validate(count) for count in count_stock(visit.session)]


@router.post(
    "/lines/{line_id}/registered-phones",
    status_code=201,
    tags=["lines"],
    summary="Register a phone that may steer the line",
)
def post_registered_phone(line_id: int, body: RegisterBody, visit: SignedIn) -> RegisteredPhoneAnswer:
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    step_up(visit.session, visit.resources, visit.actor, body.password, now=visit.now)
    phone = register_phone(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        line,
        body.number,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return RegisteredPhoneAnswer.model_validate(phone)


@router.put(
    "/lines/{line_id}/registered-phones/{number}",
    tags=["lines"],
    summary="Register a phone in the place of another",
)
def put_registered_phone(
    line_id: int, number: str, body: RegisterBody, visit: SignedIn
) -> RegisteredPhoneAnswer:
    """Costs a change of a registered phone, where the operator has a fee for it and the line serves already. So does
    taking a phone off a full line and then filling it again."""
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    step_up(visit.session, visit.resources, visit.actor, body.password, now=visit.now)
    phone = replace_phone(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        line,
        number,
        body.number,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return RegisteredPhoneAnswer.model_validate(phone)


@router.delete(
    "/lines/{line_id}/registered-phones/{number}",
    status_code=204,
    tags=["lines"],
    summary="Take a registered phone off the line",
)
def delete_registered_phone(line_id: int, number: str, visit: SignedIn) -> None:
    unregister_phone(
        visit.session,
        get_line(visit.session, line_id, member_id=visit.own_member_id()),
        number,
        actor=visit.actor.reference,
        now=visit.now,
    )
