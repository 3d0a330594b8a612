"""What calls bring that were told: messages that callers left, and calls that reached nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from telephony.forwarding.told_calls import CallsTold, ToldCall
from telephony.forwarding.voicemail.deleting import delete_later
from telephony.forwarding.voicemail.missed_calls import MESSAGE_MAY_FOLLOW, note_missed
from telephony.forwarding.voicemail.models import VoicemailMessage
from telephony.forwarding.voicemail.recordings import fetch_later
from telephony.forwarding.voicemail.retention import forget_daily

MISSED = frozenset({"no-answer", "busy", "failed"})
NEWS = timedelta(days=3)
"""A call that was missed longer ago is no news when it is told."""


def hear_calls(session: Session, told: CallsTold) -> None:
    """Write down messages and missed calls; what is known already stays as it is. Where no call brings either, nothing
    is asked of the database."""
    operator_id: int = session.info["operator_id"]
    calls = [
        call
        for call in told.calls
        if call.direction == "in" and call.line_id is not None and call.member_id is not None
    ]
    left = [call for call in calls if call.recording_sid and call.recording_seconds]
    if left:
        _enter_messages(session, operator_id, left, told.at)
    for call in calls:
        if call.recording_sid and call.recording_seconds == 0:
            delete_later(session, operator_id, call.recording_sid, told.at, only_if_empty=True)
    missed = [_missed_row(call) for call in calls if _is_missed(call, told.at)]
    if missed:
        note_missed(session, operator_id, missed, told.at, due_at=told.at + MESSAGE_MAY_FOLLOW)


def _enter_messages(session: Session, operator_id: int, calls: Sequence[ToldCall], now: datetime) -> None:
    rows = [
        {
            "operator_id": operator_id,
            "line_id": call.line_id,
            "member_id": call.member_id,
            "call_sid": call.call_sid,
            "recording_sid": call.recording_sid,
            "from_number": call.from_number,
            "seconds": call.recording_seconds,
            "left_at": call.started_at,
            "state": "waiting",
        }
        for call in calls
    ]
    statement = (
        insert(VoicemailMessage)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["recording_sid"])
        .returning(VoicemailMessage.id)
    )
    message_ids = list(session.scalars(statement))
    if message_ids:
        for message in session.scalars(select(VoicemailMessage).where(VoicemailMessage.id.in_(message_ids))):
            fetch_later(session, message, now)
        forget_daily(session, operator_id, now)


def _is_missed(call: ToldCall, now: datetime) -> bool:
    """Refused and announced calls are not missed: they came where they should."""
    without_message = call.outcome == "voicemail" and not call.recording_seconds
    return (
        call.status == "ended"
        and (call.outcome in MISSED or without_message)
        and (call.ended_at or call.started_at) > now - NEWS
    )


def _missed_row(call: ToldCall) -> dict[str, Any]:
    return {
        "line_id": call.line_id,
        "member_id": call.member_id,
        "call_sid": call.call_sid,
        "message_id": None,
        "from_number": call.from_number,
        "called_at": call.started_at,
    }
