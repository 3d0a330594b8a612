"""Sending one event, again and again with growing pauses, until it is taken or given up (R24).

A webhook that does not answer rests as a whole: what waits for it waits with it, so that a receiver that lets us wait
costs the workers one attempt a pause, however many calls its line has.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.outbox import TaskContext, task
from coworking.kit.outgoing_webhooks import NotDelivered, WebhookSender
from telephony.forwarding.member_webhooks.models import MemberWebhook, WebhookDelivery
from telephony.forwarding.member_webhooks.webhook_notices import tell_switched_off
from telephony.forwarding.models import Call

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=6)
GROWTH = 4
MOST_ATTEMPTS = 12
"""Of one event, while others are taken."""
SWITCHED_OFF_AFTER = timedelta(days=3)


@task("member-webhooks.deliver")
def deliver(context: TaskContext, delivery_id: int) -> None:
    """Send one event, unless it is over or its webhook rests or is gone. After a crash between the answer and the
    commit the same event goes out again, with the same id."""
    session, now = context.session, context.clock.now()
    delivery = session.get(WebhookDelivery, delivery_id)
    if delivery is None or delivery.state != "waiting":
        return
    webhook = session.get_one(MemberWebhook, delivery.webhook_id)
    if webhook.rests_until is not None and webhook.rests_until > now:
        _again(session, delivery, webhook.rests_until, now)
        return
    if delivery.kind == "call.missed" and not _is_still_missed(session, delivery):
        session.delete(delivery)
        return
    failure = None
    try:
        answer = str(
            context.resource(WebhookSender).post(
                webhook.url, delivery.body.encode(), secret=webhook.secret, at=now
            )
        )
    except NotDelivered as refusal:
        answer = failure = refusal.reason
    # Held only from here on: nobody waits for a stranger's answer.
    held = session.get(MemberWebhook, webhook.id, with_for_update={"key_share": True})
    if held is None:
        return
    delivery.attempts += 1
    delivery.last_answer = answer.removeprefix("status-")
    if failure is None:
        delivery.state, delivery.ended_at = "delivered", now
        held.failures, held.failing_since, held.rests_until = 0, None, None
    else:
        _failed(session, held, delivery, now)


def _failed(session: Session, webhook: MemberWebhook, delivery: WebhookDelivery, now: datetime) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.rests_until = now + pause_after(webhook.failures)
    if now - webhook.failing_since >= SWITCHED_OFF_AFTER:
        _switch_off(session, webhook, now)
    elif delivery.attempts >= MOST_ATTEMPTS:
        delivery.state, delivery.ended_at = "failed", now
    else:
        _again(session, delivery, webhook.rests_until, now)


def pause_after(failures: int) -> timedelta:
    """How long a webhook rests after so many failures in a row, at least one."""
    if failures > 10:
        return LONGEST_PAUSE
    grown: timedelta = FIRST_PAUSE * GROWTH ** (failures - 1)
    return min(grown, LONGEST_PAUSE)


def _switch_off(session: Session, webhook: MemberWebhook, now: datetime) -> None:
    if webhook.switched_off_at is not None:
        return
    webhook.switched_off_at = now
    session.flush()
    session.execute(
        update(WebhookDelivery)
        .where(WebhookDelivery.webhook_id == webhook.id, WebhookDelivery.state == "waiting")
        .values(state="failed", ended_at=now)
    )
    record(
        session,
        operator_id=webhook.operator_id,
        at=now,
        actor="task",
        action="webhook.switched-off",
        subject=f"line:{webhook.line_id}",
        details={"failures": webhook.failures},
        channel="task",
    )
    tell_switched_off(session, webhook, SWITCHED_OFF_AFTER.days, now)


def _again(session: Session, delivery: WebhookDelivery, at: datetime, now: datetime) -> None:
    deliver.enqueue(session, operator_id=delivery.operator_id, now=now, due_at=at, delivery_id=delivery.id)


def _is_still_missed(session: Session, delivery: WebhookDelivery) -> bool:
    """Whether neither a message nor an answer was told since: events come in any order."""
    left = exists().where(
        WebhookDelivery.webhook_id == delivery.webhook_id,
        WebhookDelivery.call_sid == delivery.call_sid,
        WebhookDelivery.kind == "voicemail.left",
    )
    if session.scalar(select(left)):
        return False
    return session.scalar(select(Call.outcome).where(Call.carrier_sid == delivery.call_sid)) != "answered"
