"""Control calls from webhook to webhook: what stands between two of them stands in the database, never in an
address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import Language, NotFound, UserError
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.membership import Passwords
from telephony.forwarding.control import prompts
from telephony.forwarding.control.change_notices import Contacts
from telephony.forwarding.control.ivr import OVER, ChooseLine, Dialogue, EnterPin, Pressed, State, Wish, press
from telephony.forwarding.control.models import ControlSession
from telephony.forwarding.control.pins import check_pin, lines_of_phone
from telephony.forwarding.control.steering import CHANGED, HEARD, Granted, Steering, grant
from telephony.forwarding.told_calls import CallsTold
from telephony.numbers import Line, get_line

MOST_LINES = 9
"""To choose from by one key."""
MOST_STEPS = 300
HUNG_UP = "hung-up"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a control call stands after a webhook: what is to be said and asked, and about which lines. `has_steered`:
    what the caller wished last was done."""

    dialogue: Dialogue
    step: int
    line: Line | None
    choices: tuple[Line, ...] = ()
    has_steered: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What control calls are answered with."""

    contacts: Contacts
    passwords: Passwords


def begin(
    session: Session,
    contacts: Contacts,
    *,
    operator_id: int,
    call_sid: str,
    phone: str | None,
    line_id: int | None,
    now: datetime,
) -> Standing:
    """A control call has come in from `phone`; `line_id` where it came from the line's own desk phone. A repeated
    webhook begins nothing anew."""
    statement = insert(ControlSession).values(
        operator_id=operator_id,
        carrier_sid=call_sid,
        channel="ivr",
        from_number=phone,
        line_ids=None if line_id is None else [line_id],
        language=contacts.rules.language,
        state="pin",
        step=0,
        failures=0,
        started_at=now,
    )
    session.execute(statement.on_conflict_do_nothing(index_elements=["carrier_sid"]))
    return _standing(session, _held(session, call_sid))


def answer(
    session: Session, desk: Desk, *, call_sid: str, step: int, pressed: Pressed, now: datetime
) -> Standing:
    """The caller answered question number `step`. An answer to an earlier question is a webhook that came again: the
    call stays where it stands. Raises `NotFound` for a call that never began."""
    row = _held(session, call_sid)
    if step != row.step or row.state in OVER:
        return _standing(session, row)
    row.step += 1
    longest = timedelta(seconds=desk.contacts.rules.forwarding.limits.control_call_seconds)
    if now - row.started_at >= longest or row.step > MOST_STEPS:
        _write(row, replace(_dialogue(row), state="ended", said=None))
    else:
        _take(session, desk, row, pressed, now)
    session.flush()
    return _standing(session, row)


def close_sessions(session: Session, told: CallsTold) -> None:
    """Control calls among these that have ended: what was entered and said in them is forgotten. Doing it again changes
    nothing."""
    for call in told.calls:
        if call.status == "ended" and call.direction in ("control", "out"):
            session.execute(
                update(ControlSession)
                .where(ControlSession.carrier_sid == call.call_sid, ControlSession.ended_at.is_(None))
                .values(state="ended", pending=None, said=None, ended_at=call.ended_at)
            )
            session.execute(
                update(ControlSession)
                .where(ControlSession.carrier_sid == call.call_sid, ControlSession.outcome.is_(None))
                .values(outcome=HUNG_UP)
            )


def get_session(session: Session, carrier_sid: str, *, member_id: int | None) -> ControlSession:
    """By the carrier's reference of the call or the message; of a member's line only when one is given. Raises
    `NotFound`."""
    row = session.scalar(select(ControlSession).where(ControlSession.carrier_sid == carrier_sid))
    if row is None:
        raise NotFound
    if member_id is not None:
        if row.line_id is None:
            raise NotFound
        get_line(session, row.line_id, member_id=member_id)
    return row


def list_sessions(
    session: Session,
    *,
    line_id: int | None,
    outcome: str | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ControlSession]:
    statement = listing.part(select(ControlSession), ControlSession.id, after_id, limit)
    if line_id is not None:
        statement = statement.where(ControlSession.line_id == line_id)
    if outcome is not None:
        statement = statement.where(ControlSession.outcome == outcome)
    return session.scalars(statement).all()


def _take(session: Session, desk: Desk, row: ControlSession, pressed: Pressed, now: datetime) -> None:
    """Take what was pressed: the dialogue goes on, and what was wished is done or refused."""
    move = press(_dialogue(row), pressed, desk.contacts.rules.forwarding.control.wrong_inputs)
    if move.wish is None or move.refused is None:
        _write(row, move.then)
        return
    language = move.then.language
    match move.wish:
        case EnterPin(pin=pin):
            _take_pin(session, desk, row, pin, move.then, move.refused, now)
        case ChooseLine(index=index):
            ids = row.line_ids or []
            if index < len(ids):
                row.line_id = ids[index]
                _write(row, move.then)
            else:
                _write(row, replace(move.refused, said=prompts.NOT_A_CHOICE.spoken(language)))
        case wish:
            steering = Steering(desk.contacts, row.from_number, "ivr", language, now)
            try:
                granted = _granted(session, steering, row, wish)
            except UserError as error:
                row.outcome = error.code
                _write(row, replace(move.refused, said=error.sentence(language)))
            else:
                if granted.outcome is not None and (granted.outcome, row.outcome) != (HEARD, CHANGED):
                    row.outcome = granted.outcome
                pending = granted.number or move.then.pending
                _write(row, replace(move.then, said=granted.said, pending=pending))


def _granted(session: Session, steering: Steering, row: ControlSession, wish: Wish) -> Granted:
    assert row.line_id is not None
    assert not isinstance(wish, EnterPin | ChooseLine)
    return grant(session, steering, get_line(session, row.line_id), wish)


def _take_pin(
    session: Session,
    desk: Desk,
    row: ControlSession,
    pin: str,
    then: Dialogue,
    refused: Dialogue,
    now: datetime,
) -> None:
    """Caller ID alone opens nothing, and whoever calls hears the same words (R14, R15)."""
    if row.line_ids is None:
        lines = lines_of_phone(session, row.from_number)
    else:
        lines = [line for line in _lines(session, row.line_ids) if line.status != "ended"]
    checked = check_pin(session, desk.contacts, desk.passwords, lines, pin, channel="ivr", now=now)
    if checked.verdict != "right":
        row.outcome = checked.verdict
        _write(row, replace(refused, said=prompts.PIN_REFUSED.spoken(refused.language)))
        return
    row.outcome = None
    if len(checked.lines) == 1:
        row.line_id = checked.lines[0].id
        _write(row, then)
    else:
        row.line_ids = [line.id for line in checked.lines[:MOST_LINES]]
        _write(row, replace(then, state="line"))


def _held(session: Session, call_sid: str) -> ControlSession:
    """The session, held until this transaction ends: two webhooks of a call take their turns. Raises `NotFound`."""
    row = session.scalar(
        select(ControlSession)
        .where(ControlSession.carrier_sid == call_sid, ControlSession.channel == "ivr")
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def _standing(session: Session, row: ControlSession) -> Standing:
    choices = tuple(_lines(session, row.line_ids or [])) if row.state == "line" else ()
    line = get_line(session, row.line_id) if row.line_id is not None else None
    return Standing(_dialogue(row), row.step, line, choices, has_steered=row.outcome in (CHANGED, HEARD))


def _lines(session: Session, line_ids: Sequence[int]) -> list[Line]:
    return [get_line(session, line_id) for line_id in line_ids]


def _dialogue(row: ControlSession) -> Dialogue:
    return Dialogue(
        state=cast("State", row.state),
        language=cast("Language", row.language),
        failures=row.failures,
        pending=row.pending,
        said=row.said,
    )


def _write(row: ControlSession, dialogue: Dialogue) -> None:
    row.state, row.language, row.failures = dialogue.state, dialogue.language, dialogue.failures
    row.pending, row.said = dialogue.pending, dialogue.said
