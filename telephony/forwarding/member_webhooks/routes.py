"""A line's webhook and what was sent to it, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, Visit
from telephony.forwarding.member_webhooks.models import WebhookDelivery
from telephony.forwarding.member_webhooks.schemas import (
    DeliveryAnswer,
    WebhookAnswer,
    WebhookBody,
    WebhookSecretAnswer,
    WebhookSetAnswer,
)
from telephony.forwarding.member_webhooks.setting import (
    list_deliveries,
    remove_webhook,
    renew_secret,
    set_webhook,
    webhook_of,
)
from telephony.numbers import Line, get_line

router = APIRouter(prefix="/api/lines/{line_id}/webhook", tags=["webhooks"])

DeliveryListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=WebhookDelivery.created_at,
            equal={"state": (WebhookDelivery.state, Literal["waiting", "delivered", "failed"])},
            created_at=WebhookDelivery.created_at,
        )
    ),
]


@router.put("", summary="Be told of a line's calls at an address")
def put_webhook(line_id: int, body: WebhookBody, visit: SignedIn) -> WebhookSetAnswer:
    """Also switches it on again. The secret stays as it is when there was a webhook before."""
    webhook, is_new = set_webhook(
        visit.session, _line(visit, line_id), body.url, actor=visit.actor.reference, now=visit.now
    )
    shown = WebhookAnswer.model_validate(webhook)
    return WebhookSetAnswer(**shown.model_dump(), secret=webhook.secret if is_new else None)


@router.get("", summary="Where a line's calls are told")
def get_webhook(line_id: int, visit: SignedIn) -> WebhookAnswer:
    return WebhookAnswer.model_validate(webhook_of(visit.session, _line(visit, line_id)))


@router.delete("", status_code=204, summary="No longer be told of a line's calls")
def delete_webhook(line_id: int, visit: SignedIn) -> None:
    remove_webhook(visit.session, _line(visit, line_id), actor=visit.actor.reference, now=visit.now)


@router.post("/secret", summary="Make a new secret for a line's webhook")
def post_secret(line_id: int, visit: SignedIn) -> WebhookSecretAnswer:
    webhook = renew_secret(visit.session, _line(visit, line_id), actor=visit.actor.reference, now=visit.now)
    return WebhookSecretAnswer(secret=webhook.secret)


@router.get("/deliveries", summary="What was sent to a line's webhook")
def get_deliveries(
    line_id: int, visit: SignedIn, listing: DeliveryListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[DeliveryAnswer]:
    """Of the last 30 days, oldest first."""
    webhook = webhook_of(visit.session, _line(visit, line_id))
    rows = list_deliveries(visit.session, webhook, after_id=after, limit=limit, listing=listing)
    return page(rows, limit, DeliveryAnswer.model_validate, lambda row: row.id)


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())
