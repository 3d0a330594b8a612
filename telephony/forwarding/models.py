"""Live calls: where they go, what the carrier told of them, what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

OUTCOMES = ("answered", "no-answer", "busy", "failed", "refused", "announcement", "voicemail")


class ForwardingSetting(Base):
    __tablename__ = "forwarding_settings"
    __table_args__ = (
        CheckConstraint("strategy IN ('in-turn', 'at-once')", name="strategy"),
        CheckConstraint("withheld IN ('forward', 'announcement')", name="withheld"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    is_on: Mapped[bool] = mapped_column(Boolean)
    strategy: Mapped[str] = mapped_column(Text)
    press_one: Mapped[bool] = mapped_column(Boolean)
    withheld: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Destination(Base):
    """Where a line's calls go; `position` from 1 in the order in which they ring."""

    __tablename__ = "destinations"
    __table_args__ = (
        UniqueConstraint("line_id", "position"),
        UniqueConstraint("line_id", "number"),
        CheckConstraint("position > 0", name="position"),
        CheckConstraint("ring_seconds > 0", name="ring_seconds"),
        Index("ix_destinations_number", "number"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[str] = mapped_column(Text)
    ring_seconds: Mapped[int] = mapped_column(SmallInteger)


class RoutingCard(Base):
    """All that a call to a number needs, in one row: what the voice webhook reads. Rewritten in the transaction of
    every change that touches it; `version` counts the rewrites."""

    __tablename__ = "routing_cards"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    version: Mapped[int] = mapped_column(Integer)
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class CarrierEvent(Base):
    """What the carrier told, as it told it. Append-only but for the marks that it was handled, or parked because
    handling failed; the table is its own queue. The operator is the one whose carrier account signed it. `context` is
    what our own callback address carried or what the webhook decided."""

    __tablename__ = "carrier_events"
    __table_args__ = (
        UniqueConstraint("provider", "resource_id", "event", "sequence"),
        Index("ix_carrier_events_call_sid", "call_sid"),
        Index(
            "ix_carrier_events_unhandled",
            "operator_id",
            "id",
            postgresql_where="handled_at IS NULL AND parked_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    provider: Mapped[str] = mapped_column(Text)
    resource_id: Mapped[str] = mapped_column(Text)
    call_sid: Mapped[str] = mapped_column(Text)
    event: Mapped[str] = mapped_column(Text)
    sequence: Mapped[int] = mapped_column(Integer)
    form: Mapped[dict[str, Any]] = mapped_column(JSONB)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB)
    received_at: Mapped[datetime] = mapped_column(Instant)
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    parked_at: Mapped[datetime | None] = mapped_column(Instant)


class RefusedWebhook(Base):
    """Webhooks that were not believed, counted by minute, sender and reason so that a flood stays small (R02)."""

    __tablename__ = "refused_webhooks"
    __table_args__ = (UniqueConstraint("minute", "remote_address", "path", "reason"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant)
    remote_address: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    times: Mapped[int] = mapped_column(Integer)


class Call(Base):
    """One call, as its events tell it. `outcome` stands when the call has ended. A call to a number that is not lent
    has no line and no member."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out', 'control', 'reception')", name="direction"),
        CheckConstraint("status IN ('ringing', 'in-progress', 'ended')", name="status"),
        CheckConstraint(f"outcome IN ({', '.join(repr(outcome) for outcome in OUTCOMES)})", name="outcome"),
        Index("ix_calls_started_at", "operator_id", "started_at", "id"),
        Index("ix_calls_line_id", "line_id", "started_at"),
        Index("ix_calls_member_id", "member_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    carrier_sid: Mapped[str] = mapped_column(Text, unique=True)
    direction: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    from_number: Mapped[str | None] = mapped_column(Text)
    to_number: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
