"""Signing in and notices over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.notices import Notice
from coworking.kit.operators import Operator
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import SignedIn, doorway_of
from coworking.membership.errors import SignInRefused
from coworking.membership.schemas import (
    NoticeAnswer,
    SignedInAnswer,
    SignIn,
)
from coworking.membership.signing_in.entries import sign_in_with_pair

router = APIRouter(prefix="/api")

NoticeListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Notice.created_at,
            equal={"kind": (Notice.kind, AText), "to": (Notice.recipient, AText)},
            lacking={"is_unsent": Notice.sent_at},
        )
    ),
]


@router.post("/sign-in", tags=["sign-in"], summary="Exchange a mail address and a password for a token")
def post_sign_in(body: SignIn, request: Request) -> SignedInAnswer:
    doorway = doorway_of(request)
    with doorway.database.transaction() as session:
        operator_id = _operator(session, body.operator)
    now = doorway.clock.now()
    token = sign_in_with_pair(
        doorway.database,
        doorway.resources,
        operator_id,
        sign_in_name=body.email,
        password=body.password,
        code=body.code,
        now=now,
    )
    return SignedInAnswer(token=token)


@router.get("/notices", tags=["notices"], summary="List what was written to members")
def get_notices(
    visit: SignedIn, listing: NoticeListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[NoticeAnswer]:
    statement = listing.part(select(Notice), Notice.id, after, limit)
    member_id = visit.own_member_id()
    if member_id is not None:
        statement = statement.where(Notice.recipient == f"member:{member_id}")
    notices = visit.session.scalars(statement).all()
    return page(notices, limit, NoticeAnswer.model_validate, lambda notice: notice.id)


def _operator(session: Session, name: str | None) -> int:
    """The operator of that name, or the only one. Not being there looks like a wrong password."""
    statement = select(Operator.id)
    if name is not None:
        statement = statement.where(Operator.name == name)
    found = session.scalars(statement.limit(2)).all()
    if len(found) != 1:
        raise SignInRefused
    return found[0]
