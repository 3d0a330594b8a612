"""Interruptions of the service and restrictions to priority lines (NEX-20), over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import Staff
from telephony.forwarding.halts_schemas import HaltAnswer, InterruptionBody, RestrictionBody
from telephony.forwarding.rules import RulesOfCalls
from telephony.numbers import (
    ServiceHalt,
    end_halt,
    interrupt,
    lines_of_halt,
    list_halts,
    reason_among,
    restrict,
)

router = APIRouter(prefix="/api", tags=["lines"])

HaltListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=ServiceHalt.started_at,
            lacking={"is_open": ServiceHalt.ended_at},
            started_at=ServiceHalt.started_at,
            ended_at=ServiceHalt.ended_at,
        )
    ),
]


@router.post("/interruptions", status_code=201, summary="Interrupt the service on all lines or some")
def post_interruption(body: InterruptionBody, visit: Staff) -> HaltAnswer:
    """From now until it is ended. Callers hear an announcement; the members are told."""
    reasons = visit.resources[RulesOfCalls][visit.operator_id].forwarding.interruption_reasons
    halt = interrupt(
        visit.session,
        visit.operator_id,
        reason_among(reasons, body.reason),
        None if body.lines == "all" else body.lines,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _halt_answer(visit.session, halt)


@router.post("/interruptions/{halt_id}/end", summary="End an interruption")
def post_interruption_end(halt_id: int, visit: Staff) -> HaltAnswer:
    halt = end_halt(visit.session, halt_id, "interruption", actor=visit.actor.reference, now=visit.now)
    return _halt_answer(visit.session, halt)


@router.get("/interruptions", summary="List interruptions, from when to when")
def get_interruptions(
    visit: Staff, listing: HaltListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[HaltAnswer]:
    halts = list_halts(visit.session, "interruption", after_id=after, limit=limit, listing=listing)
    return page(halts, limit, lambda halt: _halt_answer(visit.session, halt), lambda halt: halt.id)


@router.post("/restrictions", status_code=201, summary="Serve priority lines only")
def post_restriction(body: RestrictionBody, visit: Staff) -> HaltAnswer:
    """From now until it is ended. `PUT /api/lines/{line_id}/priority` says which lines are served on."""
    halt = restrict(
        visit.session,
        visit.operator_id,
        None if body.lines == "all" else body.lines,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _halt_answer(visit.session, halt)


@router.post("/restrictions/{halt_id}/end", summary="End a restriction")
def post_restriction_end(halt_id: int, visit: Staff) -> HaltAnswer:
    halt = end_halt(visit.session, halt_id, "restriction", actor=visit.actor.reference, now=visit.now)
    return _halt_answer(visit.session, halt)


@router.get("/restrictions", summary="List restrictions, from when to when")
def get_restrictions(
    visit: Staff, listing: HaltListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[HaltAnswer]:
    halts = list_halts(visit.session, "restriction", after_id=after, limit=limit, listing=listing)
    return page(halts, limit, lambda halt: _halt_answer(visit.session, halt), lambda halt: halt.id)


def _halt_answer(session: Session, halt: ServiceHalt) -> HaltAnswer:
    return HaltAnswer(
        id=halt.id,
        lines="all" if halt.covers_all else lines_of_halt(session, halt.id),
        reason=halt.reason,
        started_at=halt.started_at,
        started_by=halt.started_by,
        ended_at=halt.ended_at,
        ended_by=halt.ended_by,
    )
