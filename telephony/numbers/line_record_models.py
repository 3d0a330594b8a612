"""What is on record about lines: suspensions, halts of the whole service, prohibited acts, evidence of a base."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from telephony.numbers.models import one_of

HALT_KINDS = ("interruption", "restriction")
EVIDENCE_KINDS = ("company-register", "resident-record", "lease", "utility-bill", "other")


class ProhibitedAct(Base):
    """A prohibited act as staff recorded it (NEX-27)."""

    __tablename__ = "prohibited_acts"
    __table_args__ = (Index("ix_prohibited_acts_line_id", "line_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    kind: Mapped[str] = mapped_column(Text)
    happened_on: Mapped[date] = mapped_column(Date)
    evidence: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class LineSuspension(Base):
    """A line was suspended in [suspended_at, lifted_at), for a reason of the profile (NEX-19)."""

    __tablename__ = "line_suspensions"
    __table_args__ = (
        CheckConstraint("lifted_at >= suspended_at", name="period"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("uq_line_suspensions_open", "line_id", unique=True, postgresql_where="lifted_at IS NULL"),
        Index("ix_line_suspensions_line_id", "line_id"),
        Index("ix_line_suspensions_prohibited_act_id", "prohibited_act_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    reason: Mapped[str] = mapped_column(Text)
    prohibited_act_id: Mapped[int | None] = mapped_column(ForeignKey("prohibited_acts.id"))
    suspended_at: Mapped[datetime] = mapped_column(Instant)
    suspended_by: Mapped[str] = mapped_column(Text)
    lifted_at: Mapped[datetime | None] = mapped_column(Instant)
    lifted_by: Mapped[str | None] = mapped_column(Text)


class ServiceHalt(Base):
    """The service was interrupted, or restricted to priority lines, in [started_at, ended_at) (NEX-20). The reason is
    kept with the words that members were told."""

    __tablename__ = "service_halts"
    __table_args__ = (
        CheckConstraint(one_of("kind", HALT_KINDS), name="kind"),
        CheckConstraint("ended_at >= started_at", name="period"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("(kind = 'interruption') = (reason IS NOT NULL)", name="reason"),
        Index("ix_service_halts_open", "operator_id", postgresql_where="ended_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    covers_all: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)
    reason_ja: Mapped[str | None] = mapped_column(Text)
    reason_en: Mapped[str | None] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    started_by: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text)


class HaltedLine(Base):
    """A line that a halt of some lines covers."""

    __tablename__ = "halted_lines"
    __table_args__ = (Index("ix_halted_lines_line_id", "line_id"),)

    halt_id: Mapped[int] = mapped_column(ForeignKey("service_halts.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))


class ZoneEvidence(Base):
    """That a member has a base of its own in a number area: where, shown by what, who checked it. `valid_until` is the
    last day, inclusive."""

    __tablename__ = "zone_evidence"
    __table_args__ = (
        CheckConstraint(one_of("kind", EVIDENCE_KINDS), name="kind"),
        Index("ix_zone_evidence_member_id", "member_id", "area_code", "valid_until"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    area_code: Mapped[str] = mapped_column(Text)
    base_address: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime] = mapped_column(Instant)
    checked_by: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[date] = mapped_column(Date)
