"""Messages and rules by caller for tests. Each function works in the session that it is given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from telephony.forwarding.models import CallerRule
from telephony.forwarding.voicemail.models import Sound, VoicemailMessage
from telephony.numbers import Line
from tests.factories.membership import NOW

CALLER = "+81366667777"


def make_message(
    session: Session,
    line: Line,
    call_sid: str,
    *,
    wav: bytes = b"RIFF",
    seconds: int = 12,
    now: datetime = NOW,
) -> VoicemailMessage:
    """A message that can be heard; what the sound holds is the caller's of this."""
    sound = Sound(operator_id=line.operator_id, seconds=seconds, wav=wav, stored_at=now)
    session.add(sound)
    session.flush()
    message = VoicemailMessage(
        operator_id=line.operator_id,
        line_id=line.id,
        member_id=line.member_id,
        call_sid=call_sid,
        recording_sid=call_sid.replace("CA", "RE", 1),
        from_number=CALLER,
        seconds=seconds,
        left_at=now,
        state="kept",
        sound_id=sound.id,
    )
    session.add(message)
    session.flush()
    return message


def make_caller_rule(
    session: Session, line: Line, *, prefix: str = CALLER, now: datetime = NOW
) -> CallerRule:
    """A number that is blocked."""
    rule = CallerRule(
        operator_id=line.operator_id,
        line_id=line.id,
        prefix=prefix,
        is_whole=True,
        action="block",
        created_at=now,
    )
    session.add(rule)
    session.flush()
    return rule
