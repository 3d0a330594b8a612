"""The phones that may steer a line and call out through it (NEX-03), and which changes of them count as replacing one
(NEX-15)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.db import violated_constraint
from coworking.kit.events import tell
from coworking.kit.phone import InvalidPhoneNumber, PhoneNumber, parse_phone
from telephony.numbers.errors import (
    PhoneAlreadyRegistered,
    PhoneNotRegistered,
    PhoneNotRegistrable,
    TooManyRegisteredPhones,
)
from telephony.numbers.events import PhoneChanged, PhoneReplaced
from telephony.numbers.models import Line, RegisteredPhone
from telephony.numbers.terms import LineRules


def register_phone(
    session: Session,
    rules: LineRules,
    line: Line,
    text: str,
    *,
    actor: str,
    now: datetime,
    replaces: bool | None = None,
) -> RegisteredPhone:
    """Register a phone in the lowest free slot of the line. Whether it replaces another the caller says, or, None, it
    does where it fills a place that another was taken off: adding a phone more than the line had so far, and taking
    off, replace none.
    Raises `PhoneNotRegistrable`, `PhoneAlreadyRegistered`, `TooManyRegisteredPhones`. Locks the line's row, so that of
    two at once the second finds the next slot; whatever the code believes, a slot has one holder."""
    number = _registrable(rules, text)
    limit = rules.profile.registered_phones.limit
    session.execute(select(Line.id).where(Line.id == line.id).with_for_update())
    taken = _live(session, line.id)
    if any(phone.number == number.e164 for phone in taken):
        raise PhoneAlreadyRegistered
    free = sorted(set(range(1, limit + 1)) - {phone.slot for phone in taken})
    if not free:
        raise TooManyRegisteredPhones(limit=limit)
    phone = RegisteredPhone(
        operator_id=line.operator_id, line_id=line.id, number=number.e164, slot=free[0], registered_at=now
    )
    try:
        with session.begin_nested():
            session.add(phone)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_registered_phones_number":
            raise PhoneAlreadyRegistered from error
        if violated_constraint(error) == "uq_registered_phones_slot":
            raise TooManyRegisteredPhones(limit=limit) from error
        raise
    _record(session, line, "phone.registered", number, actor, now)
    session.expire(line, ["registered_phones"])
    tell(session, PhoneChanged(line.id, number.e164, is_registered=True, actor=actor, at=now))
    if replaces is None:
        replaces = _had(session, line.id, len(taken) + 1)
    if replaces and line.starts_at <= now:
        tell(session, PhoneReplaced(line.id, line.member_id, phone.id, now))
    return phone


def replace_phone(
    session: Session, rules: LineRules, line: Line, old: str, new: str, *, actor: str, now: datetime
) -> RegisteredPhone:
    """Register a phone in the place of another, in one. Raises what `unregister_phone` and `register_phone` raise."""
    unregister_phone(session, line, old, actor=actor, now=now)
    return register_phone(session, rules, line, new, actor=actor, now=now, replaces=True)


def unregister_phone(
    session: Session, line: Line, text: str, *, actor: str, now: datetime, leaves_place: bool = True
) -> None:
    """Take a phone off the line, whose place the next one fills unless it was registered by mistake. Raises
    `PhoneNotRegistered`."""
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber as error:
        raise PhoneNotRegistered from error
    live = _live(session, line.id)
    phone = next((phone for phone in live if phone.number == number.e164), None)
    if phone is None:
        raise PhoneNotRegistered
    phone.unregistered_at = now
    phone.left_among = len(live) if leaves_place else None
    _record(session, line, "phone.unregistered", number, actor, now)
    session.flush()
    session.expire(line, ["registered_phones"])
    tell(session, PhoneChanged(line.id, number.e164, is_registered=False, actor=actor, at=now))


def _registrable(rules: LineRules, text: str) -> PhoneNumber:
    try:
        number = parse_phone(text)
    except InvalidPhoneNumber as error:
        raise PhoneNotRegistrable from error
    if number.number_class not in rules.profile.registered_phones.classes:
        raise PhoneNotRegistrable
    return number


def _live(session: Session, line_id: int) -> list[RegisteredPhone]:
    statement = select(RegisteredPhone).where(
        RegisteredPhone.line_id == line_id, RegisteredPhone.unregistered_at.is_(None)
    )
    return list(session.scalars(statement))


def _had(session: Session, line_id: int, phones: int) -> bool:
    """Whether a phone was ever taken off while so many were registered."""
    statement = select(RegisteredPhone.id).where(
        RegisteredPhone.line_id == line_id, RegisteredPhone.left_among >= phones
    )
    return session.scalar(statement.limit(1)) is not None


def _record(
    session: Session, line: Line, action: str, number: PhoneNumber, actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        details={"number": number.masked},
    )
