"""Steering a line by text message: "PIN 開始", "PIN to 09012345678" (NEX-02, R14, R21)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.errors import Language, UserError
from coworking.kit.phone import from_e164
from telephony.carrier import SmsWebhook
from telephony.forwarding.control import prompts
from telephony.forwarding.control.ivr import Describe, SendTo, Switch
from telephony.forwarding.control.models import ControlSession
from telephony.forwarding.control.pins import check_pin, lines_of_phone
from telephony.forwarding.control.sessions import Desk
from telephony.forwarding.control.steering import Steering, grant
from telephony.forwarding.control.texts import DAY, write_text
from telephony.numbers import Line

LONGEST_COMMAND = 160
_COMMAND = re.compile(r"(\S+)\s+(\S+)(?:\s+(.+))?", re.DOTALL)

START = {"開始": "ja", "start": "en", "on": "en"}
STOP = {"停止": "ja", "stop": "en", "off": "en"}
SEND_TO = {"転送": "ja", "to": "en", "forward": "en"}
STATUS = {"状態": "ja", "status": "en"}

TOO_MANY, NOT_UNDERSTOOD, LINE_UNCLEAR = "too-many-texts", "not-understood", "line-unclear"


@dataclass(frozen=True, slots=True)
class Command:
    """What a text message asks for, in the language of its word."""

    pin: str
    wish: Switch | SendTo | Describe
    language: Language


def read_command(text: str) -> Command | None:
    """A PIN, a word and, after 転送 or to, a number; full-width letters and digits are understood. None for every
    other text."""
    found = _COMMAND.fullmatch(unicodedata.normalize("NFKC", text[:LONGEST_COMMAND]).strip())
    if found is None:
        return None
    pin, word, rest = found[1], found[2].lower(), found[3]
    if word in SEND_TO and rest:
        return Command(pin, SendTo(rest.strip()), _language(SEND_TO[word]))
    if rest:
        return None
    if word in START or word in STOP:
        return Command(pin, Switch(on=word in START), _language({**START, **STOP}[word]))
    return Command(pin, Describe(), _language(STATUS[word])) if word in STATUS else None


def take_text(session: Session, desk: Desk, message: SmsWebhook, *, operator_id: int, now: datetime) -> None:
    """Do what a text message asks for, once, and answer it. A phone that is registered nowhere, and one that has sent
    too many within 24 hours, gets no answer at all."""
    row = _noted(session, desk, message, operator_id, now)
    if row is None:
        return
    lines = lines_of_phone(session, message.from_)
    if not lines or message.from_ is None:
        row.outcome = "phone-not-registered"
        return
    if _texts_of(session, message.from_, now) > desk.contacts.rules.forwarding.control.texts_a_day:
        row.outcome = TOO_MANY
        return
    command = read_command(message.body)
    if command is None:
        row.outcome = NOT_UNDERSTOOD
        said = prompts.TEXT_HOW.spoken(desk.contacts.rules.language)
    else:
        row.language = command.language
        said = _carry_out(session, desk, row, message, lines, command, now)
    write_text(
        session,
        operator_id=operator_id,
        from_number=message.to,
        to_number=message.from_,
        body=said,
        most_a_day=desk.contacts.rules.forwarding.control.texts_a_day,
        now=now,
    )


def _carry_out(
    session: Session,
    desk: Desk,
    row: ControlSession,
    message: SmsWebhook,
    lines: list[Line],
    command: Command,
    now: datetime,
) -> str:
    """What is answered."""
    meant = [line for line in lines if line.number == message.to] or lines
    checked = check_pin(session, desk.contacts, desk.passwords, meant, command.pin, channel="sms", now=now)
    if checked.verdict != "right":
        row.outcome = checked.verdict
        why = prompts.TEXT_PIN_LOCKED if checked.verdict == "pin-locked" else prompts.TEXT_PIN_WRONG
        return why.spoken(command.language)
    if len(checked.lines) > 1:
        row.outcome = LINE_UNCLEAR
        return prompts.TEXT_LINE_UNCLEAR.spoken(command.language)
    (line,) = checked.lines
    row.line_id = line.id
    steering = Steering(desk.contacts, message.from_, "sms", command.language, now)
    try:
        granted = grant(session, steering, line, command.wish)
    except UserError as error:
        row.outcome = error.code
        return error.sentence(command.language)
    row.outcome = granted.outcome
    number = from_e164(line.number).national
    return prompts.TEXT_OF_LINE.spoken(command.language).format(number=number, said=granted.said)


def _noted(
    session: Session, desk: Desk, message: SmsWebhook, operator_id: int, now: datetime
) -> ControlSession | None:
    """The message written down, once; None where it has come before."""
    statement = insert(ControlSession).values(
        operator_id=operator_id,
        carrier_sid=message.message_sid,
        channel="sms",
        from_number=message.from_,
        language=desk.contacts.rules.language,
        state="ended",
        step=0,
        failures=0,
        started_at=now,
        ended_at=now,
    )
    noted = session.scalar(
        statement.on_conflict_do_nothing(index_elements=["carrier_sid"]).returning(ControlSession.id)
    )
    return session.get_one(ControlSession, noted) if noted is not None else None


def _texts_of(session: Session, phone: str, now: datetime) -> int:
    statement = (
        select(func.count())
        .select_from(ControlSession)
        .where(
            ControlSession.from_number == phone,
            ControlSession.channel == "sms",
            ControlSession.started_at > now - DAY,
        )
    )
    return session.scalar(statement) or 0


def _language(word: str) -> Language:
    return "en" if word == "en" else "ja"
