"""A line's PIN, undoing a change, and what came of control calls and text messages, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import Passwords, SignedIn, Staff, doorway_of, step_up
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.control.change_notices import Contacts
from telephony.forwarding.control.errors import UndoOver
from telephony.forwarding.control.models import ControlSession, LinePin
from telephony.forwarding.control.pins import pin_of, set_pin
from telephony.forwarding.control.schemas import (
    ControlSessionAnswer,
    PinAnswer,
    PinBody,
    UndoBody,
    UndoneAnswer,
)
from telephony.forwarding.control.sessions import get_session, list_sessions
from telephony.forwarding.control.undo_offers import operator_of_undo
from telephony.forwarding.control.undoing import undo_change
from telephony.forwarding.rules import RulesOfCalls
from telephony.numbers import RulesOfLines, get_line

router = APIRouter(prefix="/api")

SessionListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=ControlSession.started_at,
            equal={"channel": (ControlSession.channel, Literal["ivr", "sms"])},
            started_at=ControlSession.started_at,
        )
    ),
]


@router.put("/lines/{line_id}/pin", tags=["control"], summary="Set a line's PIN, which also unlocks it")
def put_pin(line_id: int, body: PinBody, visit: SignedIn) -> PinAnswer:
    line = get_line(visit.session, line_id, member_id=visit.own_member_id())
    passwords = visit.resources[Passwords]
    step_up(visit.session, visit.resources, visit.actor, body.password, now=visit.now)
    rules = visit.resources[RulesOfCalls][visit.operator_id]
    kept = set_pin(
        visit.session,
        Contacts(rules, visit.resources[Callbacks].public_url),
        passwords,
        line,
        body.pin,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _pin_answer(kept)


@router.get(
    "/lines/{line_id}/pin", tags=["control"], summary="Whether a line has a PIN, and whether it is locked"
)
def get_pin(line_id: int, visit: SignedIn) -> PinAnswer:
    return _pin_answer(
        pin_of(visit.session, get_line(visit.session, line_id, member_id=visit.own_member_id()))
    )


@router.post("/undo", tags=["control"], summary="Take a change back by the token of its notice")
def post_undo(body: UndoBody, request: Request) -> UndoneAnswer:
    """Needs no sign-in: the token, which went to the member's mail, is enough. It can be used once."""
    operator_id = operator_of_undo(body.token)
    doorway = doorway_of(request)
    rules_of_calls, rules_of_lines = doorway.resources[RulesOfCalls], doorway.resources[RulesOfLines]
    if operator_id is None or operator_id not in rules_of_calls:
        raise UndoOver
    contacts = Contacts(rules_of_calls[operator_id], doorway.resources[Callbacks].public_url)
    with doorway.database.transaction(operator_id) as session:
        undone = undo_change(session, contacts, rules_of_lines[operator_id], body.token, doorway.clock.now())
    return UndoneAnswer(undone=undone)


@router.get("/control-sessions", tags=["control"], summary="List control calls and text messages")
def get_control_sessions(
    visit: Staff,
    listing: SessionListing,
    line_id: Annotated[int | None, Query(ge=0, le=LARGEST_ID)] = None,
    outcome: Annotated[str | None, Query(max_length=60)] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[ControlSessionAnswer]:
    rows = list_sessions(
        visit.session, line_id=line_id, outcome=outcome, after_id=after, limit=limit, listing=listing
    )
    return page(rows, limit, ControlSessionAnswer.model_validate, lambda row: row.id)


@router.get(
    "/control-sessions/{call}",
    tags=["control"],
    summary="What came of one control call or text message, by the carrier's id",
)
def get_control_session(call: str, visit: SignedIn) -> ControlSessionAnswer:
    """A member sees those that opened a line of theirs; one without the right PIN belongs to nobody."""
    return ControlSessionAnswer.model_validate(
        get_session(visit.session, call, member_id=visit.own_member_id())
    )


def _pin_answer(kept: LinePin | None) -> PinAnswer:
    return PinAnswer(
        is_set=kept is not None,
        locked=kept is not None and kept.locked_at is not None,
        set_at=kept.set_at if kept else None,
    )
