"""Text messages that go out: kept first, sent by a task, never too many to one phone (R09, R21)."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from telephony.carrier import CarrierRefused, Carriers, OutcomeUnknown, SmsAttempt
from telephony.forwarding.control.models import TextMessage

DAY = timedelta(hours=24)
LOOK_UP_AFTER = timedelta(seconds=30)
"""After a request without an answer, until the carrier's list shows what came of it."""
GIVES_UP_AFTER = timedelta(hours=1)
"""From when it was written: what is so late confuses more than it tells."""

log = structlog.get_logger(__name__)


def write_text(
    session: Session,
    *,
    operator_id: int,
    from_number: str,
    to_number: str,
    body: str,
    most_a_day: int,
    now: datetime,
) -> bool:
    """Keep a message and queue it; False where the phone was written enough within 24 hours."""
    written = session.scalar(
        select(func.count())
        .select_from(TextMessage)
        .where(
            TextMessage.operator_id == operator_id,
            TextMessage.to_number == to_number,
            TextMessage.created_at > now - DAY,
        )
    )
    if (written or 0) >= most_a_day:
        return False
    message = TextMessage(
        operator_id=operator_id, from_number=from_number, to_number=to_number, body=body, created_at=now
    )
    session.add(message)
    session.flush()
    send_text.enqueue(session, operator_id=operator_id, now=now, text_id=message.id)
    return True


@task("control.send-text")
def send_text(context: TaskContext, text_id: int) -> None:
    """Send one message, once. What the carrier may do later is raised, so that the outbox tries again."""
    message = context.session.get(TextMessage, text_id, with_for_update=True)
    if message is None or message.sent_at is not None or message.failed_at is not None:
        return
    now = context.clock.now()
    carrier = context.resource(Carriers).get(message.operator_id)
    if carrier is None or not carrier.capabilities.can_send_sms:
        message.failed_at, message.failure = now, "not-offered"
        return
    if now - message.created_at > GIVES_UP_AFTER:
        message.failed_at, message.failure = now, "too-late"
        return
    attempt = SmsAttempt(
        from_=message.from_number,
        to=message.to_number,
        text=message.body,
        attempted_at=message.created_at,
    )
    try:
        sent = carrier.find_sms(attempt) if message.unknown_at is not None else None
        sent = sent or carrier.send_sms(attempt)
    except OutcomeUnknown:
        message.unknown_at = now
        send_text.enqueue(
            context.session,
            operator_id=message.operator_id,
            now=now,
            due_at=now + LOOK_UP_AFTER,
            text_id=message.id,
        )
    except CarrierRefused as refused:
        if not refused.permanent:
            raise
        message.failed_at, message.failure = now, refused.reason.value
        log.warning("text message refused", text_id=message.id, reason=refused.reason.value)
    else:
        message.sent_at, message.carrier_sid = now, sent.sms_id
