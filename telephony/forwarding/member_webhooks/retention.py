"""What was sent to webhooks goes when its time is over (R31)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from coworking.kit.outbox import TaskContext, task
from telephony.forwarding.member_webhooks.models import WebhookDelivery

ONE_DAY = timedelta(days=1)
KEPT = timedelta(days=30)
MOST_A_ROUND = 5_000


def forget_daily(session: Session, operator_id: int, now: datetime) -> None:
    """See to it that the operator's old deliveries go, from tomorrow on, as long as there are any."""
    _queue(session, operator_id, now, now + ONE_DAY)


@task("member-webhooks.forget")
def forget(context: TaskContext) -> None:
    """Delete what is over its days, and come again tomorrow if anything is left, at once if there was too much."""
    session, now, operator_id = context.session, context.clock.now(), context.operator_id
    assert operator_id is not None
    old = session.scalars(
        select(WebhookDelivery.id)
        .where(WebhookDelivery.created_at <= now - KEPT, WebhookDelivery.state != "waiting")
        .order_by(WebhookDelivery.created_at)
        .limit(MOST_A_ROUND)
    ).all()
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.id.in_(old)))
    if len(old) == MOST_A_ROUND:
        _queue(session, operator_id, now, now)
    elif session.scalar(select(exists(WebhookDelivery))):
        _queue(session, operator_id, now, now + ONE_DAY)


def _queue(session: Session, operator_id: int, now: datetime, due_at: datetime) -> None:
    forget.enqueue(
        session, operator_id=operator_id, now=now, due_at=due_at, key=f"webhooks:{operator_id}:forget"
    )
