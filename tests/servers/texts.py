"""The scenes of text messages, at a carrier that takes them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.outbox import Resources
from telephony.carrier import Carriers
from telephony.forwarding.control.models import TextMessage
from telephony.forwarding.control.retention import forget
from telephony.forwarding.control.texts import write_text
from tests.factories.membership import NOW
from tests.telephony.forwarding.control.text_carrier import SENT, TextCarrier


def queue_text(resources: Resources, session: Session, operator_id: int) -> None:
    resources[Carriers][operator_id] = TextCarrier([SENT])  # type: ignore[assignment]  # what a text message needs
    write_text(
        session,
        operator_id=operator_id,
        from_number="+81454110001",
        to_number="+819011112222",
        body="転送を開始しました。",
        most_a_day=1,
        now=NOW,
    )


def text_is_sent(session: Session) -> bool:
    return session.scalars(select(TextMessage.carrier_sid)).one() == SENT.sms_id


def queue_forget(session: Session, operator_id: int) -> None:
    long_ago = NOW - timedelta(days=365)
    session.add(
        TextMessage(
            operator_id=operator_id,
            from_number="+81454110001",
            to_number="+819011112222",
            body="転送を開始しました。",
            created_at=long_ago,
            sent_at=long_ago,
        )
    )
    forget.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    return not session.scalars(select(TextMessage.id)).all()
