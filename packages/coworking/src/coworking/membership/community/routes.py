"""Groups, preferences, announcements and events over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime
from sqlalchemy import func

from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.profile_fields import Bilingual
from coworking.membership.access import SignedIn, Staff, Visit
from coworking.membership.community.announcements import NewAnnouncement, announce, list_announcements
from coworking.membership.community.community_events import (
    NewEvent,
    call_off,
    cancel_sign_up,
    enter_event,
    get_event,
    joined_by,
    list_events,
    participants,
    sign_up,
    taken_places,
)
from coworking.membership.community.errors import GroupNeeded
from coworking.membership.community.groups import OpenGroup, groups_of, open_group, picks_of
from coworking.membership.community.models import Announcement, CommunityEvent, SignUp
from coworking.membership.community.preferences import postal_addresses, preferences_of, set_preferences
from coworking.membership.community.schemas import (
    AnnouncementAnswer,
    AnnouncementBody,
    EventAnswer,
    EventBody,
    GroupAnswer,
    GroupBody,
    InBothAnswer,
    ParticipantAnswer,
    PostalAddressAnswer,
    PreferencesAnswer,
    PreferencesBody,
    SignUpAnswer,
    SignUpBody,
    Slug,
)
from coworking.membership.models import Company, Person
from coworking.membership.rules import MemberRules, RulesOfMembers

router = APIRouter(prefix="/api", tags=["community"])

PostalAddressListing = Annotated[Listing, Depends(listing_of(name=func.coalesce(Company.name, Person.name)))]
AnnouncementListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Announcement.announced_at,
            equal={"important": (Announcement.is_important, bool)},
            announced_at=Announcement.announced_at,
        )
    ),
]
EventListing = Annotated[Listing, Depends(listing_of(starts_at=CommunityEvent.starts_at))]
SignUpListing = Annotated[
    Listing, Depends(listing_of(span=SignUp.signed_up_at, signed_up_at=SignUp.signed_up_at))
]

GroupFilter = Annotated[Slug | None, Query(description="Of this group only.")]


@router.get("/groups", summary="Working groups and regional forums")
def get_groups(visit: SignedIn) -> Page[GroupAnswer]:
    """All of them on one page."""
    member_id = visit.own_member_id()
    picked = set(picks_of(visit.session, member_id)) if member_id else set()
    return Page(
        items=[
            GroupAnswer.model_validate(group).model_copy(update={"is_picked": group.name in picked})
            for group in groups_of(visit.session, _rules(visit).profile).values()
        ]
    )


@router.post("/groups", status_code=201, summary="Open a working group or regional forum")
def post_group(body: GroupBody, visit: Staff) -> GroupAnswer:
    new = OpenGroup(body.name, body.kind, Bilingual(ja=body.title.ja, en=body.title.en), body.community_link)
    group = open_group(
        visit.session,
        _rules(visit).profile,
        new,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return GroupAnswer.model_validate(group)


@router.get("/members/{member_id}/preferences", summary="What a member wants to be sent")
def get_preferences(member_id: int, visit: SignedIn) -> PreferencesAnswer:
    visit.require_member(member_id)
    return PreferencesAnswer.model_validate(preferences_of(visit.session, member_id))


@router.put("/members/{member_id}/preferences", summary="Choose what is sent, and the groups of interest")
def put_preferences(member_id: int, body: PreferencesBody, visit: SignedIn) -> PreferencesAnswer:
    visit.require_member(member_id)
    found = set_preferences(
        visit.session,
        _rules(visit).profile,
        member_id,
        newsletters=body.newsletters,
        postal_mailings=body.postal_mailings,
        groups=body.groups,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return PreferencesAnswer.model_validate(found)


@router.get("/postal-addresses", summary="Addresses of members who take postal mailings")
def get_postal_addresses(
    visit: Staff, listing: PostalAddressListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[PostalAddressAnswer]:
    found = postal_addresses(visit.session, after_id=after, limit=limit, listing=listing)
    return page(found, limit, PostalAddressAnswer.model_validate, lambda one: one.member_id)


@router.post("/announcements", status_code=201, summary="Announce something to all members or to a group")
def post_announcement(body: AnnouncementBody, visit: Staff) -> AnnouncementAnswer:
    """Each copy is a notice, on record with the time it was sent."""
    if (body.to == "group") != (body.group is not None):
        raise GroupNeeded
    new = NewAnnouncement(
        kind=body.kind,
        subject=body.subject.text(),
        body=body.body.text(),
        group=body.group,
        is_important=body.important,
    )
    made = announce(
        visit.session,
        _rules(visit).profile,
        new,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _announcement(made)


@router.get("/announcements", summary="List announcements")
def get_announcements(
    visit: Staff,
    listing: AnnouncementListing,
    kind: Literal["notice", "newsletter"] | None = None,
    group: GroupFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[AnnouncementAnswer]:
    found = list_announcements(
        visit.session, kind=kind, group=group, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, _announcement, lambda one: one.id)


@router.post("/events", status_code=201, summary="Enter an event")
def post_event(body: EventBody, visit: Staff) -> EventAnswer:
    new = NewEvent(
        title=body.title.text(),
        details=body.details.text(),
        place=body.place,
        starts_at=body.starts_at,
        ends_at=body.ends_at,
        capacity=body.capacity,
        price=Decimal(body.price),
        group=body.group,
    )
    event = enter_event(
        visit.session,
        _rules(visit).profile,
        new,
        operator_id=visit.operator_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _events(visit, [event])[0]


@router.get("/events", summary="List events")
def get_events(
    visit: SignedIn,
    listing: EventListing,
    from_at: Annotated[AwareDatetime | None, Query(description="Beginning then or later.")] = None,
    group: GroupFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[EventAnswer]:
    found = list_events(
        visit.session, from_at=from_at, group=group, after_id=after, limit=limit, listing=listing
    )
    return page(_events(visit, found), limit, lambda one: one, lambda one: one.id)


@router.get("/events/{event_id}", summary="One event")
def get_one_event(event_id: int, visit: SignedIn) -> EventAnswer:
    return _events(visit, [get_event(visit.session, event_id)])[0]


@router.post("/events/{event_id}/sign-ups", status_code=201, summary="Sign a member up for an event")
def post_sign_up(event_id: int, body: SignUpBody, visit: SignedIn) -> SignUpAnswer:
    """Free, unless the event has a price: then it is charged."""
    visit.require_member(body.member_id)
    calendar = _rules(visit).calendar
    taken = sign_up(
        visit.session, calendar, event_id, body.member_id, actor=visit.actor.reference, now=visit.now
    )
    return SignUpAnswer(
        id=taken.id,
        event_id=event_id,
        member_id=taken.member_id,
        price=plain(taken.price),
        signed_up_at=taken.signed_up_at,
    )


@router.get("/events/{event_id}/sign-ups", summary="Who takes part in an event")
def get_sign_ups(
    event_id: int, visit: Staff, listing: SignUpListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[ParticipantAnswer]:
    found = [
        ParticipantAnswer(
            id=taken.id,
            member_id=member.id,
            name=member.name,
            email=member.person.email,
            signed_up_at=taken.signed_up_at,
        )
        for taken, member in participants(
            visit.session, event_id, after_id=after, limit=limit, listing=listing
        )
    ]
    return page(found, limit, lambda one: one, lambda one: one.id)


@router.delete("/events/{event_id}/sign-ups/{member_id}", status_code=204, summary="Cancel a sign-up")
def delete_sign_up(event_id: int, member_id: int, visit: SignedIn) -> None:
    """Until the event begins; its price is then not owed."""
    visit.require_member(member_id)
    cancel_sign_up(visit.session, event_id, member_id, actor=visit.actor.reference, now=visit.now)


@router.post("/events/{event_id}/call-off", summary="Call an event off")
def post_call_off(event_id: int, visit: Staff) -> EventAnswer:
    """Everybody who signed up is told, and nobody owes its price."""
    event = call_off(visit.session, event_id, actor=visit.actor.reference, now=visit.now)
    return _events(visit, [event])[0]


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]


def _announcement(row: Announcement) -> AnnouncementAnswer:
    return AnnouncementAnswer(
        id=row.id,
        to="all" if row.group_name is None else "group",
        kind=row.kind,
        group=row.group_name,
        important=row.is_important,
        subject=InBothAnswer(ja=row.subject_ja, en=row.subject_en),
        body=InBothAnswer(ja=row.body_ja, en=row.body_en),
        announced_at=row.announced_at,
        told=row.told,
        finished_at=row.finished_at,
    )


def _events(visit: Visit, events: Sequence[CommunityEvent]) -> list[EventAnswer]:
    ids = [event.id for event in events]
    taken = taken_places(visit.session, ids)
    member_id = visit.own_member_id()
    joined = joined_by(visit.session, ids, member_id) if member_id else frozenset()
    groups = groups_of(visit.session, _rules(visit).profile)
    return [
        EventAnswer(
            id=event.id,
            title=InBothAnswer(ja=event.title_ja, en=event.title_en),
            details=InBothAnswer(ja=event.details_ja, en=event.details_en),
            place=event.place,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            capacity=event.capacity,
            taken=taken.get(event.id, 0),
            price=plain(event.price),
            group=event.group_name,
            community_link=groups[event.group_name].community_link if event.group_name in groups else None,
            called_off_at=event.called_off_at,
            is_signed_up=event.id in joined,
        )
        for event in events
    ]
