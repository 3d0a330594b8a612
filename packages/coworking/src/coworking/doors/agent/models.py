"""Door computers that are known to an operator, and what they told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class DoorAgent(Base):
    """One computer. Of its token the SHA-256 is kept. `clock_off_seconds` is how far its clock was ahead of ours when
    it last sent something; `list_version` the last list that it was given."""

    __tablename__ = "door_agents"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index(
            "uq_door_agents_name", "operator_id", "name", unique=True, postgresql_where="revoked_at IS NULL"
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str] = mapped_column(Text)
    doors: Mapped[list[str]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)
    clock_off_seconds: Mapped[int | None] = mapped_column(Integer)
    list_version: Mapped[int] = mapped_column(Id, default=0)
    recorded_sequence: Mapped[int] = mapped_column(Id, default=0)
    """Up to this event everything is on record at its door."""


class AgentEvent(Base):
    """What happened at a door, told by its computer: each sequence number once, however often it is sent. `at` is by
    the computer's clock, which was `clock_off_seconds` ahead of ours when it was sent."""

    __tablename__ = "door_agent_events"
    __table_args__ = (
        UniqueConstraint("agent_id", "sequence"),
        CheckConstraint("sequence > 0", name="sequence"),
        Index("ix_door_agent_events_at", "operator_id", "at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    agent_id: Mapped[int] = mapped_column(ForeignKey("door_agents.id"))
    sequence: Mapped[int] = mapped_column(Id)
    door: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    means: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    is_allowed: Mapped[bool] = mapped_column()
    reason: Mapped[str] = mapped_column(Text)
    list_version: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Instant)
    received_at: Mapped[datetime] = mapped_column(Instant)
    clock_off_seconds: Mapped[int] = mapped_column(Integer)
