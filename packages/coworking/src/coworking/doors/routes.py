"""Coming and going over HTTP: the member's app, and readers."""

from __future__ import annotations

from typing import Annotated, Final

import segno
from fastapi import APIRouter, Path, Query, Request, Response

from coworking.doors.codes import Direction, read_entrance_code, read_member_qr
from coworking.doors.credentials import card_shown, revoke_qrs, use_qr
from coworking.doors.door_log import Attempt
from coworking.doors.entering import Outcome, check_in, refuse_unknown, require_known, unlock
from coworking.doors.errors import EntryRefused, QrInvalid
from coworking.doors.leaving import check_out
from coworking.doors.presence import office_at
from coworking.doors.profile import Means
from coworking.doors.requests import (
    answer_of_reader,
    credentials_of,
    refused,
    reserved_times,
    rules_of,
    site_names,
)
from coworking.doors.schemas import (
    CheckInBody,
    CheckOutBody,
    DoorAnswer,
    DoorEventAnswer,
    EntranceCodeAnswer,
    QrAnswer,
    ReadingBody,
    UnlockBody,
)
from coworking.kit.errors import NotFound
from coworking.kit.paging import LARGEST_ID
from coworking.membership import SignedIn, Staff, Visit

router = APIRouter(prefix="/api", tags=["doors"])

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SVG: Final = "image/svg+xml"
DIRECTIONS: Final[tuple[Direction, ...]] = ("entry", "exit")


@router.get("/doors", summary="List the doors and what opens them")
def get_doors(visit: SignedIn) -> list[DoorAnswer]:
    profile = rules_of(visit).profile
    return [DoorAnswer.of(name, door, profile) for name, door in profile.doors.items()]


@router.post("/members/{member_id}/qr", status_code=201, summary="Show a member's own QR")
def post_qr(member_id: MemberId, visit: SignedIn) -> QrAnswer:
    """Signed, used once, and over within a minute: show a new one each time."""
    visit.require_member(member_id)
    rules, credentials = rules_of(visit), credentials_of(visit)
    require_known(visit.session, member_id)
    lasts = rules.profile.qr_lasts
    code = credentials.signer.member_qr(visit.operator_id, member_id, visit.now, lasts)
    expires_at = read_member_qr(credentials.signer.public_key, code).expires_at
    return QrAnswer(code=code, svg=_svg(code), expires_at=expires_at)


@router.post("/members/{member_id}/qr/revoke", status_code=204, summary="Make a member's QRs void")
def post_qr_revocation(member_id: MemberId, visit: SignedIn) -> None:
    """All that were shown until now."""
    visit.require_member(member_id)
    rules_of(visit)
    revoke_qrs(visit.session, member_id, actor=visit.actor.reference, now=visit.now)


@router.get("/entrance-codes", summary="What the fixed QRs at entrances and exits say")
def get_codes(visit: Staff) -> list[EntranceCodeAnswer]:
    """Two for each place: the same whenever they are asked for."""
    return [
        EntranceCodeAnswer(site=site, direction=direction, code=_site_code(visit, site, direction))
        for site in rules_of(visit).sites()
        for direction in DIRECTIONS
    ]


@router.get(
    "/entrance-codes.svg",
    summary="A fixed QR for the entrance or the exit of a place, for printing",
    response_class=Response,
    responses={200: {"content": {SVG: {}}, "description": "A picture."}},
)
def get_code(
    visit: Staff,
    site: Annotated[str | None, Query(max_length=40, description="The first place if left out.")] = None,
    direction: Direction = "entry",
) -> Response:
    return Response(_svg(_site_code(visit, site, direction)), media_type=SVG)


@router.post(
    "/members/{member_id}/check-ins",
    status_code=201,
    response_model=DoorEventAnswer,
    summary="Check in by the QR at the entrance",
)
def post_check_in(
    member_id: MemberId, body: CheckInBody, visit: SignedIn, request: Request
) -> DoorEventAnswer | Response:
    """A refusal is on record."""
    visit.require_member(member_id)
    rules = rules_of(visit)
    require_known(visit.session, member_id)
    office_id, invalid = _office_or_refusal(visit, body.code, "entry")
    attempt = Attempt(
        member_id, office_id, Means.ENTRANCE_CODE, visit.actor.reference, visit.now, people=body.people
    )
    if invalid is not None:
        outcome = refuse_unknown(visit.session, attempt, "check-in", invalid, now=visit.now)
    else:
        outcome = check_in(visit.session, rules, reserved_times(visit), attempt, now=visit.now)
    return refused(request, visit, outcome) or _event(visit, outcome)


