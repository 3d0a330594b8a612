"""Members' webhooks and what was sent to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

KINDS = ("call.ended", "call.missed", "voicemail.left")
STATES = ("waiting", "delivered", "failed")


class MemberWebhook(Base):
    """Where a line's member is told of its calls. `set_at` is when it was last set or switched on: calls that ended
    before are not told. `failing_since` is the first of the `failures` in a row; until `rests_until` nothing is sent.
    The secret is kept as it is, for each delivery is signed with it."""

    __tablename__ = "member_webhooks"
    __table_args__ = (
        CheckConstraint("failures >= 0 AND (failures = 0) = (failing_since IS NULL)", name="failures"),
        UniqueConstraint("line_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    rests_until: Mapped[datetime | None] = mapped_column(Instant)
    switched_off_at: Mapped[datetime | None] = mapped_column(Instant)


class WebhookDelivery(Base):
    """One event for one webhook. `last_answer` is the status that was answered, or the word for why none was."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("attempts >= 0", name="attempts"),
        UniqueConstraint("webhook_id", "call_sid", "kind"),
        Index("ix_webhook_deliveries_webhook_id", "webhook_id", "id"),
        Index("ix_webhook_deliveries_created_at", "operator_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    webhook_id: Mapped[int] = mapped_column(ForeignKey("member_webhooks.id"))
    event_id: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    call_sid: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer)
    last_answer: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
