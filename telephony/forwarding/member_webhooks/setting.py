"""Setting a line's webhook, its secret, and taking it away."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.outgoing_webhooks import read_url
from telephony.forwarding.member_webhooks.errors import WebhookUrlNotAllowed
from telephony.forwarding.member_webhooks.models import MemberWebhook, WebhookDelivery
from telephony.numbers import Line

SECRET_PREFIX = "whs_"  # noqa: S105 - how a secret begins
SECRET_BYTES = 32


def webhook_of(session: Session, line: Line, *, hold: bool = False) -> MemberWebhook:
    """The line's webhook. `hold` keeps others from changing it, not from adding deliveries. Raises `NotFound`."""
    statement = select(MemberWebhook).where(MemberWebhook.line_id == line.id)
    webhook = session.scalar(statement.with_for_update(key_share=True) if hold else statement)
    if webhook is None:
        raise NotFound
    return webhook


def set_webhook(
    session: Session, line: Line, url: str, *, actor: str, now: datetime
) -> tuple[MemberWebhook, bool]:
    """Tell of the line's calls at this address from now on, also after it was switched off; the second is whether the
    webhook is new, and its secret with it. What waits goes to the new address. Raises `WebhookUrlNotAllowed`."""
    to = read_url(url)
    if to is None:
        raise WebhookUrlNotAllowed
    _one_at_a_time(session, line)
    webhook = session.scalar(
        select(MemberWebhook).where(MemberWebhook.line_id == line.id).with_for_update(key_share=True)
    )
    is_new = webhook is None
    if webhook is None:
        webhook = MemberWebhook(
            operator_id=line.operator_id, line_id=line.id, member_id=line.member_id, secret=_new_secret()
        )
        session.add(webhook)
    webhook.url, webhook.set_at = url, now
    webhook.failures, webhook.failing_since = 0, None
    webhook.rests_until = webhook.switched_off_at = None
    session.flush()
    _record(session, line, "webhook.set", {"host": to.host}, actor, now)
    return webhook, is_new


def renew_secret(session: Session, line: Line, *, actor: str, now: datetime) -> MemberWebhook:
    """A new secret; everything that is sent from here on is signed with it. Raises `NotFound`."""
    webhook = webhook_of(session, line, hold=True)
    webhook.secret = _new_secret()
    _record(session, line, "webhook.secret-renewed", {}, actor, now)
    return webhook


def remove_webhook(session: Session, line: Line, *, actor: str, now: datetime) -> None:
    """Take the webhook away, with all that was sent to it; where there is none, nothing changes."""
    _one_at_a_time(session, line)
    webhook_id = session.scalar(
        select(MemberWebhook.id).where(MemberWebhook.line_id == line.id).with_for_update()
    )
    if webhook_id is None:
        return
    session.execute(delete(WebhookDelivery).where(WebhookDelivery.webhook_id == webhook_id))
    session.execute(delete(MemberWebhook).where(MemberWebhook.id == webhook_id))
    _record(session, line, "webhook.removed", {}, actor, now)


def list_deliveries(
    session: Session, webhook: MemberWebhook, *, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[WebhookDelivery]:
    statement = listing.part(select(WebhookDelivery), WebhookDelivery.id, after_id, limit).where(
        WebhookDelivery.webhook_id == webhook.id
    )
    return session.scalars(statement).all()


def _new_secret() -> str:
    return SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def _one_at_a_time(session: Session, line: Line) -> None:
    """Of two who set the first webhook of a line at once, the second changes that of the first."""
    key = func.hashtextextended(f"webhook:{line.id}", 0)
    session.execute(select(func.pg_advisory_xact_lock(key)))


def _record(
    session: Session, line: Line, action: str, details: dict[str, object], actor: str, now: datetime
) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        details=details,
    )
