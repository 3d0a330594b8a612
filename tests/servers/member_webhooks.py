"""Scenes of a member's webhook whose receiver takes everything."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import Resources
from coworking.kit.outgoing_webhooks import WebhookSender
from telephony.forwarding.member_webhooks.delivering import deliver
from telephony.forwarding.member_webhooks.models import WebhookDelivery
from telephony.forwarding.member_webhooks.retention import forget
from telephony.forwarding.member_webhooks.setting import set_webhook
from tests.factories.membership import NOW
from tests.factories.numbers import ACTOR, make_line

URL = "https://hooks.example.jp/rusuban"


class TakesAll(WebhookSender):
    def post(self, url: str, body: bytes, *, secret: str, at: datetime) -> int:
        return 204


def _delivery(session: Session, operator_id: int, *, state: str, at: datetime) -> WebhookDelivery:
    webhook, _ = set_webhook(session, make_line(session, operator_id), URL, actor=ACTOR, now=NOW)
    delivery = WebhookDelivery(
        operator_id=operator_id,
        webhook_id=webhook.id,
        event_id="evt_1",
        kind="call.ended",
        call_sid=f"CA{1:032}",
        body="{}",
        state=state,
        attempts=0,
        created_at=at,
        ended_at=None if state == "waiting" else at,
    )
    session.add(delivery)
    session.flush()
    return delivery


def queue_delivery(resources: Resources, session: Session, operator_id: int) -> None:
    resources.provide(WebhookSender, TakesAll())
    delivery = _delivery(session, operator_id, state="waiting", at=NOW)
    deliver.enqueue(session, operator_id=operator_id, now=NOW, delivery_id=delivery.id)


def is_delivered(session: Session) -> bool:
    return session.scalars(select(WebhookDelivery.state)).all() == ["delivered"]


def queue_old_delivery(session: Session, operator_id: int) -> None:
    _delivery(session, operator_id, state="failed", at=NOW - timedelta(days=365))
    forget.enqueue(session, operator_id=operator_id, now=NOW)


def is_forgotten(session: Session) -> bool:
    return not session.scalars(select(WebhookDelivery.id)).all()
