"""Caps that were neared or reached, those that members set themselves, and what counts for the whole system's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount
from telephony.metering import CAPPED


class CapEvent(Base):
    """That a cap was neared (`warning`) or reached. `subject` is `line:7`, `member:3`, `operator:1` or `system`;
    `period` is the day, month or moment that it is counted in, so that each is entered once. A reached one bars its
    subject in [since, until) unless it was lifted; one of the system bars the operator that it is entered for, and
    each operator has its own."""

    __tablename__ = "cap_events"
    __table_args__ = (
        UniqueConstraint("operator_id", "subject", "what", "level", "period"),
        CheckConstraint("level IN ('warning', 'reached')", name="level"),
        CheckConstraint(f"what IN {CAPPED}", name="what"),
        Index("ix_cap_events_barring", "subject", postgresql_where="level = 'reached' AND lifted_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    subject: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    period: Mapped[str] = mapped_column(Text)
    cap: Mapped[Decimal] = mapped_column(YenAmount)
    counted: Mapped[Decimal] = mapped_column(YenAmount)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(Text)


class MemberCap(Base):
    """What a member lets calls of a month cost at most, by their own wish."""

    __tablename__ = "member_caps"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    yen_per_month: Mapped[Decimal] = mapped_column(YenAmount)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)


class OperatorUsage(Base):
    """What an operator had used by `counted_at` of the caps of the whole system: calls that went on, and seconds and
    yen of its local day `counted_on`. Kept only while the system has caps."""

    __tablename__ = "operator_usages"

    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operators.id"), primary_key=True, autoincrement=False
    )
    counted_on: Mapped[date] = mapped_column(Date)
    concurrent_calls: Mapped[int] = mapped_column(Integer)
    seconds: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    counted_at: Mapped[datetime] = mapped_column(Instant)
