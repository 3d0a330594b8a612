"""From when this system charges a member; what staff charged and recorded beside the dues; uses that were paid for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class FirstChargedMonth(Base):
    """Months before `month` (its 1st) were settled elsewhere. Without a row a member is charged from the start."""

    __tablename__ = "first_charged_months"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    month: Mapped[date] = mapped_column(Date)


class FeeRecord(Base):
    """Why a fee was charged: its charge stands under `member:<id>:fee:<id of this>`. `note` is for staff."""

    __tablename__ = "fee_records"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_fee_records_member_id", "operator_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    what: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    service_on: Mapped[date] = mapped_column(Date)
    note: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class Use(Base):
    """A use that is paid as it comes: its charge stands under `member:<id>:use:<id of this>`. Of time in
    [starts_at, ends_at), or of `quantity` things at `starts_at`. `counted_on` is the local day of its start;
    `free_minutes` of it were in the plan. `occasion` is a reference to what it belongs to, such as `reservation:7`. It
    is of `guests` other people, if there are any, otherwise of the member. `paid_ahead`: the registered card paid for
    it when it was recorded."""

    __tablename__ = "uses"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="period"),
        CheckConstraint("quantity >= 0 AND free_minutes >= 0", name="counts"),
        CheckConstraint("guests >= 0", name="guests"),
        Index("ix_uses_member_id", "operator_id", "member_id", "counted_on"),
        Index("ix_uses_occasion", "operator_id", "occasion", postgresql_where="occasion IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    purpose: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    counted_on: Mapped[date] = mapped_column(Date)
    quantity: Mapped[int] = mapped_column(Integer)
    free_minutes: Mapped[int] = mapped_column(Integer, default=0)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    occasion: Mapped[str | None] = mapped_column(Text)
    guests: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    paid_ahead: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)


class UseTakenBack(Base):
    """A use that does not count any more; its charge is reversed."""

    __tablename__ = "uses_taken_back"

    use_id: Mapped[int] = mapped_column(ForeignKey("uses.id"), primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    reason: Mapped[str] = mapped_column(Text)
    taken_back_at: Mapped[datetime] = mapped_column(Instant)
    taken_back_by: Mapped[str] = mapped_column(Text)
