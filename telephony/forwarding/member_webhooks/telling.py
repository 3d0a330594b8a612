"""What calls bring that were told: one delivery for each webhook, call and kind of event."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from telephony.forwarding.member_webhooks.delivering import deliver
from telephony.forwarding.member_webhooks.models import MemberWebhook, WebhookDelivery
from telephony.forwarding.member_webhooks.retention import forget_daily
from telephony.forwarding.told_calls import CallsTold, ToldCall

MISSED = frozenset({"no-answer", "busy", "failed"})
NEWS = timedelta(days=3)
"""A call that ended longer ago is no news when it is told. Shorter than deliveries are kept, by which a call that is
told again is known."""
MORE_MAY_FOLLOW = timedelta(seconds=15)
"""The end of a call may be told before the message that was left on it."""


def hear_calls(session: Session, told: CallsTold) -> None:
    """Queue what the members' webhooks are to be told. One question to the database where a call has ended, none
    otherwise."""
    ended = [call for call in told.calls if _is_news(call, told.at)]
    webhooks = (
        _webhooks(session, {call.line_id for call in ended if call.line_id is not None}) if ended else {}
    )
    rows = [
        _row(webhook, call, kind, told.at)
        for call in ended
        if (webhook := webhooks.get(call.line_id or 0)) is not None
        and webhook.member_id == call.member_id
        and _ended_at(call) >= webhook.set_at
        for kind in _kinds(call)
    ]
    if not rows:
        return
    statement = (
        insert(WebhookDelivery)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["webhook_id", "call_sid", "kind"])
        .returning(WebhookDelivery.id, WebhookDelivery.kind)
    )
    operator_id: int = session.info["operator_id"]
    for delivery_id, kind in session.execute(statement).all():
        due_at = told.at + MORE_MAY_FOLLOW if kind == "call.missed" else told.at
        deliver.enqueue(session, operator_id=operator_id, now=told.at, due_at=due_at, delivery_id=delivery_id)
    forget_daily(session, operator_id, told.at)


def _webhooks(session: Session, line_ids: set[int]) -> Mapping[int, MemberWebhook]:
    # Held, so that none is taken away before its deliveries stand.
    statement = (
        select(MemberWebhook)
        .where(MemberWebhook.line_id.in_(line_ids), MemberWebhook.switched_off_at.is_(None))
        .with_for_update(read=True, key_share=True)
    )
    return {webhook.line_id: webhook for webhook in session.scalars(statement)}


def _is_news(call: ToldCall, now: datetime) -> bool:
    return (
        call.status == "ended"
        and call.direction in ("in", "out")
        and call.line_id is not None
        and _ended_at(call) > now - NEWS
    )


def _ended_at(call: ToldCall) -> datetime:
    return call.ended_at or call.started_at


def _kinds(call: ToldCall) -> Iterator[str]:
    yield "call.ended"
    if call.direction != "in":
        return
    if call.recording_sid and call.recording_seconds:
        yield "voicemail.left"
    elif call.outcome in MISSED or call.outcome == "voicemail":
        yield "call.missed"


def _row(webhook: MemberWebhook, call: ToldCall, kind: str, now: datetime) -> dict[str, Any]:
    event_id = f"evt_{uuid.uuid4().hex}"
    return {
        "operator_id": webhook.operator_id,
        "webhook_id": webhook.id,
        "event_id": event_id,
        "kind": kind,
        "call_sid": call.call_sid,
        "body": json.dumps(_event(event_id, kind, call), ensure_ascii=False, separators=(",", ":")),
        "state": "waiting",
        "attempts": 0,
        "created_at": now,
    }


def _event(event_id: str, kind: str, call: ToldCall) -> dict[str, Any]:
    event: dict[str, Any] = {
        "id": event_id,
        "kind": kind,
        "line_id": call.line_id,
        "call": {
            "id": call.call_sid,
            "direction": call.direction,
            "outcome": call.outcome,
            "from": call.from_number,
            "to": call.to_number,
            "started_at": _written(call.started_at),
            "answered_at": _written(call.answered_at),
            "ended_at": _written(call.ended_at),
        },
    }
    if kind == "voicemail.left":
        event["voicemail"] = {"seconds": call.recording_seconds}
    return event


def _written(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
