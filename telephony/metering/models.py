"""The legs of calls as they were, closed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount

LEG_ROLES = ("caller", "forward", "member", "callee", "control", "reception")


class Leg(Base):
    """One leg of a call. `seconds` are answered ones: of a forwarded leg from the bridge to its end, so that neither
    ringing nor the listening before press-1 is in them. `carrier_price` comes from the carrier, later, and is no part
    of what a member pays."""

    __tablename__ = "legs"
    __table_args__ = (
        CheckConstraint(f"role IN ({', '.join(repr(role) for role in LEG_ROLES)})", name="role"),
        CheckConstraint("seconds >= 0", name="seconds"),
        Index("ix_legs_call_sid", "call_sid"),
        Index("ix_legs_started_at", "operator_id", "started_at"),
        Index("ix_legs_open", "call_sid", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    call_sid: Mapped[str] = mapped_column(Text)
    leg_sid: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    number_class: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    bridged_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    seconds: Mapped[int] = mapped_column(Integer)
    carrier_price: Mapped[Decimal | None] = mapped_column(YenAmount)
