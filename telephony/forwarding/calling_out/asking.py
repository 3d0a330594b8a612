"""Asking the service for a call: one phone rings, then it is connected."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.phone import InvalidPhoneNumber, from_e164, parse_phone
from telephony.forwarding.calling_out.dial import origin_of, prepare_call_out
from telephony.forwarding.calling_out.errors import CallUnderWay, DeskPhoneRequired
from telephony.forwarding.calling_out.lent_phones import desk_address
from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.calling_out.placing import LOOK_UP_AFTER, look_up
from telephony.forwarding.rules import CallRules
from telephony.metering import Origin
from telephony.numbers import Line, PhoneNotRegistered

DESK = "desk"
"""What stands for the line's desk phone where a phone is asked for."""


def ask_for_call(
    session: Session,
    rules: CallRules,
    line: Line,
    *,
    phone: str,
    callee: str,
    actor: str,
    now: datetime,
) -> CallAttempt:
    """Ring the member's phone (a registered number or `DESK`), then the callee. Raises what `prepare_call_out` raises,
    `PhoneNotRegistered`, `DeskPhoneRequired`, `CallUnderWay`."""
    address, origin = _members_phone(session, line, phone)
    number = prepare_call_out(session, rules, line, callee, now, origin=origin)
    attempt = enter_attempt(session, line, "out", address, number.e164, now)
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action="call.asked",
        subject=f"line:{line.id}",
        details={"from": shown(address), "to": number.masked},
    )
    return attempt


def enter_attempt(
    session: Session, line: Line, kind: str, phone: str, callee: str | None, now: datetime
) -> CallAttempt:
    """Write down that a call is wanted. Raises `CallUnderWay` while the phone rings for another one."""
    attempt = CallAttempt(
        operator_id=line.operator_id,
        line_id=line.id,
        key=secrets.token_urlsafe(24),
        kind=kind,
        phone=phone,
        callee=callee,
        state="asked",
        asked_at=now,
    )
    try:
        with session.begin_nested():
            session.add(attempt)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_call_attempts_open_phone":
            raise CallUnderWay from error
        raise
    look_up.enqueue(
        session,
        operator_id=line.operator_id,
        now=now,
        due_at=now + LOOK_UP_AFTER,
        attempt_id=attempt.id,
    )
    return attempt


def shown(phone: str) -> str:
    """A phone in an audit entry: a number masked, a SIP address as it is."""
    return from_e164(phone).masked if phone.startswith("+") else phone


def _members_phone(session: Session, line: Line, text: str) -> tuple[str, Origin]:
    if text == DESK:
        address = desk_address(session, line.id)
        if address is None:
            raise DeskPhoneRequired
        return address, Origin.DESK
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber as error:
        raise PhoneNotRegistered from error
    if number.e164 not in {phone.number for phone in line.registered_phones}:
        raise PhoneNotRegistered
    return number.e164, origin_of(number)
