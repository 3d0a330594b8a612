"""What the operator owns and lends: numbers in stock, lines, the phones registered on them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Identity, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coworking.kit.db import Base, Id, Instant
from telephony.numbers.number_states import NUMBER_STATES

LINE_STATES = ("pending", "active", "suspended", "ending", "ended")


def one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class StockNumber(Base):
    """A number of the operator, in E.164. Quarantined in [.., quarantined_until), reserved for a member in
    [.., reserved_until). `ported_in_at` and `ports_out_at` are when it came from and goes to another carrier."""

    __tablename__ = "stock_numbers"
    __table_args__ = (
        CheckConstraint(one_of("status", NUMBER_STATES), name="status"),
        CheckConstraint(r"number ~ '^\+[0-9]{8,15}$'", name="number"),
        CheckConstraint(
            "(status = 'reserved') = (reserved_for_member_id IS NOT NULL AND reserved_until IS NOT NULL)",
            name="reserved",
        ),
        Index(
            "ix_stock_numbers_available",
            "operator_id",
            "area_code",
            "id",
            postgresql_where="status = 'available'",
        ),
        Index(
            "ix_stock_numbers_reserved_for_member_id",
            "reserved_for_member_id",
            postgresql_where="status = 'reserved'",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    number: Mapped[str] = mapped_column(Text, unique=True)
    area_code: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    carrier_sid: Mapped[str | None] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    quarantined_until: Mapped[datetime | None] = mapped_column(Instant)
    reserved_for_member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    reserved_until: Mapped[datetime | None] = mapped_column(Instant)
    ported_in_at: Mapped[datetime | None] = mapped_column(Instant)
    ports_out_at: Mapped[datetime | None] = mapped_column(Instant)


class Line(Base):
    """A number lent to a member. Serves in [starts_at, ends_at). A priority line is served under a restriction, too.
    `number_removal_confirmed_at` is when the number was said to be off web pages and papers (NEX-22)."""

    __tablename__ = "lines"
    __table_args__ = (
        CheckConstraint(one_of("status", LINE_STATES), name="status"),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="period"),
        # R10: whatever the code believes, a number has one live holder.
        Index(
            "uq_lines_live_number",
            "stock_number_id",
            unique=True,
            postgresql_where="status <> 'ended'",
        ),
        Index("ix_lines_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    stock_number_id: Mapped[int] = mapped_column(ForeignKey("stock_numbers.id"))
    line_plan: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    applied_at: Mapped[datetime] = mapped_column(Instant)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    base_address: Mapped[str | None] = mapped_column(Text)
    is_priority: Mapped[bool] = mapped_column(Boolean, default=False)
    number_removal_confirmed_at: Mapped[datetime | None] = mapped_column(Instant)

    stock_number: Mapped[StockNumber] = relationship(lazy="joined")
    registered_phones: Mapped[list[RegisteredPhone]] = relationship(
        lazy="selectin",
        order_by="RegisteredPhone.slot",
        primaryjoin="and_(Line.id == RegisteredPhone.line_id, RegisteredPhone.unregistered_at.is_(None))",
        viewonly=True,
    )

    @property
    def number(self) -> str:
        return self.stock_number.number


class RegisteredPhone(Base):
    """A phone that may steer the line. Slots are numbered from 1, so that the limit holds in a race too (NEX-03).
    `left_among` says of one that was taken off how many were registered until then, itself counted (NEX-15)."""

    __tablename__ = "registered_phones"
    __table_args__ = (
        CheckConstraint("slot > 0", name="slot"),
        Index(
            "uq_registered_phones_slot",
            "line_id",
            "slot",
            unique=True,
            postgresql_where="unregistered_at IS NULL",
        ),
        Index(
            "uq_registered_phones_number",
            "line_id",
            "number",
            unique=True,
            postgresql_where="unregistered_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    number: Mapped[str] = mapped_column(Text)
    slot: Mapped[int] = mapped_column(SmallInteger)
    registered_at: Mapped[datetime] = mapped_column(Instant)
    unregistered_at: Mapped[datetime | None] = mapped_column(Instant)
    left_among: Mapped[int | None] = mapped_column(SmallInteger)
