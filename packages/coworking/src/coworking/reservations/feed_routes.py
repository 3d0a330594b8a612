"""Addresses of calendars over HTTP, and the calendars behind them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from coworking.kit.errors import NotFound
from coworking.kit.paging import LARGEST_ID
from coworking.membership import AccountRules, SignedIn, Visit, doorway_of, get_member
from coworking.reservations.calendar_feeds import FeedOf, end_feed, operator_of_feed, read_feed, renew_feed
from coworking.reservations.rules import RulesOfReservations
from coworking.reservations.schemas import FeedAnswer, SpaceName
from coworking.reservations.spaces import space_row

router = APIRouter(prefix="/api", tags=["reservations"])

NO_STORE = {"cache-control": "private, no-store"}
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Feed = Annotated[str, Path(max_length=80, description="The last part of an address.")]


@router.post(
    "/members/{member_id}/calendar-feed",
    status_code=201,
    summary="Make or renew the address of a member's calendar",
)
def post_feed_of_member(member_id: MemberId, visit: SignedIn) -> FeedAnswer:
    """An earlier address that this account has for it is over."""
    return _renewed(visit, _of_member(visit, member_id))


@router.delete(
    "/members/{member_id}/calendar-feed", status_code=204, summary="End the address of a member's calendar"
)
def delete_feed_of_member(member_id: MemberId, visit: SignedIn) -> None:
    end_feed(visit.session, _of_member(visit, member_id), actor=visit.actor, now=visit.now)


@router.post(
    "/spaces/{space}/calendar-feed",
    status_code=201,
    summary="Make or renew the address of a space's calendar",
)
def post_feed_of_space(space: SpaceName, visit: SignedIn) -> FeedAnswer:
    """It tells names to staff only. An earlier address that this account has for it is over."""
    return _renewed(visit, _of_space(visit, space))


@router.delete(
    "/spaces/{space}/calendar-feed", status_code=204, summary="End the address of a space's calendar"
)
def delete_feed_of_space(space: SpaceName, visit: SignedIn) -> None:
    end_feed(visit.session, _of_space(visit, space), actor=visit.actor, now=visit.now)


@router.get(
    "/calendars/{feed}",
    summary="A calendar by its secret address",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}, "description": "iCalendar (RFC 5545)."}},
)
def get_calendar(feed: Feed, request: Request) -> Response:
    doorway = doorway_of(request)
    operator_id = operator_of_feed(feed)
    rules = doorway.resources[RulesOfReservations].get(operator_id)
    if rules is None:
        raise NotFound
    with doorway.database.transaction(operator_id) as session:
        text = read_feed(session, rules, feed, doorway.clock.now())
    return Response(text, media_type="text/calendar; charset=utf-8", headers=NO_STORE)


def _renewed(visit: Visit, of: FeedOf) -> FeedAnswer:
    token = renew_feed(visit.session, of, actor=visit.actor, now=visit.now)
    return FeedAnswer(address=visit.resources[AccountRules].link("api/calendars", token))


def _of_member(visit: Visit, member_id: int) -> FeedOf:
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    visit.resources[RulesOfReservations].of(visit.operator_id)
    return FeedOf(member_id=member_id)


def _of_space(visit: Visit, space: str) -> FeedOf:
    rules = visit.resources[RulesOfReservations].of(visit.operator_id)
    return FeedOf(space_id=space_row(visit.session, rules.profile, space).id)
