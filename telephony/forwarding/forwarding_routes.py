"""How a line forwards, and what would happen to a call, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from coworking.kit.errors import ValidationFailed
from coworking.membership import SignedIn, Visit
from telephony.forwarding.destinations import (
    Change,
    Forwarding,
    WantedDestination,
    forwarding_of,
    set_forwarding,
)
from telephony.forwarding.dry_run import DryRun, dry_run
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.schedules import Schedule, ScheduleUnreadable
from telephony.forwarding.schemas import (
    DestinationAnswer,
    DryRunAnswer,
    DryRunBody,
    ForwardingAnswer,
    ForwardingBody,
    StepAnswer,
)
from telephony.numbers import Line, get_line

router = APIRouter(prefix="/api", tags=["forwarding"])


@router.get("/lines/{line_id}/forwarding", summary="How a line forwards")
def get_forwarding(line_id: int, visit: SignedIn) -> ForwardingAnswer:
    return forwarding_answer(forwarding_of(visit.session, _rules(visit), _line(visit, line_id)))


@router.put("/lines/{line_id}/forwarding", summary="Change how a line forwards")
def put_forwarding(line_id: int, body: ForwardingBody, visit: SignedIn) -> ForwardingAnswer:
    after = set_forwarding(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        _change(body),
        actor=visit.actor.reference,
        channel="api",
        now=visit.now,
    )
    return forwarding_answer(after)


@router.post("/lines/{line_id}/dry-run", summary="What would happen to a call, step by step")
def post_dry_run(line_id: int, body: DryRunBody, visit: SignedIn) -> DryRunAnswer:
    """Nobody is called and nothing is kept. It asks the same questions as a real call, in the same order."""
    found = dry_run(
        visit.session, _rules(visit), _line(visit, line_id), caller=body.from_number, at=body.at or visit.now
    )
    return _dry_run_answer(found)


def _change(body: ForwardingBody) -> Change:
    fields = body.model_fields_set
    return Change(
        is_on=body.on,
        destinations=None
        if body.to is None
        else [WantedDestination(to.number, to.ring_seconds, to.label) for to in body.to],
        strategy=body.strategy,
        press_one=body.press_one,
        whisper=body.whisper,
        shows=body.shows,
        withheld=body.withheld,
        unanswered=body.unanswered,
        when_off=body.when_off,
        outside_hours=body.outside_hours,
        schedule=_schedule(body),
        any_time="schedule" in fields and body.schedule is None,
    )


def _schedule(body: ForwardingBody) -> Schedule | None:
    if body.schedule is None:
        return None
    try:
        return Schedule.read(body.schedule)
    except ScheduleUnreadable as unreadable:
        raise ValidationFailed([{"field": "body.schedule", "message": str(unreadable)}]) from unreadable


def forwarding_answer(forwarding: Forwarding) -> ForwardingAnswer:
    return ForwardingAnswer(
        on=forwarding.is_on,
        to=[
            DestinationAnswer(
                number=destination.number, ring_seconds=destination.ring_seconds, label=destination.label
            )
            for destination in forwarding.destinations
        ],
        strategy=forwarding.strategy,
        press_one=forwarding.press_one,
        whisper=forwarding.whisper,
        shows=forwarding.shows,
        withheld=forwarding.withheld,
        unanswered=forwarding.unanswered,
        when_off=forwarding.when_off,
        outside_hours=forwarding.outside_hours,
        schedule=forwarding.schedule.to_json() if forwarding.schedule else None,
    )


def _dry_run_answer(found: DryRun) -> DryRunAnswer:
    return DryRunAnswer(
        decided_by=found.decided_by,
        does=found.does,
        rings=list(found.rings),
        says=found.says,
        steps=[
            StepAnswer(question=step.question, decides=step.decides, ja=step.sentence.ja, en=step.sentence.en)
            for step in found.steps
        ],
    )


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]
