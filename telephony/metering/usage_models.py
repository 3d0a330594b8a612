"""What was billed of each leg, which charges are held back, and what legs cost at the carrier."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Numeric, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class BilledLeg(Base):
    """What a priced leg came to, as its call was settled last. `counted_on` is the local day of the call's charge;
    `units` are those before free ones. Of a call whose charge is held back the amount is 0."""

    __tablename__ = "billed_legs"
    __table_args__ = (
        CheckConstraint("seconds >= 0", name="seconds"),
        CheckConstraint("free_units >= 0 AND free_units <= units", name="free_units"),
        Index("ix_billed_legs_call_sid", "call_sid"),
        Index("ix_billed_legs_member", "member_id", "counted_on"),
        Index("ix_billed_legs_line", "line_id", "counted_on"),
        Index("ix_billed_legs_day", "operator_id", "counted_on"),
    )

    leg_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    call_sid: Mapped[str] = mapped_column(Text)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    line_plan: Mapped[str] = mapped_column(Text)
    call_class: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(Instant)
    counted_on: Mapped[date] = mapped_column(Date)
    seconds: Mapped[int] = mapped_column(Integer)
    units: Mapped[int] = mapped_column(Integer)
    free_units: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    is_held: Mapped[bool] = mapped_column(Boolean)


class ChargeHold(Base):
    """A charge that staff took back for good: whatever comes later, nothing is posted under its key while the hold
    stands."""

    __tablename__ = "charge_holds"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    reason: Mapped[str] = mapped_column(Text)
    held_by: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime] = mapped_column(Instant)


class CarrierPrice(Base):
    """What the carrier charges for a leg of ours, in its own currency (ISO 4217), as its record says it."""

    __tablename__ = "carrier_prices"
    __table_args__ = (Index("ix_carrier_prices_month", "operator_id", "month", "line_id"),)

    leg_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    month: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 6))
    currency: Mapped[str] = mapped_column(Text)


class Reconciliation(Base):
    """A month that is compared, or was, with the carrier's own records: a task for each of the carrier's days."""

    __tablename__ = "reconciliations"
    __table_args__ = (
        CheckConstraint("days_left >= 0 AND days_left <= days", name="days_left"),
        Index("uq_reconciliations_month", "operator_id", "month", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    month: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(Text)
    requested_at: Mapped[datetime] = mapped_column(Instant)
    days: Mapped[int] = mapped_column(Integer)
    days_left: Mapped[int] = mapped_column(Integer)
    records: Mapped[int] = mapped_column(Integer)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class ReconciliationCase(Base):
    """A leg on which our books and the carrier's differ. Closed by itself (`closed_by` is `task:…`) when the two agree
    later, or by staff with a note; what staff closed opens again only when the figures change."""

    __tablename__ = "reconciliation_cases"
    __table_args__ = (
        CheckConstraint("kind IN ('missing', 'extra', 'duration', 'price')", name="kind"),
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        Index("uq_reconciliation_cases_leg", "operator_id", "month", "leg_sid", "kind", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    month: Mapped[str] = mapped_column(Text)
    leg_sid: Mapped[str] = mapped_column(Text)
    call_sid: Mapped[str] = mapped_column(Text)
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    kind: Mapped[str] = mapped_column(Text)
    ours: Mapped[str | None] = mapped_column(Text)
    carriers: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
