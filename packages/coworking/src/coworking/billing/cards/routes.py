"""Cards over HTTP: registering one, what became of charging them, disputes."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import select

from coworking.billing.cards.disputes import list_disputes
from coworking.billing.cards.models import CardCharge, CardDispute
from coworking.billing.cards.registering import ask_for_setup, card_of, latest_setup, remove_card
from coworking.billing.invoice_models import Invoice
from coworking.billing.payment_schemas import (
    CardAnswer,
    CardChargeAnswer,
    CardSetupAnswer,
    CardStateAnswer,
    DisputeAnswer,
)
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import MoneyStaff, SignedIn, facts

router = APIRouter(prefix="/api", tags=["payments"])

CardChargeListing = Annotated[
    Listing,
    Depends(listing_of(span=CardCharge.asked_at, asked_at=CardCharge.asked_at, amount=CardCharge.amount)),
]
DisputeListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=CardDispute.opened_at,
            equal={"member_id": (CardDispute.member_id, AnId)},
            opened_at=CardDispute.opened_at,
        )
    ),
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/members/{member_id}/card", summary="A member's registered card")
def get_card(member_id: MemberId, visit: SignedIn) -> CardStateAnswer:
    visit.require_member(member_id)
    facts(visit.session, member_id)
    card = card_of(visit.session, member_id)
    setup = latest_setup(visit.session, member_id)
    return CardStateAnswer(
        card=None if card is None else CardAnswer.of(card),
        setup=None if setup is None else CardSetupAnswer.of(setup),
    )


@router.post("/members/{member_id}/card-setups", status_code=202, summary="Register a card")
def post_setup(member_id: MemberId, visit: SignedIn) -> CardSetupAnswer:
    """The card is entered on the provider's page; its address stands at `GET /api/members/{member_id}/card` in a
    moment."""
    visit.require_member(member_id)
    return CardSetupAnswer.of(
        ask_for_setup(visit.session, member_id, actor=visit.actor.reference, now=visit.now)
    )


@router.delete("/members/{member_id}/card", status_code=204, summary="Forget a member's card")
def delete_card(member_id: MemberId, visit: SignedIn) -> None:
    visit.require_member(member_id)
    remove_card(visit.session, member_id, actor=visit.actor.reference, now=visit.now)


@router.get("/card-charges", summary="List what became of charging cards")
def get_charges(
    visit: MoneyStaff,
    listing: CardChargeListing,
    member_id: int | None = None,
    status: Annotated[
        Literal["asked", "unknown", "succeeded", "declined"] | None,
        Query(description="unknown: the provider has not said what became of it."),
    ] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[CardChargeAnswer]:
    asked = select(CardCharge, Invoice.number).join(Invoice, Invoice.id == CardCharge.invoice_id)
    statement = listing.part(asked, CardCharge.id, after, limit)
    if member_id is not None:
        statement = statement.where(CardCharge.member_id == member_id)
    if status is not None:
        statement = statement.where(CardCharge.status == status)
    rows = [(charge, number) for charge, number in visit.session.execute(statement)]
    return page(rows, limit, lambda row: CardChargeAnswer.of(*row), lambda row: row[0].id)


@router.get("/card-disputes", summary="List disputed card payments")
def get_disputes(
    visit: MoneyStaff,
    listing: DisputeListing,
    status: Annotated[Literal["open", "won", "lost"] | None, Query()] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[DisputeAnswer]:
    disputes = list_disputes(visit.session, status=status, after_id=after, limit=limit, listing=listing)
    return page(disputes, limit, lambda row: DisputeAnswer.of(*row), lambda row: row[0].id)
