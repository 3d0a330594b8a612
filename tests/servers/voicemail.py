"""Scenes of messages and missed calls, at a carrier that has one recording."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.notices import Notice
from telephony.carrier import RecordingRecord
from telephony.forwarding.voicemail.deleting import delete_later
from telephony.forwarding.voicemail.missed_calls import note_missed, read_texts, sum_up_missed
from telephony.forwarding.voicemail.models import MissedCall, VoicemailMessage
from telephony.forwarding.voicemail.recordings import fetch_later
from telephony.forwarding.voicemail.retention import forget
from tests.factories.membership import NOW
from tests.factories.numbers import make_line
from tests.servers.watching import KnowsNothing
from tests.telephony.forwarding.voicemail.mail_room import CALLER, SID, wav_file

CALL = "CA" + "0" * 31 + "8"


class HasRecording(KnowsNothing):
    """A carrier without any call, but with a recording."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def fetch_recording(self, recording_id: str) -> RecordingRecord:
        return RecordingRecord(
            recording_id=recording_id, call_id=CALL, status="completed", duration_seconds=1, created_at=NOW
        )

    def recording_audio(self, recording_id: str) -> bytes:
        return wav_file(1)

    def delete_recording(self, recording_id: str) -> None:
        self.deleted.append(recording_id)


def _message(session: Session, operator_id: int, left_at: datetime = NOW) -> VoicemailMessage:
    line = make_line(session, operator_id)
    message = VoicemailMessage(
        operator_id=operator_id,
        line_id=line.id,
        member_id=line.member_id,
        call_sid=CALL,
        recording_sid=SID,
        seconds=1,
        left_at=left_at,
        state="waiting",
    )
    session.add(message)
    session.flush()
    return message


def queue_fetch(session: Session, operator_id: int) -> None:
    read_texts()
    fetch_later(session, _message(session, operator_id), NOW)


def queue_delete(session: Session, operator_id: int) -> None:
    delete_later(session, operator_id, SID, NOW)


def queue_forget(session: Session, operator_id: int) -> None:
    _message(session, operator_id, NOW - timedelta(days=365))
    forget.enqueue(session, operator_id=operator_id, now=NOW)


def message_is(session: Session, state: str) -> bool:
    return session.scalars(select(VoicemailMessage.state)).all() == [state]


def _missed(session: Session, operator_id: int) -> dict[str, Any]:
    read_texts()
    line = make_line(session, operator_id)
    return {
        "line_id": line.id,
        "member_id": line.member_id,
        "call_sid": CALL,
        "from_number": CALLER,
        "called_at": NOW,
    }


def queue_missed(session: Session, operator_id: int) -> None:
    note_missed(session, operator_id, [_missed(session, operator_id)], NOW, due_at=NOW)


def queue_summary(session: Session, operator_id: int) -> None:
    missed = MissedCall(operator_id=operator_id, state="held-back", **_missed(session, operator_id))
    session.add(missed)
    session.flush()
    sum_up_missed.enqueue(session, operator_id=operator_id, now=NOW, line_id=missed.line_id)


def is_written(session: Session, kind: str) -> bool:
    return session.scalars(select(Notice.kind)).all() == [kind]
