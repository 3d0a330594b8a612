"""What becomes of numbers in stock, over HTTP: import, reservation, porting, control, release, purchase."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from coworking.kit.errors import Language, NotPermitted
from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.phone import InvalidPhoneNumber, PhoneNumber, parse_phone
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, RulesOfMembers, Staff
from telephony.numbers.control_numbers import free_control_number, make_control_number
from telephony.numbers.errors import LinesNotLent, StockFileUnreadable, StockNumberRefused
from telephony.numbers.lines import RulesOfLines
from telephony.numbers.models import StockNumber
from telephony.numbers.number_searches import numbers_for_sale
from telephony.numbers.porting import PortedLine, port_in, port_out
from telephony.numbers.purchase_models import NumberPurchase
from telephony.numbers.purchases import approve_purchase, ask_for_numbers, get_purchase, list_purchases
from telephony.numbers.refusal_words import REFUSALS
from telephony.numbers.releasing import release_number
from telephony.numbers.reservations import free_reserved, reserve_number
from telephony.numbers.schemas import StockNumberAnswer
from telephony.numbers.stock_import import ReportedLine, import_stock, read_stock_file
from telephony.numbers.stock_schemas import (
    ForSaleAnswer,
    ForSaleNumber,
    ImportAnswer,
    ImportBody,
    PortInAnswer,
    PortInBody,
    PortOutBody,
    PurchaseAnswer,
    PurchaseBody,
    PurchasedNumberAnswer,
    ReportedLineAnswer,
    ReserveBody,
)

APPROVER = "administrator"

router = APIRouter(tags=["numbers"])

PurchaseListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=NumberPurchase.asked_at,
            equal={"area_code": (NumberPurchase.area_code, AText)},
            lacking={"is_open": NumberPurchase.approved_at},
            asked_at=NumberPurchase.asked_at,
        )
    ),
]

AcceptLanguage = Annotated[str, Header(max_length=200)]


@router.post("/numbers/import", summary="Enter the good lines of a stock file, with a report of every line")
def post_import(body: ImportBody, visit: Staff, accept_language: AcceptLanguage = "") -> ImportAnswer:
    reported = import_stock(
        visit.session, visit.operator_id, _text(body), actor=visit.actor.reference, now=visit.now
    )
    return _import_answer(reported, preferred_language(accept_language))


@router.post("/numbers/port-in", status_code=201, summary="A number comes from another carrier on a day")
def post_port_in(body: PortInBody, visit: Staff) -> PortInAnswer:
    to_line = None
    if body.member_id is not None:
        to_line = PortedLine(body.member_id, body.line_plan or "")
    number, line = port_in(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        visit.operator_id,
        _number(body.number),
        carrier_sid=body.carrier_sid,
        ports_at=body.ports_at,
        to_line=to_line,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return PortInAnswer(number=_stock_answer(number), line_id=line.id if line else None)


@router.get("/numbers/for-sale", summary="Numbers that the carrier sells under a prefix")
def get_for_sale(
    visit: Staff,
    prefix: Annotated[
        str | None,
        Query(max_length=6, description="As Japan dials it; the default office's area code if left out."),
    ] = None,
) -> ForSaleAnswer:
    """The carrier is asked by a task. `status` is `asked` until it has answered; the answer is kept for ten minutes."""
    members = visit.resources[RulesOfMembers][visit.operator_id].profile
    wanted = prefix or members.offices[members.default_office].area_code
    if wanted is None or visit.operator_id not in visit.resources[RulesOfLines]:
        raise LinesNotLent
    search = numbers_for_sale(visit.session, visit.operator_id, wanted, visit.now)
    return ForSaleAnswer(
        prefix=search.prefix,
        status=search.status,
        asked_at=search.asked_at,
        answered_at=search.answered_at,
        numbers=[ForSaleNumber.model_validate(number) for number in search.numbers],
    )


@router.post("/numbers/{stock_number_id}/reserve", summary="Keep a free number for a member until a time")
def post_reserve(stock_number_id: int, body: ReserveBody, visit: Staff) -> StockNumberAnswer:
    number = reserve_number(
        visit.session,
        stock_number_id,
        body.member_id,
        body.until,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _stock_answer(number)


@router.delete("/numbers/{stock_number_id}/reserve", summary="Give a reservation up")
def delete_reserve(stock_number_id: int, visit: Staff) -> StockNumberAnswer:
    return _stock_answer(
        free_reserved(visit.session, stock_number_id, actor=visit.actor.reference, now=visit.now)
    )


@router.post("/numbers/{stock_number_id}/port-out", summary="A number goes to another carrier on a day")
def post_port_out(stock_number_id: int, body: PortOutBody, visit: Staff) -> StockNumberAnswer:
    """The line on it ends at that time."""
    number = port_out(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        stock_number_id,
        body.ports_at,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _stock_answer(number)


@router.post("/numbers/{stock_number_id}/release", summary="Give a free number back to the carrier")
def post_release(stock_number_id: int, visit: Staff) -> StockNumberAnswer:
    """This cannot be undone. The number is `releasing` until the carrier has confirmed it."""
    return _stock_answer(
        release_number(visit.session, stock_number_id, actor=visit.actor.reference, now=visit.now)
    )


@router.post("/numbers/{stock_number_id}/control", summary="Members steer their lines by calling this number")
def post_control(stock_number_id: int, visit: Staff) -> StockNumberAnswer:
    return _stock_answer(
        make_control_number(visit.session, stock_number_id, actor=visit.actor.reference, now=visit.now)
    )


@router.delete("/numbers/{stock_number_id}/control", summary="A control number is stock again")
def delete_control(stock_number_id: int, visit: Staff) -> StockNumberAnswer:
    return _stock_answer(
        free_control_number(visit.session, stock_number_id, actor=visit.actor.reference, now=visit.now)
    )


@router.post("/number-purchases", status_code=201, summary="Ask that numbers be bought")
def post_purchase(body: PurchaseBody, visit: Staff, accept_language: AcceptLanguage = "") -> PurchaseAnswer:
    """Nothing is bought before an administrator who is somebody else approved it."""
    purchase = ask_for_numbers(
        visit.session,
        visit.resources[RulesOfLines][visit.operator_id],
        visit.operator_id,
        body.area_code,
        [_number(text) for text in body.numbers],
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _purchase_answer(purchase, preferred_language(accept_language))


@router.get("/number-purchases", summary="List purchases of numbers")
def get_purchases(
    visit: Staff,
    listing: PurchaseListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> Page[PurchaseAnswer]:
    language = preferred_language(accept_language)
    purchases = list_purchases(visit.session, after_id=after, limit=limit, listing=listing)
    return page(
        purchases, limit, lambda purchase: _purchase_answer(purchase, language), lambda purchase: purchase.id
    )


@router.get("/number-purchases/{purchase_id}", summary="One purchase of numbers")
def get_one_purchase(purchase_id: int, visit: Staff, accept_language: AcceptLanguage = "") -> PurchaseAnswer:
    return _purchase_answer(get_purchase(visit.session, purchase_id), preferred_language(accept_language))


@router.post(
    "/number-purchases/{purchase_id}/approve", summary="Approve a purchase that somebody else asked for"
)
def post_approval(
    purchase_id: int, visit: MoneyStaff, accept_language: AcceptLanguage = ""
) -> PurchaseAnswer:
    get_purchase(visit.session, purchase_id)
    if visit.actor.role != APPROVER:
        raise NotPermitted
    purchase = approve_purchase(visit.session, purchase_id, actor=visit.actor.reference, now=visit.now)
    return _purchase_answer(purchase, preferred_language(accept_language))


def _text(body: ImportBody) -> str:
    if body.csv is not None and body.file is None:
        return body.csv
    if body.csv is not None or body.file is None:
        raise StockFileUnreadable
    try:
        return read_stock_file(base64.b64decode(body.file, validate=True))
    except (binascii.Error, ValueError) as error:
        raise StockFileUnreadable from error


def _number(text: str) -> PhoneNumber:
    try:
        return parse_phone(text)
    except InvalidPhoneNumber as error:
        raise StockNumberRefused from error


def _stock_answer(number: StockNumber) -> StockNumberAnswer:
    return StockNumberAnswer.model_validate(number)


def _import_answer(reported: Sequence[ReportedLine], language: Language) -> ImportAnswer:
    outcomes = [line.outcome for line in reported]
    return ImportAnswer(
        entered=outcomes.count("entered"),
        known=outcomes.count("known"),
        refused=outcomes.count("refused"),
        lines=[
            ReportedLineAnswer(
                line=line.line,
                outcome=line.outcome,
                number=line.number,
                reason=line.reason.spoken(language) if line.reason else None,
            )
            for line in reported
        ],
    )


def _purchase_answer(purchase: NumberPurchase, language: Language) -> PurchaseAnswer:
    return PurchaseAnswer(
        id=purchase.id,
        area_code=purchase.area_code,
        asked_at=purchase.asked_at,
        asked_by=purchase.asked_by,
        approved_at=purchase.approved_at,
        approved_by=purchase.approved_by,
        numbers=[
            PurchasedNumberAnswer(
                number=number.number,
                status=number.status,
                refusal=number.refusal,
                why=REFUSALS[number.refusal].spoken(language) if number.refusal else None,
                decided_at=number.decided_at,
            )
            for number in purchase.numbers
        ],
    )
