"""Recordings are fetched from the carrier, kept here and deleted there."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, cancel, task
from telephony.carrier import Carrier, CarrierError, Carriers
from telephony.forwarding.voicemail.deleting import delete_later
from telephony.forwarding.voicemail.missed_calls import note_message
from telephony.forwarding.voicemail.models import MOST_SOUND_BYTES, Sound, VoicemailMessage
from telephony.forwarding.voicemail.wav import NotWav, Wav, read_wav

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600, 48 * 3_600)
)
"""Before each further try; after the last one a recording is given up."""
READY = "completed"

log = structlog.get_logger(__name__)


def fetch_later(session: Session, message: VoicemailMessage, now: datetime, *, tries: int = 0) -> None:
    """Queue the next try to fetch a message's recording: at once the first time, later ones after their pause."""
    fetch_recording.enqueue(
        session,
        operator_id=message.operator_id,
        now=now,
        due_at=now + PAUSES[tries - 1] if tries else now,
        key=_key(message.recording_sid),
        message_id=message.id,
        tries=tries,
    )


def recording_is_ready(session: Session, recording_sid: str, now: datetime) -> None:
    """The carrier told that a recording can be had. A message that is not known yet is fetched when its call is told;
    one that was given up comes back."""
    message = session.scalar(select(VoicemailMessage).where(VoicemailMessage.recording_sid == recording_sid))
    if message is not None and message.state in {"waiting", "lost"}:
        cancel(session, _key(recording_sid))
        fetch_later(session, message, now)


@task("voicemail.fetch-recording")
def fetch_recording(context: TaskContext, message_id: int, tries: int) -> None:
    """Fetch a recording, keep it, delete it at the carrier. What is not ready, or a carrier that is down, is asked
    again by `PAUSES`, and then the message counts as lost."""
    session, now = context.session, context.clock.now()
    message = session.get(VoicemailMessage, message_id)
    if message is None or message.state not in {"waiting", "lost"}:
        return
    wav = _ask(context.resource(Carriers)[message.operator_id], message.recording_sid)
    # Locked only now, so that nobody waits for the carrier: it may have been deleted meanwhile.
    session.refresh(message, with_for_update=True)
    if message.state not in {"waiting", "lost"}:
        return
    if wav is not None:
        _keep(session, message, wav, now)
    elif tries < len(PAUSES):
        fetch_later(session, message, now, tries=tries + 1)
        return
    else:
        log.warning("recording given up", message_id=message.id)
        message.state = "lost"
        session.flush()
    note_message(session, message, now)


def _ask(carrier: Carrier, recording_sid: str) -> Wav | None:
    """The recording, or None when it cannot be had now."""
    try:
        if carrier.fetch_recording(recording_sid).status != READY:
            return None
        audio = carrier.recording_audio(recording_sid)
        return read_wav(audio) if len(audio) <= MOST_SOUND_BYTES else None
    except (CarrierError, NotWav) as error:
        log.warning("recording not fetched", error=type(error).__name__)
        return None


def _keep(session: Session, message: VoicemailMessage, wav: Wav, now: datetime) -> None:
    sound = Sound(operator_id=message.operator_id, seconds=wav.seconds, wav=wav.content, stored_at=now)
    session.add(sound)
    session.flush()
    message.sound_id, message.state, message.seconds = sound.id, "kept", wav.seconds
    session.flush()
    delete_later(session, message.operator_id, message.recording_sid, now)


def _key(recording_sid: str) -> str:
    return f"recording:{recording_sid}:fetch"
