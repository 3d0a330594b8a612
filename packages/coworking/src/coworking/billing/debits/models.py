"""Mandates to debit members' bank accounts, and the batches in which a bank is asked to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount
from coworking.kit.sealing import SEALED_COLUMNS, SealedColumn


class DebitMandate(Base):
    """A member lets the operator debit an account. Another account is another mandate. Names are in the banks' kana;
    `account_kind` is 1 for an ordinary account, 2 for a current one."""

    __tablename__ = "debit_mandates"
    __table_args__ = (
        CheckConstraint("state IN ('applied', 'active', 'refused', 'ended')", name="state"),
        CheckConstraint("account_kind IN (1, 2)", name="account_kind"),
        CheckConstraint("bank_code ~ '^[0-9]{4}$' AND branch_code ~ '^[0-9]{3}$'", name="codes"),
        CheckConstraint("(state IN ('refused', 'ended')) = (reason IS NOT NULL)", name="reason"),
        Index(
            "uq_debit_mandates_live",
            "member_id",
            "state",
            unique=True,
            postgresql_where="state IN ('applied', 'active')",
        ),
        Index("ix_debit_mandates_state", "operator_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    bank_code: Mapped[str] = mapped_column(Text)
    bank_name: Mapped[str] = mapped_column(Text)
    branch_code: Mapped[str] = mapped_column(Text)
    branch_name: Mapped[str] = mapped_column(Text)
    account_kind: Mapped[int] = mapped_column(SmallInteger)
    sealed_number: Mapped[bytes] = mapped_column(LargeBinary)
    holder: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    signed_on: Mapped[date] = mapped_column(Date)
    """The date on the paper."""
    registered_at: Mapped[datetime] = mapped_column(Instant)
    registered_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    """When it came to its present state."""
    reason: Mapped[str | None] = mapped_column(Text)


def place_of_number(mandate: DebitMandate) -> str:
    """Where its account number is sealed."""
    return f"debit_mandates:{mandate.id}:number"


SEALED_COLUMNS.append(SealedColumn(DebitMandate.sealed_number, DebitMandate.id, place_of_number))


class DebitBatch(Base):
    """One file for one debit date. `collector` is the operator as its bank knows it, as it was when the file was
    written."""

    __tablename__ = "debit_batches"
    __table_args__ = (
        CheckConstraint("state IN ('written', 'settled', 'cancelled')", name="state"),
        CheckConstraint("(state = 'settled') = (results_at IS NOT NULL)", name="results"),
        CheckConstraint(
            "state <> 'settled' OR (paid_count + failed_count = count AND paid_amount + failed_amount = amount)",
            name="totals",
        ),
        Index("ix_debit_batches_debit_on", "operator_id", "debit_on"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    debit_on: Mapped[date] = mapped_column(Date)
    collector: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text)
    count: Mapped[int] = mapped_column(Integer)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    paid_count: Mapped[int] = mapped_column(Integer, default=0)
    paid_amount: Mapped[Decimal] = mapped_column(YenAmount, default=Decimal(0))
    failed_count: Mapped[int] = mapped_column(Integer, default=0)
    failed_amount: Mapped[Decimal] = mapped_column(YenAmount, default=Decimal(0))
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Text)
    results_at: Mapped[datetime | None] = mapped_column(Instant)
    results_by: Mapped[str | None] = mapped_column(Text)


class DebitRow(Base):
    """What a batch asks for one invoice. Its id is the customer number in the bank's files. `settled_at`: the result
    was acted on; until then the invoice is in no other batch."""

    __tablename__ = "debit_rows"
    __table_args__ = (
        UniqueConstraint("payment_id"),
        CheckConstraint("state IN ('asked', 'paid', 'failed', 'cancelled')", name="state"),
        CheckConstraint("(state IN ('paid', 'failed')) = (result IS NOT NULL)", name="result"),
        CheckConstraint("payment_id IS NULL OR state = 'paid'", name="payment"),
        CheckConstraint("settled_at IS NULL OR state IN ('paid', 'failed')", name="settled"),
        CheckConstraint("amount > 0", name="amount"),
        Index(
            "uq_debit_rows_live",
            "invoice_id",
            unique=True,
            postgresql_where="settled_at IS NULL AND state <> 'cancelled'",
        ),
        Index("ix_debit_rows_batch_id", "batch_id", "id"),
        Index("ix_debit_rows_invoice_id", "invoice_id"),
        Index("ix_debit_rows_mandate_id", "mandate_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("debit_batches.id"))
    mandate_id: Mapped[int] = mapped_column(ForeignKey("debit_mandates.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    is_first: Mapped[bool]
    """The mandate's first debit."""
    state: Mapped[str] = mapped_column(Text)
    result: Mapped[str | None] = mapped_column(Text)
    """The bank's code."""
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payments.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
