"""Deposits as a bank told them, and under which names members pay."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class DepositFile(Base):
    """A bank's file that was read. `digest` (SHA-256) knows it again; `entered` of its deposits were new."""

    __tablename__ = "deposit_files"
    __table_args__ = (UniqueConstraint("operator_id", "digest"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    deposits: Mapped[int] = mapped_column(Integer)
    entered: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    """Of what was new."""
    read_at: Mapped[datetime] = mapped_column(Instant)
    read_by: Mapped[str] = mapped_column(Text)


class Deposit(Base):
    """Money that came in on a local date. It stays unmatched until it is somebody's payment, or staff said that it is
    none. `assignments` counts how often it was given to a member: each has a payment of its own."""

    __tablename__ = "deposits"
    __table_args__ = (
        UniqueConstraint("operator_id", "received_on", "amount", "payer", "reference"),
        UniqueConstraint("payment_id"),
        CheckConstraint("status IN ('unmatched', 'assigned', 'ignored')", name="status"),
        CheckConstraint("(status = 'assigned') = (payment_id IS NOT NULL)", name="payment"),
        CheckConstraint("(status = 'assigned') = (member_id IS NOT NULL)", name="member"),
        CheckConstraint("(status = 'ignored') = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("amount > 0", name="amount"),
        Index("ix_deposits_status", "operator_id", "status", "id"),
        Index("ix_deposits_file_id", "file_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("deposit_files.id"))
    received_on: Mapped[date] = mapped_column(Date)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    payer: Mapped[str] = mapped_column(Text)
    """As the bank wrote it."""
    payer_key: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    assignments: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str | None] = mapped_column(Text)
    """Why it is nobody's payment."""
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)


class PayerName(Base):
    """Another name under which a member pays, learned from what staff assigned."""

    __tablename__ = "payer_names"
    __table_args__ = (
        UniqueConstraint("member_id", "payer_key"),
        Index("ix_payer_names_payer_key", "operator_id", "payer_key"),
        Index("ix_payer_names_deposit_id", "deposit_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    payer_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    deposit_id: Mapped[int] = mapped_column(ForeignKey("deposits.id"))
    learned_at: Mapped[datetime] = mapped_column(Instant)
    learned_by: Mapped[str] = mapped_column(Text)
