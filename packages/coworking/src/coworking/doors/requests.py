"""What the endpoints of doors share: their rules, their sites, and refusals that stay on record."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import JSONResponse

from coworking.doors.credentials import Credentials
from coworking.doors.door_log import Attempt
from coworking.doors.entering import Outcome, check_in, refuse_unknown, unlock
from coworking.doors.errors import EntryRefused
from coworking.doors.leaving import check_out
from coworking.doors.rules import DoorRules, ReservedTimes, RulesOfDoors
from coworking.doors.schemas import DoorEventAnswer, ReaderAct
from coworking.kit.errors import NotFound, problem
from coworking.kit.web.language import preferred_language
from coworking.membership import Visit, offices_of

PROBLEM_JSON = "application/problem+json"


def rules_of(visit: Visit) -> DoorRules:
    """Raises `NotFound` for an operator without doors."""
    rules = visit.resources[RulesOfDoors].of(visit.operator_id)
    if rules is None:
        raise NotFound
    return rules


def reserved_times(visit: Visit) -> ReservedTimes:
    return visit.resources[ReservedTimes]


def credentials_of(visit: Visit) -> Credentials:
    return visit.resources[Credentials]


def site_names(visit: Visit) -> dict[int, str]:
    return {office_id: name for name, office_id in offices_of(visit.session).items()}


def answer_of_reader(
    request: Request, visit: Visit, attempt: Attempt, act: ReaderAct, refusal: EntryRefused | None
) -> DoorEventAnswer | JSONResponse:
    """What comes of something shown at a reader; `refusal` says why it is no good. Refusals are on record; a check-out
    is never refused."""
    rules, reserved, office = rules_of(visit), reserved_times(visit), site_names(visit)[attempt.office_id]
    if act == "check-out":
        reason = None if refusal is None else refusal.code
        left = check_out(visit.session, rules, reserved, attempt, now=visit.now, reason=reason)
        return DoorEventAnswer.of(left.event, office)
    if refusal is not None:
        outcome = refuse_unknown(visit.session, attempt, act, refusal, now=visit.now)
    elif act == "check-in":
        outcome = check_in(visit.session, rules, reserved, attempt, now=visit.now)
    else:
        outcome = unlock(visit.session, rules, reserved, attempt, now=visit.now)
    return refused(request, visit, outcome) or DoorEventAnswer.of(outcome.event, office)


def refused(request: Request, visit: Visit, outcome: Outcome) -> JSONResponse | None:
    """The refusal as an answer, for an error would undo its record; None where the person was let in."""
    refusal = outcome.refusal
    if refusal is None:
        return None
    visit.keep_refusal()
    language = preferred_language(request.headers.get("accept-language", ""))
    return JSONResponse(problem(refusal, language), status_code=refusal.status, media_type=PROBLEM_JSON)
