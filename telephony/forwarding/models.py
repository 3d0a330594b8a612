"""Live calls: where they go, what the carrier told of them, what became of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount

INSTEAD = ("voicemail", "announcement", "hang-up")
OUTCOMES = ("answered", "no-answer", "busy", "failed", "refused", "announcement", "voicemail")


class ForwardingSetting(Base):
    __tablename__ = "forwarding_settings"
    __table_args__ = (
        CheckConstraint("strategy IN ('in-turn', 'at-once')", name="strategy"),
        CheckConstraint("withheld IN ('forward', 'voicemail', 'announcement')", name="withheld"),
        CheckConstraint(f"unanswered IN {INSTEAD}", name="unanswered"),
        CheckConstraint(f"when_off IN {INSTEAD}", name="when_off"),
        CheckConstraint(f"outside_hours IN {INSTEAD}", name="outside_hours"),
        CheckConstraint("shows IN ('line', 'caller')", name="shows"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    is_on: Mapped[bool] = mapped_column(Boolean)
    strategy: Mapped[str] = mapped_column(Text)
    press_one: Mapped[bool] = mapped_column(Boolean)
    withheld: Mapped[str] = mapped_column(Text)
    whisper: Mapped[bool] = mapped_column(Boolean)
    shows: Mapped[str] = mapped_column(Text)
    unanswered: Mapped[str] = mapped_column(Text)
    when_off: Mapped[str] = mapped_column(Text)
    outside_hours: Mapped[str] = mapped_column(Text)
    schedule: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
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
    label: Mapped[str | None] = mapped_column(Text)


class CallerRule(Base):
    """What happens to callers whose number begins with `prefix` (a whole number where `is_whole`), on one line."""

    __tablename__ = "caller_rules"
    __table_args__ = (
        UniqueConstraint("line_id", "prefix", "is_whole"),
        CheckConstraint("action IN ('block', 'forward', 'voicemail', 'announcement')", name="action"),
        CheckConstraint(r"prefix ~ '^\+[0-9]{2,15}$'", name="prefix"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    prefix: Mapped[str] = mapped_column(Text)
    is_whole: Mapped[bool] = mapped_column(Boolean)
    action: Mapped[str] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class RoutingCard(Base):
    """All that a call to a number needs, in one row: what the voice webhook reads. Rewritten in the transaction of
    every change that touches it; `version` counts the rewrites. A number by which members steer has no line."""

    __tablename__ = "routing_cards"
    __table_args__ = (Index("ix_routing_cards_line_id", "line_id"),)

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
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
        Index("ix_carrier_events_parked", "call_sid", postgresql_where="parked_at IS NOT NULL"),
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
    has no line and no member. From `counted_on` on it is what staff filter by, copied from the billed legs whenever
    those change: the local day that it counts for, the last four digits of every number on it."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction IN ('in', 'out', 'control', 'reception')", name="direction"),
        CheckConstraint("status IN ('ringing', 'in-progress', 'ended')", name="status"),
        CheckConstraint(f"outcome IN ({', '.join(repr(outcome) for outcome in OUTCOMES)})", name="outcome"),
        Index("ix_calls_started_at", "operator_id", "started_at", "id"),
        Index("ix_calls_counted_on", "operator_id", "counted_on"),
        Index("ix_calls_line_id", "line_id", "started_at"),
        Index("ix_calls_member_id", "member_id", "started_at"),
        Index("ix_calls_open", "started_at", postgresql_where="status <> 'ended'"),
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
    counted_on: Mapped[date | None] = mapped_column(Date)
    call_class: Mapped[str | None] = mapped_column(Text)
    billed_seconds: Mapped[int] = mapped_column(Integer, default=0)
    units: Mapped[int] = mapped_column(Integer, default=0)
    amount: Mapped[Decimal] = mapped_column(YenAmount, default=Decimal(0))
    is_held: Mapped[bool] = mapped_column(Boolean, default=False)
    endings: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
