"""Lost property, damage, inquiries, faults, service stops and partner facilities over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import plain
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import MoneyStaff, SignedIn, Staff, Visit
from coworking.membership.community.schemas import InBothAnswer
from coworking.membership.incidents.conduct_routes import MemberFilter
from coworking.membership.incidents.damages import charge_damage, list_damages, report_damage
from coworking.membership.incidents.fault_reports import list_faults, report_fault, settle_fault
from coworking.membership.incidents.inquiries import answer, ask, categories, list_inquiries
from coworking.membership.incidents.lost_property import (
    dispose,
    enter_lost_thing,
    get_lost_thing,
    hand_back,
    list_lost_things,
    state_on,
)
from coworking.membership.incidents.models import Damage, FaultReport, Inquiry, LostThing, ServiceStop
from coworking.membership.incidents.schemas import (
    CategoryAnswer,
    DamageAnswer,
    DamageBody,
    DamageChargeBody,
    DisposalBody,
    FaultAnswer,
    FaultBody,
    InquiryAnswer,
    InquiryBody,
    InquiryReplyBody,
    LostThingAnswer,
    LostThingBody,
    PartnerFacilityAnswer,
    SettlementBody,
    Slug,
    StopAnswer,
    StopBody,
)
from coworking.membership.incidents.stops import end_stop, list_stops, log_stop
from coworking.membership.passing_by import Anybody
from coworking.membership.rules import MemberRules, RulesOfMembers

router = APIRouter(prefix="/api", tags=["incidents"])

LostThingListing = Annotated[
    Listing,
    Depends(
        listing_of(span=LostThing.found_on, found_on=LostThing.found_on, kept_until=LostThing.kept_until)
    ),
]
DamageListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Damage.happened_on,
            lacking={"is_uncharged": Damage.charged_at},
            happened_on=Damage.happened_on,
            amount=Damage.amount,
        )
    ),
]
InquiryListing = Annotated[
    Listing,
    Depends(listing_of(span=Inquiry.asked_at, asked_at=Inquiry.asked_at, answered_at=Inquiry.answered_at)),
]
FaultListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=FaultReport.reported_at,
            equal={"kind": (FaultReport.kind, Literal["fault", "accident"])},
            reported_at=FaultReport.reported_at,
        )
    ),
]
StopListing = Annotated[
    Listing,
    Depends(
        listing_of(span=ServiceStop.starts_at, starts_at=ServiceStop.starts_at, ends_at=ServiceStop.ends_at)
    ),
]


@router.post("/lost-things", status_code=201, summary="Enter a thing that was left behind")
def post_lost_thing(body: LostThingBody, visit: Staff) -> LostThingAnswer:
    """Whose it is, is told."""
    today = _today(visit)
    lost = enter_lost_thing(
        visit.session,
        _rules(visit).profile,
        operator_id=visit.operator_id,
        thing=body.thing,
        place=body.place,
        found_on=body.found_on or today,
        member_id=body.owner_id,
        today=today,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _lost(lost, today)


@router.get("/lost-things", summary="List things that were left behind")
def get_lost_things(
    visit: Staff,
    listing: LostThingListing,
    state: Literal["kept", "disposable", "handed-back", "disposed"] | None = None,
    member_id: MemberFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[LostThingAnswer]:
    today = _today(visit)
    found = list_lost_things(
        visit.session,
        state=state,
        member_id=member_id,
        today=today,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, lambda lost: _lost(lost, today), lambda lost: lost.id)


@router.get("/lost-things/{lost_thing_id}", summary="One thing that was left behind")
def get_one_lost_thing(lost_thing_id: int, visit: Staff) -> LostThingAnswer:
    return _lost(get_lost_thing(visit.session, lost_thing_id), _today(visit))


@router.post("/lost-things/{lost_thing_id}/hand-back", summary="Hand a thing back to its owner")
def post_hand_back(lost_thing_id: int, visit: Staff) -> LostThingAnswer:
    lost = hand_back(visit.session, lost_thing_id, actor=visit.actor.reference, now=visit.now)
    return _lost(lost, _today(visit))


@router.post("/lost-things/{lost_thing_id}/dispose", summary="Dispose of a thing that nobody collected")
def post_dispose(lost_thing_id: int, body: DisposalBody, visit: MoneyStaff) -> LostThingAnswer:
    """From the day after the last day of keeping, at the member's cost."""
    today = _today(visit)
    lost = dispose(
        visit.session,
        lost_thing_id,
        Decimal(body.cost),
        today=today,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _lost(lost, today)


@router.post("/damages", status_code=201, summary="Report damage or loss")
def post_damage(body: DamageBody, visit: SignedIn) -> DamageAnswer:
    """Staff are told, and charge what it costs."""
    visit.require_member(body.member_id)
    today = _today(visit)
    damage = report_damage(
        visit.session,
        _rules(visit).profile,
        body.member_id,
        what=body.what,
        happened_on=body.happened_on or today,
        today=today,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DamageAnswer.of(damage)


@router.get("/damages", summary="List damage and loss")
def get_damages(
    visit: SignedIn,
    listing: DamageListing,
    member_id: MemberFilter = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[DamageAnswer]:
    """A member sees their own, whatever `member_id` says."""
    found = list_damages(
        visit.session, member_id=_whose(visit, member_id), after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, DamageAnswer.of, lambda damage: damage.id)


@router.post("/damages/{damage_id}/charge", summary="Charge damage or loss to the member")
def post_damage_charge(damage_id: int, body: DamageChargeBody, visit: MoneyStaff) -> DamageAnswer:
    damage = charge_damage(
        visit.session, damage_id, Decimal(body.amount), actor=visit.actor.reference, now=visit.now
    )
    return DamageAnswer.of(damage)


@router.get("/inquiry-categories", summary="What an inquiry can be about")
def get_categories(visit: SignedIn) -> list[CategoryAnswer]:
    return [
        CategoryAnswer(name=name, title=InBothAnswer.model_validate(title))
        for name, title in categories(_rules(visit).profile).items()
    ]


@router.post("/inquiries", status_code=201, summary="Ask the office")
def post_inquiry(body: InquiryBody, visit: SignedIn) -> InquiryAnswer:
    visit.require_member(body.member_id)
    inquiry = ask(
        visit.session,
        _rules(visit).profile,
        body.member_id,
        category=body.category,
        question=body.question,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return InquiryAnswer.model_validate(inquiry)


@router.get("/inquiries", summary="List inquiries with their answers")
def get_inquiries(
    visit: SignedIn,
    listing: InquiryListing,
    member_id: MemberFilter = None,
    category: Annotated[Slug | None, Query(description="Of this category only.")] = None,
    is_answered: bool | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[InquiryAnswer]:
    """A member sees their own, whatever `member_id` says."""
    found = list_inquiries(
        visit.session,
        member_id=_whose(visit, member_id),
        category=category,
        is_answered=is_answered,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, InquiryAnswer.model_validate, lambda inquiry: inquiry.id)


@router.post("/inquiries/{inquiry_id}/answer", summary="Answer an inquiry")
def post_answer(inquiry_id: int, body: InquiryReplyBody, visit: Staff) -> InquiryAnswer:
    inquiry = answer(visit.session, inquiry_id, body.answer, actor=visit.actor.reference, now=visit.now)
    return InquiryAnswer.model_validate(inquiry)


@router.post("/fault-reports", status_code=201, summary="Report a fault or an accident")
def post_fault(body: FaultBody, visit: SignedIn) -> FaultAnswer:
    """Staff are told."""
    report = report_fault(
        visit.session,
        _rules(visit).profile,
        operator_id=visit.operator_id,
        member_id=visit.actor.member_id,
        reporter=visit.actor.name,
        kind=body.kind,
        what=body.what,
        place=body.place,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return FaultAnswer.model_validate(report)


@router.get("/fault-reports", summary="List reports of faults and accidents")
def get_faults(
    visit: SignedIn,
    listing: FaultListing,
    is_settled: bool | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[FaultAnswer]:
    """A member sees what they reported."""
    found = list_faults(
        visit.session,
        member_id=visit.own_member_id(),
        is_settled=is_settled,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, FaultAnswer.model_validate, lambda report: report.id)


@router.post("/fault-reports/{fault_id}/settle", summary="Settle a report of a fault or an accident")
def post_settle(fault_id: int, body: SettlementBody, visit: Staff) -> FaultAnswer:
    report = settle_fault(visit.session, fault_id, body.how, actor=visit.actor.reference, now=visit.now)
    return FaultAnswer.model_validate(report)


@router.post("/service-stops", status_code=201, summary="Log that the service is stopped")
def post_stop(body: StopBody, visit: Staff) -> StopAnswer:
    """Shown to everybody, with its reason and times."""
    stop = log_stop(
        visit.session,
        operator_id=visit.operator_id,
        what=body.what.text(),
        reason=body.reason.text(),
        starts_at=body.starts_at or visit.now,
        ends_at=body.ends_at,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return StopAnswer.of(stop)


@router.post("/service-stops/{stop_id}/end", summary="End a stop of the service")
def post_end_stop(stop_id: int, visit: Staff) -> StopAnswer:
    return StopAnswer.of(end_stop(visit.session, stop_id, actor=visit.actor.reference, now=visit.now))


@router.get("/published/{operator}/service-stops", tags=["published"], summary="Stops of the service")
def get_stops(
    passage: Anybody,
    listing: StopListing,
    lasting: Annotated[bool, Query(description="Those of now only.")] = False,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[StopAnswer]:
    found = list_stops(
        passage.session,
        lasting_at=passage.now if lasting else None,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, StopAnswer.of, lambda stop: stop.id)


@router.get(
    "/published/{operator}/partner-facilities",
    tags=["published"],
    summary="Places of partners that members can use, and their rules",
)
def get_partner_facilities(passage: Anybody) -> list[PartnerFacilityAnswer]:
    return [
        PartnerFacilityAnswer(
            name=name,
            title=InBothAnswer.model_validate(facility.title),
            rules=InBothAnswer.model_validate(facility.rules),
            link=facility.link,
        )
        for name, facility in passage.rules.profile.incidents.partner_facilities.items()
    ]


def _lost(lost: LostThing, today: date) -> LostThingAnswer:
    return LostThingAnswer(
        id=lost.id,
        member_id=lost.member_id,
        thing=lost.thing,
        place=lost.place,
        found_on=lost.found_on,
        kept_until=lost.kept_until,
        state=state_on(lost, today),
        disposal_cost=plain(lost.disposal_cost) if lost.disposal_cost is not None else None,
    )


def _whose(visit: Visit, member_id: int | None) -> int | None:
    return member_id if visit.actor.is_staff else visit.own_member_id()


def _today(visit: Visit) -> date:
    return _rules(visit).calendar.local_date(visit.now)


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]