@router.post("/members/{member_id}/check-outs", status_code=201, summary="Check out")
def post_check_out(member_id: MemberId, body: CheckOutBody, visit: SignedIn) -> DoorEventAnswer:
    """Never refused. Time beyond the plan, or beyond what was paid, is charged."""
    visit.require_member(member_id)
    rules = rules_of(visit)
    office_id, invalid = _office_or_refusal(visit, body.code, "exit")
    reason = None if invalid is None else invalid.code
    attempt = Attempt(member_id, office_id, Means.ENTRANCE_CODE, visit.actor.reference, visit.now)
    left = check_out(visit.session, rules, reserved_times(visit), attempt, now=visit.now, reason=reason)
    return DoorEventAnswer.of(left.event, site_names(visit)[left.event.office_id])


@router.post(
    "/members/{member_id}/unlocks",
    status_code=201,
    response_model=DoorEventAnswer,
    summary="Unlock a door from the app",
)
def post_unlock(
    member_id: MemberId, body: UnlockBody, visit: SignedIn, request: Request
) -> DoorEventAnswer | Response:
    """The lock is asked as soon as this is answered. A refusal is on record."""
    visit.require_member(member_id)
    rules = rules_of(visit)
    attempt = Attempt(
        member_id,
        _office_of_door(visit, body.door),
        Means.APP,
        visit.actor.reference,
        visit.now,
        door=body.door,
    )
    outcome = unlock(visit.session, rules, reserved_times(visit), attempt, now=visit.now)
    return refused(request, visit, outcome) or _event(visit, outcome)


@router.post(
    "/readings",
    status_code=201,
    response_model=DoorEventAnswer,
    summary="Say what a reader at a door or at reception has read",
)
def post_reading(body: ReadingBody, visit: Staff, request: Request) -> DoorEventAnswer | Response:
    """A member's QR, which is used up by it, or a card. Refusals are on record; a check-out is never refused."""
    rules = rules_of(visit)
    office_id = (
        office_at(visit.session, rules, body.site) if body.door is None else _office_of_door(visit, body.door)
    )
    attempt, refusal = _identified(visit, body, office_id)
    return answer_of_reader(request, visit, attempt, body.act, refusal)


def _identified(visit: Visit, body: ReadingBody, office_id: int) -> tuple[Attempt, EntryRefused | None]:
    """Who was at the reader, as far as that is known, and why what they showed opens nothing."""
    credentials = credentials_of(visit)
    member_id, card_id, refusal = None, None, None
    try:
        if body.qr is not None:
            member_id, refusal = use_qr(visit.session, credentials, body.qr, visit.now)
        else:
            assert body.card is not None
            member_id, card_id, refusal = card_shown(visit.session, credentials, body.card)
    except EntryRefused as unknown:
        refusal = unknown
    means = Means.QR if body.qr is not None else Means.CARD
    attempt = Attempt(
        member_id,
        office_id,
        means,
        visit.actor.reference,
        visit.now,
        door=body.door,
        card_id=card_id,
        people=body.people,
    )
    return attempt, refusal


def _event(visit: Visit, outcome: Outcome) -> DoorEventAnswer:
    return DoorEventAnswer.of(outcome.event, site_names(visit)[outcome.event.office_id])


def _office_or_refusal(visit: Visit, code: str | None, direction: Direction) -> tuple[int, QrInvalid | None]:
    """Without a code, or with one that is no good, the operator's first place."""
    try:
        if code is not None:
            return _office_of_code(visit, code, direction), None
    except QrInvalid as invalid:
        return office_at(visit.session, rules_of(visit), None), invalid
    return office_at(visit.session, rules_of(visit), None), None


def _office_of_code(visit: Visit, code: str, direction: Direction) -> int:
    """Raises `QrInvalid` for a code of the other direction, or of a place that is there no more."""
    key = credentials_of(visit).signer.public_key
    read = read_entrance_code(key, code, visit.operator_id)
    if read.direction != direction or site_names(visit).get(read.office_id) not in rules_of(visit).sites():
        raise QrInvalid
    return read.office_id


def _office_of_door(visit: Visit, door: str) -> int:
    rules = rules_of(visit)
    if door not in rules.profile.doors:
        raise NotFound
    return office_at(visit.session, rules, rules.profile.doors[door].site)


def _site_code(visit: Visit, site: str | None, direction: Direction) -> str:
    office_id = office_at(visit.session, rules_of(visit), site)
    return credentials_of(visit).signer.entrance_code(visit.operator_id, office_id, direction)


def _svg(code: str) -> str:
    return segno.make(code, error="m", micro=False).svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff"
    )
