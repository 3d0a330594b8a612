"""Lines with their forwarding, and calls with their price, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header

from coworking.kit.errors import Language
from coworking.kit.money import plain
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.phone import from_e164
from coworking.kit.web.language import preferred_language
from coworking.membership import SignedIn, Visit
from telephony.forwarding.call_records import CallRecord, get_call, leg_class, list_calls
from telephony.forwarding.destinations import (
    Change,
    Forwarding,
    WantedDestination,
    forwarding_of,
    set_forwarding,
)
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.schemas import (
    CallAnswer,
    DestinationAnswer,
    ForwardingAnswer,
    ForwardingBody,
    LegAnswer,
    LineAnswer,
    RentBody,
)
from telephony.metering import Leg
from telephony.numbers import (
    Line,
    NumberCannotBeChosen,
    RulesOfLines,
    get_line,
    give_notice,
    list_lines,
    rent_line,
)

router = APIRouter(prefix="/api")

AcceptLanguage = Annotated[str, Header(max_length=200)]


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
def get_lines(visit: SignedIn, after: After = 0, limit: Limit = USUAL_ITEMS) -> Page[LineAnswer]:
    lines = list_lines(visit.session, member_id=visit.own_member_id(), after_id=after, limit=limit)
    return page(lines, limit, lambda line: _line_answer(visit, line), lambda line: line.id)


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


@router.get("/lines/{line_id}/forwarding", tags=["forwarding"], summary="How a line forwards")
def get_forwarding(line_id: int, visit: SignedIn) -> ForwardingAnswer:
    return _forwarding_answer(forwarding_of(visit.session, _rules(visit), _line(visit, line_id)))


@router.put("/lines/{line_id}/forwarding", tags=["forwarding"], summary="Change how a line forwards")
def put_forwarding(line_id: int, body: ForwardingBody, visit: SignedIn) -> ForwardingAnswer:
    change = Change(
        is_on=body.on,
        destinations=None
        if body.to is None
        else [WantedDestination(to.number, to.ring_seconds) for to in body.to],
        strategy=body.strategy,
        press_one=body.press_one,
        withheld=body.withheld,
    )
    after = set_forwarding(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        change,
        actor=visit.actor.reference,
        channel="api",
        now=visit.now,
    )
    return _forwarding_answer(after)


@router.get("/calls", tags=["calls"], summary="List calls with their price")
def get_calls(
    visit: SignedIn,
    line_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> Page[CallAnswer]:
    records = list_calls(
        visit.session, member_id=visit.own_member_id(), line_id=line_id, after_id=after, limit=limit
    )
    language = preferred_language(accept_language)
    rules = _rules(visit)
    return page(
        records, limit, lambda record: call_answer(record, rules, language), lambda record: record.call.id
    )


@router.get("/calls/{call}", tags=["calls"], summary="One call, by our id or the carrier's")
def get_one_call(call: str, visit: SignedIn, accept_language: AcceptLanguage = "") -> CallAnswer:
    record = get_call(visit.session, call, member_id=visit.own_member_id())
    return call_answer(record, _rules(visit), preferred_language(accept_language))


def call_answer(record: CallRecord, rules: CallRules, language: Language) -> CallAnswer:
    call, charge = record.call, record.charge
    return CallAnswer(
        id=call.id,
        carrier_sid=call.carrier_sid,
        line_id=call.line_id,
        member_id=call.member_id,
        direction=call.direction,
        status=call.status,
        outcome=call.outcome,
        decided_by=call.decided_by,
        number_class=record.counted_as(rules),
        from_number=call.from_number,
        to=call.to_number,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        seconds=record.seconds,
        units=charge.quantity if charge else 0,
        unit_seconds=charge.reason.get("unit_seconds") if charge else None,
        unit_price=plain(charge.unit_price) if charge else None,
        amount=plain(charge.amount) if charge else "0",
        tax_mode=rules.tariffs.billing.tax_mode.value,
        month=record.month(rules),
        reason=charge.reason if charge else None,
        why=record.why(language),
        legs=[_leg_answer(leg, rules) for leg in record.legs],
    )


def _leg_answer(leg: Leg, rules: CallRules) -> LegAnswer:
    return LegAnswer(
        leg_sid=leg.leg_sid,
        role=leg.role,
        to=leg.number,
        number_class=leg_class(leg, rules),
        status=leg.status,
        started_at=leg.started_at,
        answered_at=leg.answered_at,
        bridged_at=leg.bridged_at,
        ended_at=leg.ended_at,
        seconds=leg.seconds,
    )


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]


def _line_answer(visit: Visit, line: Line) -> LineAnswer:
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
        registered_phones=[phone.number for phone in line.registered_phones],
        forwarding=_forwarding_answer(forwarding_of(visit.session, _rules(visit), line)),
    )


def _forwarding_answer(forwarding: Forwarding) -> ForwardingAnswer:
    return ForwardingAnswer(
        on=forwarding.is_on,
        to=[
            DestinationAnswer(number=destination.number, ring_seconds=destination.ring_seconds)
            for destination in forwarding.destinations
        ],
        strategy=forwarding.strategy,
        press_one=forwarding.press_one,
        withheld=forwarding.withheld,
    )
