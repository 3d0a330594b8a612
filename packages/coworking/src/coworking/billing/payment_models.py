"""How members pay, and what came in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class PaymentMethod(Base):
    """The way to pay that a member has chosen, or the office for them; without a row it is the plan's first."""

    __tablename__ = "payment_methods"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    means: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    chosen_at: Mapped[datetime] = mapped_column(Instant)
    chosen_by: Mapped[str] = mapped_column(Text)


class Payment(Base):
    """Money that came in (or, negative, went back), in whole yen. Never edited: a wrong one is reversed by another row.
    `key` says what it is (`card:…`, `deposit:…`, `counter:…`), so that recording it again changes nothing."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("operator_id", "key"),
        CheckConstraint("amount <> 0", name="amount"),
        Index("ix_payments_member_id", "operator_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    key: Mapped[str] = mapped_column(Text)
    means: Mapped[str] = mapped_column(Text)
    brand: Mapped[str | None] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    received_on: Mapped[date] = mapped_column(Date)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"), unique=True)


class Allocation(Base):
    """What of a payment pays which invoice. Never edited; undone by a row of the opposite amount."""

    __tablename__ = "allocations"
    __table_args__ = (
        Index("ix_allocations_payment_id", "payment_id"),
        Index("ix_allocations_invoice_id", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    allocated_at: Mapped[datetime] = mapped_column(Instant)
