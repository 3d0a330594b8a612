"""What is kept of messages and missed calls goes when its time is over (R31)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from telephony.forwarding.rules import RulesOfCalls
from telephony.forwarding.voicemail.deleting import erase
from telephony.forwarding.voicemail.models import MissedCall, Sound, VoicemailMessage

ONE_DAY = timedelta(days=1)
MISSED_KEPT = timedelta(days=30)
MOST_A_ROUND = 500


def forget_daily(session: Session, operator_id: int, now: datetime) -> None:
    """See to it that the operator's old messages go, from tomorrow on, as long as there is something to forget."""
    forget.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        due_at=now + ONE_DAY,
        key=f"voicemail:{operator_id}:forget",
    )


@task("voicemail.forget")
def forget(context: TaskContext) -> None:
    """Delete what is over its days, and come again tomorrow if anything is left, at once if there was too much."""
    session, now, operator_id = context.session, context.clock.now(), context.operator_id
    assert operator_id is not None
    kept_days = context.resource(RulesOfCalls)[operator_id].forwarding.voicemail.kept_days
    old = session.scalars(
        select(VoicemailMessage)
        .where(
            VoicemailMessage.state != "deleted",
            VoicemailMessage.left_at <= now - timedelta(days=kept_days),
        )
        .order_by(VoicemailMessage.left_at)
        .limit(MOST_A_ROUND)
        .with_for_update(skip_locked=True)
    ).all()
    for message in old:
        erase(session, message, now)
        record(
            session,
            operator_id=operator_id,
            at=now,
            actor="task",
            action="voicemail.forgotten",
            subject=f"voicemail:{message.id}",
            details={"kept_days": kept_days},
            channel="task",
        )
    session.execute(
        delete(MissedCall).where(
            MissedCall.called_at <= now - MISSED_KEPT, MissedCall.state.not_in(["new", "held-back"])
        )
    )
    session.execute(delete(Sound).where(Sound.serves_until <= now))
    session.flush()
    if len(old) == MOST_A_ROUND:
        forget.enqueue(session, operator_id=operator_id, now=now, key=f"voicemail:{operator_id}:forget")
    elif _anything_left(session):
        forget_daily(session, operator_id, now)


def _anything_left(session: Session) -> bool:
    rest = (
        exists().where(VoicemailMessage.state != "deleted"),
        exists(MissedCall),
        exists().where(Sound.serves_until.is_not(None)),
    )
    return any(session.scalar(select(one)) for one in rest)
