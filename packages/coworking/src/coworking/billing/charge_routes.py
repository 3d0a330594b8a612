"""Fees and uses over HTTP: what staff charge, and what members use."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import select

from coworking.billing.charge_schemas import (
    ChargeBody,
    CostAnswer,
    FeeRecordAnswer,
    HandBackBody,
    PrintBody,
    UseAnswer,
    UseBody,
)
from coworking.billing.dues_models import FeeRecord, Use
from coworking.billing.fees import NewFee, charge_fee, hand_back
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.billing.uses import PRINTED_KINDS, NewUse, print_pages, record_use
from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import MoneyStaff, SignedIn, Staff, Visit

router = APIRouter(prefix="/api", tags=["charges"])

FeeRecordListing = Annotated[
    Listing,
    Depends(listing_of(span=FeeRecord.service_on, service_on=FeeRecord.service_on, amount=FeeRecord.amount)),
]
UseListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Use.starts_at,
            equal={"purpose": (Use.purpose, AText)},
            starts_at=Use.starts_at,
            amount=Use.amount,
        )
    ),
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AnyMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.post("/members/{member_id}/charges", status_code=201, summary="Charge a fee")
def post_charge(member_id: MemberId, body: ChargeBody, visit: MoneyStaff) -> FeeRecordAnswer:
    """Fees of one amount at the operator's price, others at what it cost."""
    rules = _rules(visit)
    new = NewFee(
        what=body.what,
        service_on=body.service_on or rules.calendar.local_date(visit.now),
        quantity=body.quantity,
        amount=None if body.amount is None else Decimal(body.amount),
        note=body.note,
    )
    entry = charge_fee(visit.session, rules, member_id, new, actor=visit.actor.reference, now=visit.now)
    return FeeRecordAnswer.of(entry)


@router.get("/fee-records", summary="List the fees that were charged, with why")
def get_fee_records(
    visit: Staff,
    listing: FeeRecordListing,
    member_id: AnyMember = None,
    what: Annotated[str | None, Query(max_length=60)] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[FeeRecordAnswer]:
    statement = listing.part(select(FeeRecord), FeeRecord.id, after, limit)
    if member_id is not None:
        statement = statement.where(FeeRecord.member_id == member_id)
    if what is not None:
        statement = statement.where(FeeRecord.what == what)
    entries = visit.session.scalars(statement).all()
    return page(entries, limit, FeeRecordAnswer.of, lambda entry: entry.id)


@router.post("/members/{member_id}/hand-backs", summary="Record that a lent item came back, or did not")
def post_hand_back(member_id: MemberId, body: HandBackBody, visit: Staff) -> CostAnswer:
    """What is broken or lost is charged."""
    entry = hand_back(
        visit.session,
        _rules(visit),
        member_id,
        body.item,
        body.state,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return CostAnswer.of(entry.amount if entry is not None else Decimal(0))


@router.post("/members/{member_id}/prints", summary="Record printed pages")
def post_print(member_id: MemberId, body: PrintBody, visit: SignedIn) -> CostAnswer:
    """The answer says what they cost; nothing with an option that includes printing."""
    visit.require_member(member_id)
    pages = {kind: getattr(body, kind) for kind in PRINTED_KINDS}
    amount = print_pages(
        visit.session, _rules(visit), member_id, pages, actor=visit.actor.reference, now=visit.now
    )
    return CostAnswer.of(amount)


@router.post("/members/{member_id}/uses", status_code=201, summary="Record a use and charge it")
def post_use(member_id: MemberId, body: UseBody, visit: Staff) -> UseAnswer:
    new = NewUse(body.purpose, body.starts_at, body.ends_at, body.quantity)
    use = record_use(visit.session, _rules(visit), member_id, new, actor=visit.actor.reference, now=visit.now)
    return UseAnswer.of(use)


@router.get("/uses", summary="List recorded uses")
def get_uses(
    visit: SignedIn,
    listing: UseListing,
    member_id: AnyMember = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[UseAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    statement = listing.part(select(Use), Use.id, after, limit)
    if whose is not None:
        statement = statement.where(Use.member_id == whose)
    return page(visit.session.scalars(statement).all(), limit, UseAnswer.of, lambda use: use.id)


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]
