"""Commands to locks, and what the sandbox lock remembers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class DoorCommand(Base):
    """One unlock. A decision that let somebody in has at most one; it is `sent` before the lock is asked, so that
    nobody asks twice."""

    __tablename__ = "door_commands"
    __table_args__ = (
        UniqueConstraint("event_id"),
        UniqueConstraint("key"),
        CheckConstraint(
            "state IN ('queued', 'sent', 'opened', 'refused', 'unknown', 'expired')", name="state"
        ),
        CheckConstraint("(state IN ('queued', 'expired')) = (sent_at IS NULL)", name="sent"),
        CheckConstraint("state NOT IN ('opened', 'refused') OR answered_at IS NOT NULL", name="answered"),
        Index("ix_door_commands_door", "operator_id", "door", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    door: Mapped[str] = mapped_column(Text)
    event_id: Mapped[int] = mapped_column(ForeignKey("door_events.id"))
    key: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    queued_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    looked_up: Mapped[int] = mapped_column(Integer, default=0)
    reference: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[str | None] = mapped_column(Text)


class SandboxLock(Base):
    """A lock that is nowhere: how it behaves, and when it opened last."""

    __tablename__ = "sandbox_locks"
    __table_args__ = (
        UniqueConstraint("operator_id", "door"),
        CheckConstraint("behaviour IN ('opens', 'refuses', 'silent')", name="behaviour"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    door: Mapped[str] = mapped_column(Text)
    behaviour: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_for: Mapped[str | None] = mapped_column(Text)
