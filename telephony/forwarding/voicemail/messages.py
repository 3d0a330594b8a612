"""Messages as members hear them, and what a line's member is mailed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.mailer import MOST_ATTACHED_BYTES, Attachment
from telephony.forwarding.profile import Voicemail
from telephony.forwarding.voicemail.deleting import erase
from telephony.forwarding.voicemail.errors import RecordingLost, RecordingNotReady
from telephony.forwarding.voicemail.models import Sound, VoicemailMessage, VoicemailSetting
from telephony.numbers import Line

LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Mailed:
    """What a line's member is mailed: `recording`, the messages themselves; `missed`, that somebody called."""

    recording: bool
    missed: bool


def list_messages(
    session: Session,
    *,
    member_id: int | None = None,
    line_id: int | None = None,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[VoicemailMessage]:
    """Messages that are not deleted."""
    statement = listing.part(select(VoicemailMessage), VoicemailMessage.id, after_id, limit)
    statement = statement.where(VoicemailMessage.state != "deleted")
    if member_id is not None:
        statement = statement.where(VoicemailMessage.member_id == member_id)
    if line_id is not None:
        statement = statement.where(VoicemailMessage.line_id == line_id)
    return session.scalars(statement).all()


def get_message(session: Session, message_id: int, *, member_id: int | None = None) -> VoicemailMessage:
    """A message, of this member only when one is given. Raises `NotFound`."""
    message = session.get(VoicemailMessage, message_id)
    if message is None or message.state == "deleted":
        raise NotFound
    if member_id is not None and message.member_id != member_id:
        raise NotFound
    return message


def sound_of(
    session: Session, message: VoicemailMessage, *, actor: str, channel: str, now: datetime
) -> Sound:
    """What the caller said. That it was asked for is on record (R23). Raises `RecordingNotReady`, `RecordingLost`."""
    if message.sound_id is None:
        raise RecordingLost if message.state == "lost" else RecordingNotReady
    _record(session, message, "voicemail.played", actor, channel, now)
    return session.get_one(Sound, message.sound_id)


def mark_heard(
    session: Session, message: VoicemailMessage, *, actor: str, channel: str, now: datetime
) -> None:
    """The first time counts."""
    if message.heard_at is None:
        message.heard_at = now
        _record(session, message, "voicemail.heard", actor, channel, now)
        session.flush()


def delete_message(
    session: Session, message: VoicemailMessage, *, actor: str, channel: str, now: datetime
) -> None:
    """Delete a message for good, also one that is still being fetched."""
    session.refresh(message, with_for_update=True)
    if message.state != "deleted":
        erase(session, message, now)
        _record(session, message, "voicemail.deleted", actor, channel, now)


def mailed_of(session: Session, profile: Voicemail, line_id: int) -> Mailed:
    setting = session.get(VoicemailSetting, line_id, populate_existing=True)
    if setting is None:
        return Mailed(profile.mails_recording, profile.mails_missed)
    return Mailed(setting.mails_recording, setting.mails_missed)


def set_mailed(
    session: Session, line: Line, mailed: Mailed, *, actor: str, channel: str, now: datetime
) -> None:
    """Choose what the line's member is mailed."""
    chosen = {"mails_recording": mailed.recording, "mails_missed": mailed.missed, "changed_at": now}
    statement = insert(VoicemailSetting).values(line_id=line.id, operator_id=line.operator_id, **chosen)
    session.execute(statement.on_conflict_do_update(index_elements=["line_id"], set_=chosen))
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action="voicemail.mails-chosen",
        subject=f"line:{line.id}",
        details={"mails_recording": mailed.recording, "mails_missed": mailed.missed},
        channel=channel,
    )


def attachment_of(session: Session, message_id: int) -> Attachment | None:
    """The recording for a mail; None for one that is gone or that no mail can carry."""
    message = session.get(VoicemailMessage, message_id)
    if message is None or message.sound_id is None:
        return None
    wav = session.get_one(Sound, message.sound_id).wav
    if len(wav) > MOST_ATTACHED_BYTES:
        return None
    return Attachment(f"voicemail-{message.id}.wav", "audio/wav", wav)


def _record(
    session: Session, message: VoicemailMessage, action: str, actor: str, channel: str, now: datetime
) -> None:
    record(
        session,
        operator_id=message.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"voicemail:{message.id}",
        channel=channel,
    )
