"""Slips that are mailed, and money that is paid back."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class PaymentSlip(Base):
    """A slip to be mailed to a member who pays an invoice with it, from `mail_on` on (NET-09)."""

    __tablename__ = "payment_slips"
    __table_args__ = (
        UniqueConstraint("invoice_id"),
        CheckConstraint("(mailed_at IS NULL) = (mailed_by IS NULL)", name="mailed"),
        Index("ix_payment_slips_waiting", "operator_id", "id", postgresql_where="mailed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    mail_on: Mapped[date] = mapped_column(Date)
    mailed_at: Mapped[datetime | None] = mapped_column(Instant)
    mailed_by: Mapped[str | None] = mapped_column(Text)


class Refund(Base):
    """Money of one payment of an invoice that goes back. `payment_id` is the (negative) payment that says so;
    `asked`: the card provider has still to be told; by every other means staff pay it out themselves."""

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("status IN ('asked', 'done')", name="status"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_refunds_invoice_id", "invoice_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    of_payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"))
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), unique=True)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
