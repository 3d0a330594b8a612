"""Reservations over HTTP."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from coworking.kit.errors import NotPermitted
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import SignedIn, TimeSpan, Visit
from coworking.reservations.errors import TimesWrong
from coworking.reservations.free_times import free_times
from coworking.reservations.models import Reservation
from coworking.reservations.profile import Via
from coworking.reservations.reading import ReservationFilter, costs_of, get_reservation, list_reservations
from coworking.reservations.reserving import cancel, change, reserve
from coworking.reservations.rules import ReservationRules, RulesOfReservations
from coworking.reservations.schemas import (
    FreeTimeAnswer,
    ReservationAnswer,
    ReservationBody,
    ReservationChangeBody,
    SpaceAnswer,
    SpaceName,
    Status,
)
from coworking.reservations.slots import Wanted

router = APIRouter(prefix="/api", tags=["reservations"])

ReservationListing = Annotated[
    Listing, Depends(listing_of(starts_at=Reservation.starts_at, reserved_at=Reservation.reserved_at))
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ReservationId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AnyMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
ENTERED_BY_STAFF = (Via.PHONE, Via.FORM)
FARTHEST = timedelta(days=3 * 366)


@router.get("/spaces", summary="List the spaces that can be reserved")
def get_spaces(visit: SignedIn) -> list[SpaceAnswer]:
    spaces = _rules(visit).profile.spaces
    return [SpaceAnswer.of(name, space) for name, space in spaces.items()]


@router.get("/spaces/{space}/free-times", summary="When a space is free on a day")
def get_free_times(
    space: SpaceName,
    visit: SignedIn,
    day: Annotated[
        date | None, Query(description="A local day; today if left out.", examples=["2026-06-10"])
    ] = None,
    people: Annotated[int, Query(ge=1, le=1000, description="Seats that are needed at once.")] = 1,
) -> list[FreeTimeAnswer]:
    rules = _rules(visit)
    wanted = day or rules.calendar.local_date(visit.now)
    found = free_times(visit.session, rules, space, wanted, people, visit.now)
    return [FreeTimeAnswer.of(one) for one in found]


@router.post("/members/{member_id}/reservations", status_code=201, summary="Reserve a space")
def post_reservation(member_id: MemberId, body: ReservationBody, visit: SignedIn) -> ReservationAnswer:
    """Charged as it is reserved. What has to be paid before the use is charged to the registered card at once."""
    visit.require_member(member_id)
    rules = _rules(visit)
    if body.via in ENTERED_BY_STAFF and not visit.actor.is_staff:
        raise NotPermitted
    space = rules.profile.spaces.get(body.space)
    wanted = Wanted(
        space=body.space,
        span=_span(visit, rules, body),
        people=body.people or (space.least_people if space is not None else 1),
        via=body.via,
        means=body.pay_by.value if body.pay_by is not None else None,
    )
    made = reserve(visit.session, rules, member_id, wanted, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, made)


@router.get("/reservations", summary="List reservations")
def get_reservations(
    visit: SignedIn,
    listing: ReservationListing,
    member_id: AnyMember = None,
    space: SpaceName | None = None,
    status: Status | None = None,
    starts_at: Annotated[AwareDatetime | None, Query(description="Those that end later.")] = None,
    ends_at: Annotated[AwareDatetime | None, Query(description="Those that begin earlier.")] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ReservationAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    wanted = ReservationFilter(whose, space, status, starts_at, ends_at)
    found = list_reservations(visit.session, wanted, visit.now, after_id=after, limit=limit, listing=listing)
    costs = costs_of(visit.session, [one.id for one in found])
    return page(
        found,
        limit,
        lambda one: ReservationAnswer.of(one, costs[one.id], visit.now),
        lambda one: one.id,
    )


@router.get("/reservations/{reservation_id}", summary="One reservation")
def get_one_reservation(reservation_id: ReservationId, visit: SignedIn) -> ReservationAnswer:
    return _answer(visit, _own(visit, reservation_id))


@router.post("/reservations/{reservation_id}/change", summary="Move a reservation to another time")
def post_change(
    reservation_id: ReservationId, body: ReservationChangeBody, visit: SignedIn
) -> ReservationAnswer:
    """Until the day before, unless the operator says otherwise; it is charged anew."""
    _own(visit, reservation_id)
    rules = _rules(visit)
    changed = change(
        visit.session,
        rules,
        reservation_id,
        _span(visit, rules, body),
        body.people,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _answer(visit, changed)


@router.post("/reservations/{reservation_id}/cancel", summary="Cancel a reservation")
def post_cancel(reservation_id: ReservationId, visit: SignedIn) -> ReservationAnswer:
    """Until the day before, unless the operator says otherwise: what was charged is taken back. Later it stands."""
    _own(visit, reservation_id)
    rules = _rules(visit)
    cancelled = cancel(visit.session, rules, reservation_id, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, cancelled)


def _own(visit: Visit, reservation_id: int) -> Reservation:
    reservation = get_reservation(visit.session, reservation_id)
    visit.require_member(reservation.member_id)
    return reservation


def _span(visit: Visit, rules: ReservationRules, body: ReservationBody | ReservationChangeBody) -> TimeSpan:
    """Raises `TimesWrong` for what no rule of how far ahead could allow."""
    if not visit.now - FARTHEST < body.starts_at < body.ends_at < visit.now + FARTHEST:
        raise TimesWrong(most_minutes=rules.profile.longest_minutes, step_minutes=rules.profile.step_minutes)
    return TimeSpan(body.starts_at, body.ends_at)


def _answer(visit: Visit, reservation: Reservation) -> ReservationAnswer:
    cost = costs_of(visit.session, [reservation.id])[reservation.id]
    return ReservationAnswer.of(reservation, cost, visit.now)


def _rules(visit: Visit) -> ReservationRules:
    return visit.resources[RulesOfReservations].of(visit.operator_id)
