"""Cards over HTTP. That a card came back or was lost is recorded where every lent item's return is."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from coworking.doors.cards import get_card, issue_card, list_cards, report_lost, revoke_card
from coworking.doors.models import AccessCard
from coworking.doors.requests import credentials_of, rules_of
from coworking.doors.schemas import CardAnswer, CardBody
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, Staff

router = APIRouter(prefix="/api", tags=["doors"])

CardListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=AccessCard.issued_at,
            equal={"kind": (AccessCard.kind, Literal["ic-card", "drop-in-card"])},
            issued_at=AccessCard.issued_at,
        )
    ),
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
CardId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AnyMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]


@router.post("/members/{member_id}/access-cards", status_code=201, summary="Issue a card to a member")
def post_card(member_id: MemberId, body: CardBody, visit: Staff) -> CardAnswer:
    """For the operator's fee; one in place of a card whose loss was charged costs nothing more."""
    card = issue_card(
        visit.session,
        rules_of(visit),
        credentials_of(visit),
        member_id,
        body.card,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return CardAnswer.of(card)


@router.get("/access-cards", summary="List cards")
def get_cards(
    visit: SignedIn,
    listing: CardListing,
    member_id: AnyMember = None,
    is_out: Annotated[bool | None, Query(description="Those in somebody's hands.")] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[CardAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    found = list_cards(
        visit.session, member_id=whose, is_out=is_out, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, CardAnswer.of, lambda card: card.id)


@router.post("/access-cards/{card_id}/report-lost", summary="Report a card lost")
def post_report(card_id: CardId, visit: SignedIn) -> CardAnswer:
    """It opens nothing from now on. Staff record later whether it came back."""
    visit.require_member(get_card(visit.session, card_id).member_id)
    card = report_lost(visit.session, card_id, actor=visit.actor.reference, now=visit.now)
    return CardAnswer.of(card)


@router.post("/access-cards/{card_id}/revoke", summary="Make a card void, without a charge")
def post_revoke(card_id: CardId, visit: Staff) -> CardAnswer:
    card = revoke_card(visit.session, card_id, actor=visit.actor.reference, now=visit.now)
    return CardAnswer.of(card)
