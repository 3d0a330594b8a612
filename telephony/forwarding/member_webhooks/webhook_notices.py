"""What a member is written about their webhook. The texts stand in the folder `notices`."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from coworking.kit.errors import Language
from coworking.kit.notices import notify, register_templates
from coworking.kit.outgoing_webhooks import read_url
from coworking.kit.phone import from_e164
from coworking.membership import facts
from telephony.forwarding.member_webhooks.models import MemberWebhook
from telephony.numbers import get_line

PACKAGE = "telephony.forwarding.member_webhooks"


def read_texts() -> None:
    """Read the templates, once at the start."""
    register_templates(PACKAGE)


def tell_switched_off(session: Session, webhook: MemberWebhook, days: int, now: datetime) -> None:
    """Of the address the host alone is written: what follows it may be a secret."""
    member = facts(session, webhook.member_id)
    to = read_url(webhook.url)
    notify(
        session,
        operator_id=webhook.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind="webhook-switched-off",
        language=cast("Language", member.language),
        member=member.name,
        number=from_e164(get_line(session, webhook.line_id).number).national,
        host=to.host if to else "",
        days=days,
    )
