"""What a member has agreed to over time: plans, options, pauses. Days are local dates; `ends_on` is the last day,
inclusive, None while no end is known."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

_WHOSE = text("int8range(member_id, member_id, '[]')")
_WHEN = text("daterange(starts_on, ends_on, '[]')")


class PlanTerm(Base):
    """A member is on one plan at a time. The first term begins when the membership does."""

    __tablename__ = "plan_terms"
    __table_args__ = (
        ExcludeConstraint((_WHOSE, "&&"), (_WHEN, "&&"), name="ex_plan_terms_one_at_a_time", using="gist"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    plan: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(Instant)


class OptionTerm(Base):
    """An option that a member has, or had. What a member may have several of has several rows."""

    __tablename__ = "option_terms"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="days"),
        Index("ix_option_terms_member_id", "member_id", "option"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    option: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(Instant)


class Pause(Base):
    """Months without use and dues. `ends_on` is the last day of the pause as it was asked for, or the day before the
    member came back; `asked_back_at` is when the operator asked whether the member comes back."""

    __tablename__ = "pauses"
    __table_args__ = (
        ExcludeConstraint((_WHOSE, "&&"), (_WHEN, "&&"), name="ex_pauses_one_at_a_time", using="gist"),
        CheckConstraint("ends_on >= starts_on", name="days"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    return_told_at: Mapped[datetime | None] = mapped_column(Instant)
    asked_back_at: Mapped[datetime | None] = mapped_column(Instant)
