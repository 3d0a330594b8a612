"""Steering a line from outside: its PIN, what callers did, what can be undone, what was texted."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, LargeBinary, SmallInteger, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

CHANNELS = ("ivr", "sms")
STATES = ("pin", "line", "menu", "destination", "confirm", "seconds", "callee", "calling", "ended")
UNDOABLE = ("forwarding", "phone-registered", "phone-unregistered", "pin")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class LinePin(Base):
    """A line's PIN. While `locked_at` stands it opens nothing; before `next_attempt_at` it is not even looked at."""

    __tablename__ = "line_pins"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    pin_hash: Mapped[str] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    locked_at: Mapped[datetime | None] = mapped_column(Instant)
    set_at: Mapped[datetime] = mapped_column(Instant)


class ControlSession(Base):
    """A call or a text message by which somebody tried to steer a line. `carrier_sid` is the carrier's reference of it;
    `line_id` stands from the right PIN on, before it `line_ids` holds the lines that are asked about (None: those of
    the calling phone). `step` counts the answers that were taken, so that a repeated webhook is known. `outcome` is the
    word for what the last command came to. What was entered and said goes when the call has ended."""

    __tablename__ = "control_sessions"
    __table_args__ = (
        CheckConstraint(_one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(_one_of("state", STATES), name="state"),
        CheckConstraint("language IN ('ja', 'en')", name="language"),
        CheckConstraint("step >= 0 AND failures >= 0", name="counts"),
        Index("ix_control_sessions_line_id", "line_id", "id"),
        Index("ix_control_sessions_from_number", "operator_id", "from_number", "started_at"),
        Index("ix_control_sessions_started_at", "operator_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    carrier_sid: Mapped[str] = mapped_column(Text, unique=True)
    channel: Mapped[str] = mapped_column(Text)
    from_number: Mapped[str | None] = mapped_column(Text)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    line_ids: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True))
    language: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    step: Mapped[int] = mapped_column(SmallInteger)
    failures: Mapped[int] = mapped_column(SmallInteger)
    pending: Mapped[str | None] = mapped_column(Text)
    said: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class ChangeUndo(Base):
    """What a change took the place of, for who holds the token of its notice. Only the token's digest is kept. Valid in
    [offered_at, until), once."""

    __tablename__ = "change_undos"
    __table_args__ = (
        CheckConstraint(_one_of("what", UNDOABLE), name="what"),
        Index("ix_change_undos_line_id", "line_id"),
        Index("ix_change_undos_until", "operator_id", "until"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    what: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    offered_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class TextMessage(Base):
    """A text message that is to go out. `unknown_at`: the carrier was asked and did not answer, so it is asked whether
    it sent the message before it is asked again (R09)."""

    __tablename__ = "text_messages"
    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR failed_at IS NULL", name="outcome"),
        Index("ix_text_messages_to_number", "operator_id", "to_number", "created_at"),
        Index("ix_text_messages_created_at", "operator_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    from_number: Mapped[str] = mapped_column(Text)
    to_number: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    unknown_at: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    failure: Mapped[str | None] = mapped_column(Text)
    carrier_sid: Mapped[str | None] = mapped_column(Text)
