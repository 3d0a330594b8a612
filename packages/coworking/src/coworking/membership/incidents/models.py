"""Tables of what happens at the place and goes on record."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class Breach(Base):
    """A prohibited act of a member, by one of the profile's kinds."""

    __tablename__ = "breaches"
    __table_args__ = (Index("ix_breaches_member_id", "member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class ServiceRefusal(Base):
    """That somebody was not served, and why."""

    __tablename__ = "service_refusals"
    __table_args__ = (Index("ix_service_refusals_member_id", "member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    breach_id: Mapped[int | None] = mapped_column(ForeignKey("breaches.id"))
    reason: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime] = mapped_column(Instant)
    refused_by: Mapped[str] = mapped_column(Text)


class ActivityRecord(Base):
    """What staff saw a member do at the place."""

    __tablename__ = "activity_records"
    __table_args__ = (Index("ix_activity_records_member_id", "member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    note: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class LostThing(Base):
    """A thing left behind. `kept_until` is the last day on which it may not be disposed of."""

    __tablename__ = "lost_things"
    __table_args__ = (
        CheckConstraint("handed_back_at IS NULL OR disposed_at IS NULL", name="outcome"),
        Index("ix_lost_things_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    thing: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    found_on: Mapped[date] = mapped_column(Date)
    kept_until: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    handed_back_at: Mapped[datetime | None] = mapped_column(Instant)
    disposed_at: Mapped[datetime | None] = mapped_column(Instant)
    disposal_cost: Mapped[Decimal | None] = mapped_column(YenAmount)


class Damage(Base):
    """Damage or loss that a member caused; `amount` once it is charged."""

    __tablename__ = "damages"
    __table_args__ = (
        CheckConstraint("(amount IS NULL) = (charged_at IS NULL)", name="charged"),
        CheckConstraint("amount IS NULL OR amount > 0", name="amount"),
        Index("ix_damages_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    what: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[Decimal | None] = mapped_column(YenAmount)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    reported_by: Mapped[str] = mapped_column(Text)
    charged_at: Mapped[datetime | None] = mapped_column(Instant)
    charged_by: Mapped[str | None] = mapped_column(Text)


class Inquiry(Base):
    """A question of a member and the office's answer."""

    __tablename__ = "inquiries"
    __table_args__ = (
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        Index("ix_inquiries_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    category: Mapped[str] = mapped_column(Text)
    question: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by: Mapped[str | None] = mapped_column(Text)


class FaultReport(Base):
    """A fault or an accident, as somebody reported it. `member_id` is None for staff."""

    __tablename__ = "fault_reports"
    __table_args__ = (CheckConstraint("kind IN ('fault', 'accident')", name="kind"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    reported_at: Mapped[datetime] = mapped_column(Instant)
    reported_by: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(Text)
    settled_how: Mapped[str | None] = mapped_column(Text)


class ServiceStop(Base):
    """The operator does not serve in [starts_at, ends_at); `ends_at` is None while the end is not known."""

    __tablename__ = "service_stops"
    __table_args__ = (CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="times"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    what_ja: Mapped[str] = mapped_column(Text)
    what_en: Mapped[str] = mapped_column(Text)
    reason_ja: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    logged_at: Mapped[datetime] = mapped_column(Instant)
    logged_by: Mapped[str] = mapped_column(Text)
