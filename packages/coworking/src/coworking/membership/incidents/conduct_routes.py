"""Prohibited acts, measures, refusals of service and activity of members over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import PersonsStaff, Staff, Visit
from coworking.membership.incidents import measures
from coworking.membership.incidents.breaches import (
    list_activity,
    list_breaches,
    list_refusals,
    record_activity,
    refuse_service,
    report_breach,
)
from coworking.membership.incidents.models import ActivityRecord, Breach, ServiceRefusal
from coworking.membership.incidents.schemas import (
    ActivityAnswer,
    ActivityBody,
    BreachAnswer,
    BreachBody,
    MeasureBody,
    ServiceRefusalAnswer,
    ServiceRefusalBody,
    Slug,
    StandingAnswer,
)
from coworking.membership.members import get_member
from coworking.membership.rules import MemberRules, RulesOfMembers

router = APIRouter(prefix="/api", tags=["incidents"])

BreachListing = Annotated[
    Listing, Depends(listing_of(span=Breach.happened_on, happened_on=Breach.happened_on))
]
ServiceRefusalListing = Annotated[
    Listing, Depends(listing_of(span=ServiceRefusal.refused_at, refused_at=ServiceRefusal.refused_at))
]
ActivityListing = Annotated[
    Listing, Depends(listing_of(span=ActivityRecord.seen_at, seen_at=ActivityRecord.seen_at))
]

MemberFilter = Annotated[int | None, Query(ge=1, le=LARGEST_ID, description="Of this member only.")]


@router.post(
    "/members/{member_id}/breaches", status_code=201, summary="Put a member's prohibited act on record"
)
def post_breach(member_id: int, body: BreachBody, visit: Staff) -> BreachAnswer:
    rules = _rules(visit)
    today = rules.calendar.local_date(visit.now)
    breach = report_breach(
        visit.session,
        rules.profile,
        member_id,
        kind=body.kind,
        happened_on=body.happened_on or today,
        evidence=body.evidence,
        today=today,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return BreachAnswer.model_validate(breach)


@router.get("/breaches", summary="List prohibited acts")
def get_breaches(
    visit: Staff,
    listing: BreachListing,
    member_id: MemberFilter = None,
    kind: Annotated[Slug | None, Query(description="Of this kind only.")] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[BreachAnswer]:
    found = list_breaches(
        visit.session, member_id=member_id, kind=kind, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, BreachAnswer.model_validate, lambda breach: breach.id)


@router.post("/members/{member_id}/limit", summary="Limit a member's use")
def post_limit(member_id: int, body: MeasureBody, visit: PersonsStaff) -> StandingAnswer:
    """The contract and its fees go on."""
    measures.limit(
        visit.session, _rules(visit), member_id, body.reason, actor=visit.actor.reference, now=visit.now
    )
    return _standing(visit, member_id)


@router.post("/members/{member_id}/lift-limit", summary="Lift the limit on a member's use")
def post_lift_limit(member_id: int, visit: PersonsStaff) -> StandingAnswer:
    measures.lift_limit(visit.session, _rules(visit), member_id, actor=visit.actor.reference, now=visit.now)
    return _standing(visit, member_id)


@router.post("/members/{member_id}/strike", summary="Strike a member's registration")
def post_strike(member_id: int, body: MeasureBody, visit: PersonsStaff) -> StandingAnswer:
    """The membership is over at once, with everything that hangs on it."""
    measures.strike(
        visit.session, _rules(visit), member_id, body.reason, actor=visit.actor.reference, now=visit.now
    )
    return _standing(visit, member_id)


@router.post(
    "/members/{member_id}/service-refusals", status_code=201, summary="Record that a member was not served"
)
def post_service_refusal(member_id: int, body: ServiceRefusalBody, visit: Staff) -> ServiceRefusalAnswer:
    refusal = refuse_service(
        visit.session,
        member_id,
        body.reason,
        breach_id=body.breach_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ServiceRefusalAnswer.model_validate(refusal)


@router.get("/service-refusals", summary="List who was not served, and why")
def get_service_refusals(
    visit: Staff,
    listing: ServiceRefusalListing,
    member_id: MemberFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ServiceRefusalAnswer]:
    found = list_refusals(visit.session, member_id=member_id, after_id=after, limit=limit, listing=listing)
    return page(found, limit, ServiceRefusalAnswer.model_validate, lambda refusal: refusal.id)


@router.post(
    "/members/{member_id}/activity", status_code=201, summary="Record a member's activity at the place"
)
def post_activity(member_id: int, body: ActivityBody, visit: Staff) -> ActivityAnswer:
    activity = record_activity(
        visit.session,
        member_id,
        body.note,
        seen_at=body.seen_at or visit.now,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ActivityAnswer.model_validate(activity)


@router.get("/activity", summary="List what staff recorded of members' activity")
def get_activity(
    visit: Staff,
    listing: ActivityListing,
    member_id: MemberFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ActivityAnswer]:
    found = list_activity(visit.session, member_id=member_id, after_id=after, limit=limit, listing=listing)
    return page(found, limit, ActivityAnswer.model_validate, lambda activity: activity.id)


def _standing(visit: Visit, member_id: int) -> StandingAnswer:
    return StandingAnswer(member_id=member_id, status=get_member(visit.session, member_id).status)


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]
