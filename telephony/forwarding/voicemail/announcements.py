"""A member's own announcements: words that are spoken, or a sound that is played, instead of the operator's."""

from __future__ import annotations

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import Language, NotFound
from telephony.forwarding.cards import rewrite_card
from telephony.forwarding.rules import CallRules
from telephony.forwarding.voicemail.errors import (
    SoundIsMp3,
    SoundNotUnderstood,
    SoundTooLarge,
    SoundTooLong,
    WordsNotSpeakable,
)
from telephony.forwarding.voicemail.models import LineAnnouncement, Sound
from telephony.forwarding.voicemail.retention import forget_daily
from telephony.forwarding.voicemail.wav import NotWav, read_wav
from telephony.numbers import Line, LineNotLive

MOST_WORDS = 300
"""Characters."""
MOST_UPLOAD_BYTES = 2 * 1024 * 1024
MOST_SECONDS = 30
SERVED_AFTERWARDS = timedelta(hours=1)
"""How long a sound that was replaced can be fetched: a call may have been told of it just before."""
_TOKEN_BYTES = 16
_TOKEN = re.compile(r"([1-9][0-9]{0,8})-[A-Za-z0-9_-]{1,64}", re.ASCII)

Kind = Literal["unanswered", "outside_hours", "forwarding_off", "voicemail_greeting"]


@dataclass(frozen=True, slots=True)
class Announcement:
    """What callers hear. `seconds` is a sound's; of the operator's own words nothing `is_own`."""

    kind: str
    is_own: bool
    language: Language
    words: str | None
    seconds: int | None


def announcement_of(session: Session, rules: CallRules, line: Line, kind: Kind) -> Announcement:
    row = _row(session, line, kind)
    if row is None:
        text = getattr(rules.forwarding.announcements, kind)
        return Announcement(kind, False, rules.language, getattr(text, rules.language), None)
    if row.sound_id is not None:
        return Announcement(kind, True, rules.language, None, session.get_one(Sound, row.sound_id).seconds)
    return Announcement(kind, True, cast("Language", row.language), row.words, None)


def announce_words(
    session: Session,
    rules: CallRules,
    line: Line,
    kind: Kind,
    *,
    language: Language,
    words: str,
    actor: str,
    channel: str,
    now: datetime,
) -> Announcement:
    """Let callers hear these words. Raises `LineNotLive`, `WordsNotSpeakable`."""
    words = words.strip()
    speakable = all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in words)
    if not 1 <= len(words) <= MOST_WORDS or not speakable:
        raise WordsNotSpeakable(most=MOST_WORDS)
    row = _row_to_change(session, line, kind, now)
    row.language, row.words = language, words
    session.add(row)
    _changed(session, rules, line, kind, "words", actor, channel, now)
    return announcement_of(session, rules, line, kind)


def announce_sound(
    session: Session,
    rules: CallRules,
    line: Line,
    kind: Kind,
    data: bytes,
    *,
    actor: str,
    channel: str,
    now: datetime,
) -> Announcement:
    """Let callers hear this sound, a WAV file. Raises `LineNotLive`, `SoundTooLarge`, `SoundIsMp3`,
    `SoundNotUnderstood`, `SoundTooLong`."""
    if len(data) > MOST_UPLOAD_BYTES:
        raise SoundTooLarge(most_bytes=MOST_UPLOAD_BYTES)
    try:
        wav = read_wav(data)
    except NotWav as error:
        raise (SoundIsMp3 if error.is_mp3 else SoundNotUnderstood) from error
    if wav.seconds > MOST_SECONDS:
        raise SoundTooLong(most_seconds=MOST_SECONDS)
    row = _row_to_change(session, line, kind, now)
    sound = Sound(
        operator_id=line.operator_id,
        token=f"{line.operator_id}-{secrets.token_urlsafe(_TOKEN_BYTES)}",
        seconds=wav.seconds,
        wav=wav.content,
        stored_at=now,
    )
    session.add(sound)
    session.flush()
    row.sound_id = sound.id
    session.add(row)
    _changed(session, rules, line, kind, "sound", actor, channel, now)
    return announcement_of(session, rules, line, kind)


def announce_as_usual(
    session: Session, rules: CallRules, line: Line, kind: Kind, *, actor: str, channel: str, now: datetime
) -> Announcement:
    """Let callers hear the operator's announcement again. Raises `LineNotLive`."""
    _row_to_change(session, line, kind, now)
    _changed(session, rules, line, kind, "usual", actor, channel, now)
    return announcement_of(session, rules, line, kind)


def announced_sound(session: Session, line: Line, kind: Kind) -> Sound:
    """The member's own sound. Raises `NotFound`."""
    row = _row(session, line, kind)
    if row is None or row.sound_id is None:
        raise NotFound
    return session.get_one(Sound, row.sound_id)


def sound_of_token(session: Session, token: str, now: datetime) -> bytes | None:
    """The file that the carrier fetches by this token, in a session of the token's operator."""
    statement = select(Sound.wav).where(
        Sound.token == token, (Sound.serves_until.is_(None)) | (Sound.serves_until > now)
    )
    return session.scalar(statement)


def operator_of_token(token: str) -> int | None:
    """Whose sound it would be; a token that is not ours is nobody's."""
    form = _TOKEN.fullmatch(token)
    return int(form[1]) if form else None


def _row(session: Session, line: Line, kind: Kind) -> LineAnnouncement | None:
    return session.scalar(
        select(LineAnnouncement).where(LineAnnouncement.line_id == line.id, LineAnnouncement.kind == kind)
    )


def _row_to_change(session: Session, line: Line, kind: Kind, now: datetime) -> LineAnnouncement:
    """A row to fill, in the place of one that stood. Changes of a line come one after the other."""
    session.refresh(line, ["status"], with_for_update={"of": Line, "key_share": True})
    if line.status == "ended":
        raise LineNotLive
    row = _row(session, line, kind)
    if row is not None:
        if row.sound_id is not None:
            session.get_one(Sound, row.sound_id).serves_until = now + SERVED_AFTERWARDS
            forget_daily(session, line.operator_id, now)
        session.delete(row)
        session.flush()
    return LineAnnouncement(operator_id=line.operator_id, line_id=line.id, kind=kind, changed_at=now)


def _changed(
    session: Session,
    rules: CallRules,
    line: Line,
    kind: Kind,
    what: str,
    actor: str,
    channel: str,
    now: datetime,
) -> None:
    session.flush()
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action="announcement.changed",
        subject=f"line:{line.id}",
        details={"announcement": kind, "now": what},
        channel=channel,
    )
    rewrite_card(session, rules, line.id, now)
