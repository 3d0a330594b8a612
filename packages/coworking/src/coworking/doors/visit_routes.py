"""Visits, what happened at doors, and what reception does, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime

from coworking.doors.door_log import EventFilter, list_events
from coworking.doors.drop_ins import NewDropIn, attempt_at_reception, begin_drop_in, end_drop_in
from coworking.doors.models import DoorEvent, DoorVisit, ParkingVoucher
from coworking.doors.presence import (
    list_visits,
    occupancy,
    office_at,
    people_of,
    record_seen,
)
from coworking.doors.requests import credentials_of, reserved_times, rules_of, site_names
from coworking.doors.schemas import (
    DoorEventAnswer,
    DropInBody,
    DropInExitBody,
    IncidentBody,
    OccupancyAnswer,
    VisitAnswer,
    VoucherAnswer,
    VoucherBody,
)
from coworking.doors.vouchers import get_voucher, issue_voucher, list_vouchers
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.spreadsheets import csv_file
from coworking.membership import SignedIn, Staff, Visit

router = APIRouter(prefix="/api", tags=["doors"])

VisitListing = Annotated[
    Listing,
    Depends(listing_of(entered_at=DoorVisit.entered_at, left_at=DoorVisit.left_at)),
]
DoorEventListing = Annotated[Listing, Depends(listing_of(at=DoorEvent.at))]
VoucherListing = Annotated[
    Listing, Depends(listing_of(span=ParkingVoucher.issued_at, issued_at=ParkingVoucher.issued_at))
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AnyMember = Annotated[int | None, Query(ge=1, le=LARGEST_ID)]
AnyDoor = Annotated[str | None, Query(max_length=40)]
AnyTime = Annotated[AwareDatetime | None, Query()]
AnyAct = Literal["check-in", "unlock", "check-out", "seen"] | None
MOST_ROWS = 50_000
COLUMNS = ("id", "at", "site", "door", "act", "by", "member", "allowed", "reason")
CSV = "text/csv"


@router.get("/visits", summary="List visits")
def get_visits(
    visit: SignedIn,
    listing: VisitListing,
    member_id: AnyMember = None,
    is_inside: Annotated[bool | None, Query(description="Those who are there now.")] = None,
    from_at: AnyTime = None,
    until_at: AnyTime = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[VisitAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    found = list_visits(
        visit.session,
        member_id=member_id if visit.actor.is_staff else visit.own_member_id(),
        is_inside=is_inside,
        from_at=from_at,
        until_at=until_at,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    sites, people = site_names(visit), people_of(visit.session, [one.id for one in found])
    return page(
        found,
        limit,
        lambda one: VisitAnswer.of(one, sites[one.office_id], people.get(one.id, 0)),
        lambda one: one.id,
    )


@router.get("/door-events", summary="List what happened at doors, refusals among it")
def get_door_events(
    visit: SignedIn,
    listing: DoorEventListing,
    member_id: AnyMember = None,
    door: AnyDoor = None,
    act: AnyAct = None,
    allowed: bool | None = None,
    from_at: AnyTime = None,
    until_at: AnyTime = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[DoorEventAnswer]:
    """In the order in which it was written down. Staff see every member's; a member sees their own, whatever
    `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    wanted = EventFilter(whose, door, act, allowed, from_at, until_at)
    found = list_events(visit.session, wanted, after_id=after, limit=limit, listing=listing)
    sites = site_names(visit)
    return page(found, limit, lambda one: DoorEventAnswer.of(one, sites[one.office_id]), lambda one: one.id)


@router.get(
    "/door-events.csv",
    summary="What happened at doors, as a file",
    response_class=Response,
    responses={200: {"content": {CSV: {}}, "description": "CSV in UTF-8."}},
)
def get_door_events_file(
    visit: Staff,
    member_id: AnyMember = None,
    door: AnyDoor = None,
    act: AnyAct = None,
    allowed: bool | None = None,
    from_at: AnyTime = None,
    until_at: AnyTime = None,
) -> Response:
    """The same lists and filters; at most the first 50,000 rows."""
    wanted = EventFilter(member_id, door, act, allowed, from_at, until_at)
    sites = site_names(visit)
    rows = (
        (
            one.id,
            one.at.isoformat(),
            sites[one.office_id],
            one.door or "",
            one.act,
            one.means,
            one.member_id or "",
            "yes" if one.allowed else "no",
            one.reason or "",
        )
        for one in list_events(visit.session, wanted, limit=MOST_ROWS)
    )
    return Response(
        csv_file(COLUMNS, rows),
        media_type=CSV,
        headers={"content-disposition": 'attachment; filename="door-events.csv"'},
    )


@router.get("/occupancy", summary="How many people are there now")
def get_occupancy(visit: Staff) -> list[OccupancyAnswer]:
    """By place, guests among them."""
    return [OccupancyAnswer.of(one) for one in occupancy(visit.session, rules_of(visit))]


@router.post("/members/{member_id}/drop-ins", status_code=201, summary="Enter a drop-in and take the payment")
def post_drop_in(member_id: MemberId, body: DropInBody, visit: Staff) -> VisitAnswer:
    """The planned time is paid ahead and not paid back. In staffed hours only."""
    rules = rules_of(visit)
    office_id = office_at(visit.session, rules, body.site)
    attempt = attempt_at_reception(member_id, office_id, visit.actor.reference, visit.now, people=body.people)
    new = NewDropIn(timedelta(minutes=body.planned_minutes), body.way(), body.card)
    begun = begin_drop_in(visit.session, rules, credentials_of(visit), attempt, new, now=visit.now)
    return _visit(visit, begun)


@router.post("/members/{member_id}/drop-in-exits", status_code=201, summary="Settle a drop-in's exit")
def post_drop_in_exit(member_id: MemberId, body: DropInExitBody, visit: Staff) -> VisitAnswer:
    """Extra time is paid, the lent card comes back."""
    rules = rules_of(visit)
    office_id = office_at(visit.session, rules, None)
    attempt = attempt_at_reception(member_id, office_id, visit.actor.reference, visit.now)
    ended = end_drop_in(
        visit.session,
        rules,
        reserved_times(visit),
        attempt,
        body.way(),
        body.lent_card,
        now=visit.now,
    )
    return _visit(visit, ended)


@router.post("/parking-vouchers", status_code=201, summary="Issue a car-park voucher")
def post_voucher(body: VoucherBody, visit: Staff) -> VoucherAnswer:
    """By the time of use; one for a visit."""
    voucher = issue_voucher(
        visit.session,
        rules_of(visit),
        body.member_id,
        body.used_minutes,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return VoucherAnswer.of(voucher)


@router.get("/parking-vouchers", summary="List car-park vouchers")
def get_vouchers(
    visit: SignedIn,
    listing: VoucherListing,
    member_id: AnyMember = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[VoucherAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    found = list_vouchers(visit.session, member_id=whose, after_id=after, limit=limit, listing=listing)
    return page(found, limit, VoucherAnswer.of, lambda one: one.id)


@router.get("/parking-vouchers/{voucher_id}", summary="One car-park voucher")
def get_one_voucher(voucher_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], visit: Staff) -> VoucherAnswer:
    return VoucherAnswer.of(get_voucher(visit.session, voucher_id))


@router.post(
    "/members/{member_id}/door-incidents",
    status_code=201,
    summary="Record that somebody was let in along, or that an account or card was lent",
)
def post_incident(member_id: MemberId, body: IncidentBody, visit: Staff) -> DoorEventAnswer:
    """At the door, and as a breach of the member."""
    rules = rules_of(visit)
    event = record_seen(
        visit.session,
        rules,
        member_id,
        office_at(visit.session, rules, body.site),
        body.what,
        body.evidence,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DoorEventAnswer.of(event, site_names(visit)[event.office_id])


def _visit(visit: Visit, of: DoorVisit) -> VisitAnswer:
    people = people_of(visit.session, [of.id]).get(of.id, 0)
    return VisitAnswer.of(of, site_names(visit)[of.office_id], people)
