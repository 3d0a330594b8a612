"""Calling out, desk phones and the reception phone, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from coworking.kit.errors import NotFound
from coworking.membership import RulesOfMembers, SignedIn, Staff, Visit
from telephony.forwarding.calling_out.asking import ask_for_call
from telephony.forwarding.calling_out.attempts import get_attempt
from telephony.forwarding.calling_out.desk_phones import issue_desk_phone, withdraw_desk_phone
from telephony.forwarding.calling_out.lent_phones import live_desk_phone
from telephony.forwarding.calling_out.reception import ask_from_reception
from telephony.forwarding.calling_out.schemas import (
    CallAttemptAnswer,
    CallOutBody,
    DeskPhoneAnswer,
    IssuedDeskPhoneAnswer,
    ReceptionCallBody,
)
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.numbers import Line, RulesOfLines, get_line

router = APIRouter(prefix="/api")


@router.post(
    "/lines/{line_id}/calls", status_code=202, tags=["calls"], summary="Call somebody from a line's number"
)
def post_call(line_id: int, body: CallOutBody, visit: SignedIn) -> CallAttemptAnswer:
    """The member's phone rings first; picked up, it is connected with the other side, who sees the line's number."""
    attempt = ask_for_call(
        visit.session,
        _rules(visit),
        _line(visit, line_id),
        phone=body.from_,
        callee=body.to,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return CallAttemptAnswer.model_validate(attempt)


@router.get(
    "/lines/{line_id}/calls/{attempt_key}", tags=["calls"], summary="What became of a call that was asked for"
)
def get_asked_call(line_id: int, attempt_key: str, visit: SignedIn) -> CallAttemptAnswer:
    return CallAttemptAnswer.model_validate(get_attempt(visit.session, _line(visit, line_id), attempt_key))


@router.post(
    "/reception-calls", status_code=202, tags=["calls"], summary="Call a member from the reception phone"
)
def post_reception_call(body: ReceptionCallBody, visit: Staff) -> CallAttemptAnswer:
    """The reception phone of the member's office rings first; picked up, it is put through as a call to the line is."""
    attempt = ask_from_reception(
        visit.session,
        _rules(visit),
        visit.resources[RulesOfMembers][visit.operator_id],
        body.member_id,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return CallAttemptAnswer.model_validate(attempt)


@router.get("/lines/{line_id}/desk-phone", tags=["lines"], summary="The desk phone of a line")
def get_desk_phone(line_id: int, visit: SignedIn) -> DeskPhoneAnswer:
    phone = live_desk_phone(visit.session, _line(visit, line_id).id)
    if phone is None:
        raise NotFound
    return DeskPhoneAnswer.model_validate(phone)


@router.post(
    "/lines/{line_id}/desk-phone",
    status_code=201,
    tags=["lines"],
    summary="Issue the desk phone of a line with a new password",
)
def post_desk_phone(line_id: int, visit: Staff) -> IssuedDeskPhoneAnswer:
    """The password is shown in this answer only. A phone that was issued before stops working."""
    issued = issue_desk_phone(
        visit.session,
        _rules(visit),
        visit.resources[RulesOfLines][visit.operator_id],
        _line(visit, line_id),
        actor=visit.actor.reference,
        now=visit.now,
    )
    shown = DeskPhoneAnswer.model_validate(issued.phone)
    return IssuedDeskPhoneAnswer(**shown.model_dump(), password=issued.password, qr_svg=issued.qr_svg())


@router.delete(
    "/lines/{line_id}/desk-phone", status_code=204, tags=["lines"], summary="Take the desk phone off a line"
)
def delete_desk_phone(line_id: int, visit: Staff) -> None:
    withdraw_desk_phone(
        visit.session, _rules(visit), _line(visit, line_id), actor=visit.actor.reference, now=visit.now
    )


def _line(visit: Visit, line_id: int) -> Line:
    return get_line(visit.session, line_id, member_id=visit.own_member_id())


def _rules(visit: Visit) -> CallRules:
    return visit.resources[RulesOfCalls][visit.operator_id]
