"""A message is deleted here and at the carrier."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from telephony.carrier import Carrier, CarrierRefused, Carriers, Reason
from telephony.forwarding.voicemail.models import Sound, VoicemailMessage


def erase(session: Session, message: VoicemailMessage, now: datetime) -> None:
    """Take the sound and the caller's number away; what is still at the carrier goes by a task."""
    if message.state in {"waiting", "lost"}:
        delete_later(session, message.operator_id, message.recording_sid, now)
    sound_id = message.sound_id
    message.state, message.deleted_at = "deleted", now
    message.sound_id = message.from_number = None
    session.flush()
    if sound_id is not None:
        session.execute(delete(Sound).where(Sound.id == sound_id))


def delete_later(
    session: Session, operator_id: int, recording_sid: str, now: datetime, *, only_if_empty: bool = False
) -> None:
    delete_recording.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        key=f"recording:{recording_sid}:delete",
        recording_sid=recording_sid,
        only_if_empty=only_if_empty,
    )


@task("voicemail.delete-recording")
def delete_recording(context: TaskContext, recording_sid: str, only_if_empty: bool) -> None:
    """Delete a recording at the carrier; one that is gone counts as deleted. What fails is tried again."""
    assert context.operator_id is not None
    carrier = context.resource(Carriers)[context.operator_id]
    if not only_if_empty or _is_empty(carrier, recording_sid):
        carrier.delete_recording(recording_sid)


def _is_empty(carrier: Carrier, recording_sid: str) -> bool:
    """False for one that is gone, too: a call is told again after its recording was deleted."""
    try:
        return carrier.fetch_recording(recording_sid).duration_seconds == 0
    except CarrierRefused as refused:
        if refused.reason is not Reason.NOT_FOUND:
            raise
        return False
