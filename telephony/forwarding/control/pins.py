"""A line's PIN: set by who is signed in, entered by who calls or texts (R14, R15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.membership import Passwords
from telephony.forwarding.control.change_notices import Contacts, tell_pin_locked, tell_pin_set
from telephony.forwarding.control.models import LinePin
from telephony.forwarding.control.pin_rules import Guarded, after_failure, require_good_pin
from telephony.numbers import Line, LineNotLive

Verdict = Literal["right", "pin-wrong", "pin-locked", "phone-not-registered"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a PIN: the lines that it opens, or why it opens none."""

    verdict: Verdict
    lines: tuple[Line, ...] = ()


def set_pin(
    session: Session,
    contacts: Contacts,
    passwords: Passwords,
    line: Line,
    pin: str,
    *,
    actor: str,
    now: datetime,
    channel: str = "api",
) -> LinePin:
    """Give the line a new PIN, which also unlocks it; the line's contacts are told, and can undo it (R16). Raises
    `LineNotLive`, `PinLengthWrong`, `PinTooSimple`."""
    if line.status == "ended":
        raise LineNotLive
    phones = {line.number, *(phone.number for phone in line.registered_phones)}
    require_good_pin(contacts.rules.forwarding.pin, pin, phones)
    values = {
        "pin_hash": passwords.hash(pin),
        "failures": 0,
        "next_attempt_at": None,
        "locked_at": None,
        "set_at": now,
    }
    statement = insert(LinePin).values(line_id=line.id, operator_id=line.operator_id, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["line_id"], set_=values))
    _record(session, line, "pin.set", actor, channel, now)
    tell_pin_set(session, contacts, line, now)
    return session.get_one(LinePin, line.id, populate_existing=True)


def pin_of(session: Session, line: Line) -> LinePin | None:
    return session.get(LinePin, line.id)


def lines_of_phone(session: Session, number: str | None) -> list[Line]:
    """The lines that a phone may steer: that it is registered on and that have not ended."""
    if number is None:
        return []
    statement = (
        select(Line)
        .where(Line.registered_phones.any(number=number), Line.status != "ended")
        .order_by(Line.id)
    )
    return list(session.scalars(statement))


def check_pin(
    session: Session,
    contacts: Contacts,
    passwords: Passwords,
    lines: Sequence[Line],
    pin: str,
    *,
    channel: str,
    now: datetime,
) -> Checked:
    """Which of these lines the PIN opens. Changes what is counted: keep it, whatever the verdict.

    Where no line is asked about, and where one does not let try now, a PIN is checked all the same against one that
    nobody has, so that the answer takes as long; each further line of a phone costs one check more. A wrong PIN counts
    against every line that it did not open, unless it opened another line of the same member: who has lines with
    different PINs is not locked out by using them.
    """
    if not lines:
        passwords.matches(None, pin)
        return Checked("phone-not-registered")
    held = _held(session, lines)
    opened: list[Line] = []
    shut: list[Line] = []
    may_try = False
    for line in lines:
        kept = held.get(line.id)
        tries = kept is not None and _guarded(kept).lets_try(now)
        matches = passwords.matches(kept.pin_hash if kept is not None and tries else None, pin)
        may_try = may_try or tries or kept is None
        if matches:
            opened.append(line)
        elif tries:
            shut.append(line)
    members = {line.member_id for line in opened}
    for line in shut:
        if line.member_id not in members:
            _count_failure(session, contacts, line, held[line.id], channel, now)
    for line in opened:
        _store(held[line.id], Guarded(), now)
    session.flush()
    if opened:
        return Checked("right", tuple(opened))
    return Checked("pin-wrong" if may_try else "pin-locked")


def lock_pin(session: Session, line: Line, *, actor: str, channel: str, now: datetime) -> None:
    """From now on the PIN opens nothing, until a new one is set."""
    kept = session.get(LinePin, line.id, with_for_update=True)
    if kept is not None and kept.locked_at is None:
        kept.locked_at = now
        _record(session, line, "pin.locked", actor, channel, now)


def _held(session: Session, lines: Sequence[Line]) -> dict[int, LinePin]:
    """The PINs of these lines, held until this transaction ends: of many guesses at once each counts the others."""
    statement = (
        select(LinePin)
        .where(LinePin.line_id.in_([line.id for line in lines]))
        .order_by(LinePin.line_id)
        .with_for_update()
    )
    return {kept.line_id: kept for kept in session.scalars(statement)}


def _count_failure(
    session: Session, contacts: Contacts, line: Line, kept: LinePin, channel: str, now: datetime
) -> None:
    after = after_failure(contacts.rules.forwarding.pin, _guarded(kept), now)
    _store(kept, after, now)
    _record(session, line, "pin.wrong", "phone", channel, now)
    if after.is_locked:
        _record(session, line, "pin.locked", "phone", channel, now)
        tell_pin_locked(session, contacts, line, now)


def _guarded(kept: LinePin) -> Guarded:
    return Guarded(kept.failures, kept.next_attempt_at, kept.locked_at is not None)


def _store(kept: LinePin, guarded: Guarded, now: datetime) -> None:
    kept.failures = guarded.failures
    kept.next_attempt_at = guarded.next_attempt_at
    kept.locked_at = now if guarded.is_locked else None


def _record(session: Session, line: Line, action: str, actor: str, channel: str, now: datetime) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        channel=channel,
    )
