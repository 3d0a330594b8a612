"""Calls with their legs, their price and the reason for it, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header

from coworking.kit.errors import Language
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.web.language import preferred_language
from coworking.membership import SignedIn, Visit
from telephony.forwarding.call_records import CallRecord, get_call, leg_class, list_calls
from telephony.forwarding.models import Call
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.schemas import CallAnswer, LegAnswer
from telephony.metering import Leg

router = APIRouter(prefix="/api", tags=["calls"])

CallListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Call.started_at,
            equal={
                "member_id": (Call.member_id, AnId),
                "direction": (Call.direction, Literal["in", "out", "control", "reception"]),
                "outcome": (
                    Call.outcome,
                    Literal[
                        "answered", "no-answer", "busy", "failed", "refused", "announcement", "voicemail"
                    ],
                ),
            },
            started_at=Call.started_at,
        )
    ),
]

AcceptLanguage = Annotated[str, Header(max_length=200)]


@router.get("/calls", summary="List calls with their price")
def get_calls(
    visit: SignedIn,
    listing: CallListing,
    line_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> Page[CallAnswer]:
    records = list_calls(
        visit.session,
        member_id=visit.own_member_id(),
        line_id=line_id,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    language = preferred_language(accept_language)
    rules = _rules(visit)
    return page(
        records, limit, lambda record: call_answer(record, rules, language), lambda record: record.call.id
    )


@router.get("/calls/{call}", summary="One call, by our id or the carrier's")
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


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]
