"""Suspicious cases over HTTP, for administrators only."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from coworking.kit.errors import NotFound
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.membership.access import Administrator
from coworking.membership.identity.models import SuspiciousReport
from coworking.membership.identity.schemas import (
    SuspicionAnswer,
    SuspicionBody,
    SuspicionDecisionBody,
    WholeSuspicionAnswer,
)
from coworking.membership.identity.suspicions import (
    decide_suspicion,
    grounds_of,
    note_suspicion,
    suspicions,
)
from coworking.membership.rules import RulesOfMembers

router = APIRouter(prefix="/api", tags=["members"])

SuspicionListing = Annotated[
    Listing, Depends(listing_of(span=SuspiciousReport.noted_at, noted_at=SuspiciousReport.noted_at))
]

ReportId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.post("/suspicious-reports", status_code=201, summary="Note a suspicious case")
def post_report(body: SuspicionBody, visit: Administrator) -> SuspicionAnswer:
    """The member is not told, and must not be (Article 8 of the Act)."""
    report = note_suspicion(
        visit.session,
        visit.resources[FieldKeys],
        body.member_id,
        body.grounds,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return SuspicionAnswer.of(report)


@router.get("/suspicious-reports", summary="List suspicious cases")
def get_reports(
    visit: Administrator,
    listing: SuspicionListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    is_open: Annotated[bool | None, Query(description="Not decided yet.")] = None,
) -> Page[SuspicionAnswer]:
    found = suspicions(
        visit.session, member_id=member_id, is_open=is_open, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, SuspicionAnswer.of, lambda report: report.id)


@router.get("/suspicious-reports/{report_id}", summary="One suspicious case, with its grounds")
def get_report(report_id: ReportId, visit: Administrator) -> WholeSuspicionAnswer:
    report = visit.session.get(SuspiciousReport, report_id)
    if report is None:
        raise NotFound
    shown = SuspicionAnswer.of(report)
    grounds = grounds_of(visit.resources[FieldKeys], report)
    return WholeSuspicionAnswer(**shown.model_dump(), grounds=grounds)


@router.post("/suspicious-reports/{report_id}/decide", summary="Say what became of a suspicious case")
def post_decision(report_id: ReportId, body: SuspicionDecisionBody, visit: Administrator) -> SuspicionAnswer:
    """It was reported to the authority, or it need not be."""
    calendar = visit.resources[RulesOfMembers][visit.operator_id].calendar
    report = decide_suspicion(
        visit.session,
        report_id,
        body.decision,
        reported_on=body.reported_on,
        reference=body.reference,
        today=calendar.local_date(visit.now),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return SuspicionAnswer.of(report)
