"""Calls that somebody asked the service to make, and the desk phones that are lent with lines."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

KINDS = ("out", "reception")
STATES = ("asked", "calling", "answered", "failed", "unknown")
OPEN = "state IN ('asked', 'calling', 'unknown')"


class CallAttempt(Base):
    """A call that we ask the carrier for: first `phone` rings (E.164 or a SIP address), then `callee` (E.164), or, for
    the reception, wherever the line forwards to. `key` travels with the call; `attempted_at` is when the carrier was
    asked last, written before it was asked (R09)."""

    __tablename__ = "call_attempts"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"state IN {STATES}", name="state"),
        CheckConstraint("(kind = 'out') = (callee IS NOT NULL)", name="callee"),
        # A phone rings for one attempt at a time, whatever the code believes.
        Index("uq_call_attempts_open_phone", "operator_id", "phone", unique=True, postgresql_where=OPEN),
        Index("ix_call_attempts_asked", "operator_id", "id", postgresql_where="state = 'asked'"),
        Index("ix_call_attempts_line_id", "line_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(Text)
    callee: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    failure: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    attempted_at: Mapped[datetime | None] = mapped_column(Instant)
    times_attempted: Mapped[int] = mapped_column(SmallInteger, default=0)
    carrier_sid: Mapped[str | None] = mapped_column(Text, unique=True)


class DeskPhone(Base):
    """A SIP account that a line's desk phone registers with; one of a line at a time. Its password is kept nowhere but
    in the carrier's credential list."""

    __tablename__ = "desk_phones"
    __table_args__ = (
        CheckConstraint("username ~ '^[a-z0-9-]{4,64}$'", name="username"),
        Index("uq_desk_phones_live_line", "line_id", unique=True, postgresql_where="withdrawn_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    username: Mapped[str] = mapped_column(Text, unique=True)
    domain: Mapped[str] = mapped_column(Text)
    lent_at: Mapped[datetime] = mapped_column(Instant)
    password_shown_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def address(self) -> str:
        return f"sip:{self.username}@{self.domain}"
