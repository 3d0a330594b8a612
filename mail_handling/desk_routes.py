"""Hand-over, distribution, forwarding and standing instructions over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, Staff, facts
from mail_handling.batches import NewBatch, forward, get_batch, list_batches, track
from mail_handling.hand_overs import Proof, distribute, hand_over, issue_grant
from mail_handling.item_routes import rules_of
from mail_handling.label_paper import label_pdf
from mail_handling.models import MailBatch
from mail_handling.schemas import (
    BatchAnswer,
    BatchBody,
    DistributionAnswer,
    DistributionBody,
    GrantAnswer,
    GrantBody,
    HandOverAnswer,
    HandOverBody,
    StandingAnswer,
    StandingBody,
    TrackingBody,
)
from mail_handling.standing import NewStanding, end_standing, give_standing, standing_of

router = APIRouter(prefix="/api", tags=["mail"])

BatchListing = Annotated[
    Listing,
    Depends(
        listing_of(span=MailBatch.sent_at, equal={"way": (MailBatch.way, AText)}, sent_at=MailBatch.sent_at)
    ),
]

BatchId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
StandingId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
OfMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Of this member only.")]


@router.post("/mail-codes", status_code=201, summary="Make a one-time code for collecting mail")
def post_code(body: GrantBody, visit: SignedIn) -> GrantAnswer:
    """The member shows it at the counter as a QR code. Codes made before do not work any more."""
    visit.require_member(body.member_id)
    grant = issue_grant(
        visit.session, rules_of(visit), body.member_id, actor=visit.actor.reference, now=visit.now
    )
    return GrantAnswer(code=grant.code, expires_at=grant.expires_at)


@router.post("/mail-hand-overs", status_code=201, summary="Hand items to their member")
def post_hand_over(body: HandOverBody, visit: Staff) -> HandOverAnswer:
    """All or none, by the member's one-time code or by name and document, while staff are there."""
    handed = hand_over(
        visit.session,
        rules_of(visit),
        body.member_id,
        body.item_ids,
        Proof(body.code, body.recipient, body.document),
        signature=body.signature,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return HandOverAnswer(
        id=handed.id,
        member_id=handed.member_id,
        item_ids=sorted(set(body.item_ids)),
        by_code=handed.grant_id is not None,
        handed_at=handed.handed_at,
    )


@router.post("/mail-distributions", status_code=201, summary="Put mail into the pigeonholes")
def post_distribution(body: DistributionBody, visit: Staff) -> DistributionAnswer:
    """What waits at the place and with which nothing else is wanted."""
    items = distribute(visit.session, rules_of(visit), body.site, actor=visit.actor.reference, now=visit.now)
    return DistributionAnswer(item_ids=[item.id for item in items])


@router.post("/mail-batches", status_code=201, summary="Forward a member's items")
def post_batch(body: BatchBody, visit: Staff) -> BatchAnswer:
    """What the member wants forwarded, in one; postage and handling are charged."""
    new = NewBatch(
        postage=Decimal(body.postage),
        way=body.way,
        addressee=body.addressee,
        address=body.address,
        tracking_number=body.tracking_number,
        bundles=body.bundles,
    )
    batch = forward(
        visit.session,
        rules_of(visit),
        body.member_id,
        new,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return BatchAnswer.of(batch)


@router.get("/mail-batches", summary="List what was forwarded")
def get_batches(
    visit: SignedIn,
    listing: BatchListing,
    member_id: OfMember = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[BatchAnswer]:
    """A member sees their own, whatever `member_id` says."""
    rules_of(visit)
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    found = list_batches(visit.session, member_id=whose, after_id=after, limit=limit, listing=listing)
    return page(found, limit, BatchAnswer.of, lambda batch: batch.id)


@router.post("/mail-batches/{mail_batch_id}/tracking", summary="Enter the tracking number of a batch")
def post_tracking(mail_batch_id: BatchId, body: TrackingBody, visit: Staff) -> BatchAnswer:
    rules_of(visit)
    batch = track(
        visit.session, mail_batch_id, body.tracking_number, actor=visit.actor.reference, now=visit.now
    )
    return BatchAnswer.of(batch)


@router.get(
    "/mail-batches/{mail_batch_id}/label",
    summary="The address label of a batch",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def get_label(mail_batch_id: BatchId, visit: Staff) -> Response:
    rules = rules_of(visit)
    batch = get_batch(visit.session, mail_batch_id)
    return Response(
        label_pdf(rules, batch),
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="label-{batch.id}.pdf"'},
    )


@router.post(
    "/members/{member_id}/standing-instructions",
    status_code=201,
    summary="Say what shall be done with items as they come",
)
def post_standing(member_id: MemberId, body: StandingBody, visit: SignedIn) -> StandingAnswer:
    """Of several that fit an item, the first that was given holds."""
    visit.require_member(member_id)
    standing = give_standing(
        visit.session,
        rules_of(visit),
        member_id,
        NewStanding(**body.model_dump()),
        actor=visit.actor.reference,
        by_staff=visit.actor.is_staff,
        now=visit.now,
    )
    return StandingAnswer.of(standing)


@router.get("/members/{member_id}/standing-instructions", summary="List a member's standing instructions")
def get_standing(member_id: MemberId, visit: SignedIn) -> list[StandingAnswer]:
    """Those that hold."""
    visit.require_member(member_id)
    rules_of(visit)
    member = facts(visit.session, member_id)
    return [StandingAnswer.of(standing) for standing in standing_of(visit.session, member.id)]


@router.post("/standing-instructions/{standing_instruction_id}/end", summary="End a standing instruction")
def post_standing_end(standing_instruction_id: StandingId, visit: SignedIn) -> StandingAnswer:
    rules_of(visit)
    standing = end_standing(
        visit.session,
        standing_instruction_id,
        own_member_id=visit.own_member_id(),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return StandingAnswer.of(standing)
