"""The scene of a call that we asked for and that its carrier does not know any more."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.forwarding.calling_out.models import CallAttempt
from telephony.forwarding.calling_out.placing import look_up
from tests.factories.forwarding import MOBILE
from tests.factories.membership import NOW
from tests.factories.numbers import make_line


def queue_look_up(session: Session, operator_id: int) -> None:
    line = make_line(session, operator_id)
    attempt = CallAttempt(
        operator_id=operator_id,
        line_id=line.id,
        key="an-attempt",
        kind="out",
        phone=MOBILE,
        callee="+81366667777",
        state="calling",
        asked_at=NOW,
        attempted_at=NOW,
        times_attempted=1,
        carrier_sid="CA" + "0" * 31 + "9",
    )
    session.add(attempt)
    session.flush()
    look_up.enqueue(session, operator_id=operator_id, now=NOW, attempt_id=attempt.id)


def attempt_has_failed(session: Session) -> bool:
    return session.scalars(select(CallAttempt.failure)).all() == ["not-found"]
