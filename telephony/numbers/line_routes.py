"""What happens to lines beside their calls, over HTTP: suspension, transfer, the end's confirmation, evidence."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends

from coworking.kit.errors import NotPermitted
from coworking.kit.listing import AnId, AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import RulesOfMembers, SignedIn, Staff, Visit
from telephony.numbers.halts import set_priority
from telephony.numbers.line_record_models import LineSuspension, ProhibitedAct
from telephony.numbers.line_schemas import (
    LineStateAnswer,
    MemberZoneEvidenceBody,
    PriorityBody,
    ProhibitedActAnswer,
    ProhibitedActBody,
    SuspendBody,
    SuspensionAnswer,
    TransferBody,
    WithoutEvidenceAnswer,
    ZoneEvidenceAnswer,
    ZoneEvidenceBody,
)
from telephony.numbers.lines import RulesOfLines, get_line
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.number_removals import confirm_number_removed, number_removals
from telephony.numbers.prohibited_acts import list_prohibited_acts, record_prohibited_act
from telephony.numbers.suspensions import lift_suspension, list_suspensions, suspend_line
from telephony.numbers.terms import LineRules
from telephony.numbers.transfers import require_transferable, transfer_line
from telephony.numbers.zone_evidence import Evidence, lines_without_evidence, record_evidence

router = APIRouter(tags=["lines"])

SuspensionListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=LineSuspension.suspended_at,
            lacking={"is_open": LineSuspension.lifted_at},
            suspended_at=LineSuspension.suspended_at,
        )
    ),
]
RemovalListing = Annotated[
    Listing,
    Depends(listing_of(span=Line.ends_at, equal={"member_id": (Line.member_id, AnId)}, ends_at=Line.ends_at)),
]
ActListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=ProhibitedAct.happened_on,
            equal={"kind": (ProhibitedAct.kind, AText)},
            happened_on=ProhibitedAct.happened_on,
        )
    ),
]
UnprovenLineListing = Annotated[
    Listing,
    Depends(
        listing_of(
            equal={"member_id": (Line.member_id, AnId), "area_code": (StockNumber.area_code, AText)},
            number=StockNumber.number,
        )
    ),
]


@router.post("/lines/{line_id}/suspend", summary="Suspend a line")
def post_suspend(line_id: int, body: SuspendBody, visit: Staff) -> LineStateAnswer:
    line = suspend_line(
        visit.session,
        _rules(visit),
        line_id,
        body.reason,
        prohibited_act_id=body.prohibited_act_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return LineStateAnswer.of(line)


@router.post("/lines/{line_id}/lift-suspension", summary="Take a suspended line up again")
def post_lift_suspension(line_id: int, visit: Staff) -> LineStateAnswer:
    return LineStateAnswer.of(
        lift_suspension(visit.session, line_id, actor=visit.actor.reference, now=visit.now)
    )


@router.get("/suspensions", summary="List suspensions of lines, from when to when")
def get_suspensions(
    visit: SignedIn,
    listing: SuspensionListing,
    line_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[SuspensionAnswer]:
    found = list_suspensions(
        visit.session,
        member_id=visit.own_member_id(),
        line_id=line_id,
        after_id=after,
        limit=limit,
        listing=listing,
    )
    return page(found, limit, SuspensionAnswer.model_validate, lambda suspension: suspension.id)


@router.put("/lines/{line_id}/priority", summary="Whether a line is served under a restriction, too")
def put_priority(line_id: int, body: PriorityBody, visit: Staff) -> LineStateAnswer:
    line = set_priority(
        visit.session,
        get_line(visit.session, line_id),
        body.is_priority,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return LineStateAnswer.of(line)


@router.post("/lines/{line_id}/transfer", summary="Hand a number to another member")
def post_transfer(line_id: int, body: TransferBody, visit: SignedIn) -> LineStateAnswer:
    """Refused unless the operator's terms allow it; then staff carry it out. The answer is the other member's new line:
    calls, settings and registered phones stay with the old one, which ends."""
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    require_transferable(_rules(visit))
    if not visit.actor.is_staff:
        raise NotPermitted
    moved = transfer_line(
        visit.session,
        _rules(visit),
        line.id,
        body.member_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return LineStateAnswer.of(moved)


@router.post(
    "/lines/{line_id}/confirm-number-removed",
    summary="Confirm that the number is off web pages and papers",
)
def post_confirm_number_removed(line_id: int, visit: SignedIn) -> LineStateAnswer:
    """Once notice was given; the first confirmation counts."""
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    return LineStateAnswer.of(
        confirm_number_removed(visit.session, line, actor=visit.actor.reference, now=visit.now)
    )


@router.get("/lines/number-removals", summary="Lines under notice and ended, with who confirmed the removal")
def get_number_removals(
    visit: Staff,
    listing: RemovalListing,
    confirmed: bool | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[LineStateAnswer]:
    lines = number_removals(visit.session, confirmed=confirmed, after_id=after, limit=limit, listing=listing)
    return page(lines, limit, LineStateAnswer.of, lambda line: line.id)


@router.post("/lines/{line_id}/prohibited-acts", status_code=201, summary="Record a prohibited act on a line")
def post_prohibited_act(line_id: int, body: ProhibitedActBody, visit: Staff) -> ProhibitedActAnswer:
    act = record_prohibited_act(
        visit.session,
        _rules(visit),
        visit.resources[RulesOfMembers][visit.operator_id].profile.prohibited_acts,
        get_line(visit.session, line_id),
        kind=body.kind,
        happened_on=body.happened_on,
        evidence=body.evidence,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ProhibitedActAnswer.model_validate(act)


@router.get("/prohibited-acts", summary="List prohibited acts")
def get_prohibited_acts(
    visit: Staff,
    listing: ActListing,
    line_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ProhibitedActAnswer]:
    acts = list_prohibited_acts(visit.session, line_id=line_id, after_id=after, limit=limit, listing=listing)
    return page(acts, limit, ProhibitedActAnswer.model_validate, lambda act: act.id)


@router.post(
    "/lines/{line_id}/zone-evidence",
    status_code=201,
    summary="Record that the line's member has a base in its number area",
)
def post_line_evidence(line_id: int, body: ZoneEvidenceBody, visit: Staff) -> ZoneEvidenceAnswer:
    line = get_line(visit.session, line_id)
    return _recorded(visit, line.member_id, line.stock_number.area_code, body)


@router.post(
    "/members/{member_id}/zone-evidence",
    status_code=201,
    tags=["members"],
    summary="Record that a member has a base in a number area",
)
def post_member_evidence(member_id: int, body: MemberZoneEvidenceBody, visit: Staff) -> ZoneEvidenceAnswer:
    return _recorded(visit, member_id, body.area_code, body)


@router.get("/lines/without-evidence", summary="Live lines whose member has shown no base in the number area")
def get_lines_without_evidence(
    visit: Staff, listing: UnprovenLineListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[WithoutEvidenceAnswer]:
    """All of them, also where the operator takes the member's office for its base: `counts_by_office` tells those."""
    found = lines_without_evidence(
        visit.session, _rules(visit), visit.now, after_id=after, limit=limit, listing=listing
    )
    return page(
        found,
        limit,
        lambda one: WithoutEvidenceAnswer(
            line=LineStateAnswer.of(one.line),
            last_valid_until=one.last_valid_until,
            counts_by_office=one.counts_by_office,
        ),
        lambda one: one.line.id,
    )


def _recorded(visit: Visit, member_id: int, area_code: str, body: ZoneEvidenceBody) -> ZoneEvidenceAnswer:
    evidence = Evidence(body.base_address, body.kind, body.valid_until)
    entry = record_evidence(
        visit.session,
        _rules(visit),
        member_id,
        area_code,
        evidence,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ZoneEvidenceAnswer.model_validate(entry)


def _rules(visit: Visit) -> LineRules:
    return visit.resources[RulesOfLines][visit.operator_id]
