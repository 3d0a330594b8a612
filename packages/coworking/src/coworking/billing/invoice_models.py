"""Invoices and credit notes as they were issued, and the runs that made them."""

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
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class InvoiceSeries(Base):
    """The counter of an operator's series: gapless, because it is raised in the transaction that issues (R34)."""

    __tablename__ = "invoice_series"
    __table_args__ = (UniqueConstraint("operator_id", "series"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    series: Mapped[str] = mapped_column(Text)
    last_serial: Mapped[int] = mapped_column(Integer)


class BillingRun(Base):
    """The run of an operator for what falls due in a month (R11). `period` reads `2026-06`."""

    __tablename__ = "billing_runs"
    __table_args__ = (
        UniqueConstraint("operator_id", "period"),
        CheckConstraint("status IN ('open', 'issuing', 'issued')", name="status"),
        CheckConstraint("period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="period"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    period: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    issued_by: Mapped[str | None] = mapped_column(Text)


class ParkedAccount(Base):
    """A member whose invoice could not be made in a run, and why; the others go on."""

    __tablename__ = "parked_accounts"
    __table_args__ = (UniqueConstraint("run_id", "member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("billing_runs.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(Text)
    parked_at: Mapped[datetime] = mapped_column(Instant)


class Invoice(Base):
    """An issued paper. Never changed, never deleted (the database refuses it); what it is worth today stands in
    `invoice_balances`.

    Subtotal, tax and total are whole yen; `taxes` holds one row per rate: `{"rate": "0.10", "subtotal": "3000",
    "tax": "300"}`. A credit note has negative amounts and names the invoice that it corrects.
    """

    __tablename__ = "invoices"
    __table_args__ = (
        UniqueConstraint("operator_id", "number"),
        UniqueConstraint("operator_id", "series", "serial"),
        CheckConstraint("kind IN ('invoice', 'credit-note')", name="kind"),
        CheckConstraint("(kind = 'credit-note') = (credits_id IS NOT NULL)", name="credits"),
        CheckConstraint("(kind = 'credit-note') = (reason IS NOT NULL)", name="reason"),
        CheckConstraint("subtotal + tax = total", name="total"),
        CheckConstraint("tax_mode IN ('excluded', 'included', 'outside')", name="tax_mode"),
        Index("ix_invoices_member_id", "operator_id", "member_id", "id"),
        Index("ix_invoices_due_on", "operator_id", "due_on"),
        Index("ix_invoices_issued_on", "operator_id", "issued_on"),
        Index("ix_invoices_credits_id", "credits_id", postgresql_where="credits_id IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    series: Mapped[str] = mapped_column(Text)
    serial: Mapped[int] = mapped_column(Integer)
    number: Mapped[str] = mapped_column(Text)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("billing_runs.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoices.id"))
    profile_version_id: Mapped[int] = mapped_column(ForeignKey("profile_versions.id"))
    addressee: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Name, address, mail address and language as they were: `{"name", "address", "email", "language"}`."""
    issued_on: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    due_on: Mapped[date] = mapped_column(Date)
    pays_by: Mapped[str] = mapped_column(Text)
    tax_mode: Mapped[str] = mapped_column(Text)
    subtotal: Mapped[Decimal] = mapped_column(YenAmount)
    tax: Mapped[Decimal] = mapped_column(YenAmount)
    total: Mapped[Decimal] = mapped_column(YenAmount)
    taxes: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    registration_number: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    """Of a credit note: why, as staff said it."""


class InvoiceLine(Base):
    """Charges of one kind, month and price, summed. Never changed."""

    __tablename__ = "invoice_lines"
    __table_args__ = (UniqueConstraint("invoice_id", "position"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    position: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(Text)
    service_month: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Decimal | None] = mapped_column(YenAmount)
    """None where the line has no price of its own: fractions of a yen, a part that is credited."""
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    rate: Mapped[str] = mapped_column(Text)
    """The tax rate, `0.10`; `0` outside consumption tax."""


class InvoicedCharge(Base):
    """On which line a charge stands: on one at most (R10)."""

    __tablename__ = "invoiced_charges"
    __table_args__ = (Index("ix_invoiced_charges_line_id", "line_id"),)

    charge_id: Mapped[int] = mapped_column(ForeignKey("charges.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    line_id: Mapped[int] = mapped_column(ForeignKey("invoice_lines.id"))


class OpenCharge(Base):
    """A charge that stands on no invoice yet. The database enters it with its charge; issuing takes it away. It has no
    foreign keys: it is written and deleted once for every call, and says nothing that the charge does not say."""

    __tablename__ = "open_charges"
    __table_args__ = (Index("ix_open_charges_member_id", "operator_id", "member_id", "due_on"),)

    charge_id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    operator_id: Mapped[int] = mapped_column(Integer)
    member_id: Mapped[int] = mapped_column(Id)
    due_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)


class InvoiceBalance(Base):
    """What became of an invoice: the one row of it that changes. `paid` and `credited` never exceed its total."""

    __tablename__ = "invoice_balances"
    __table_args__ = (
        CheckConstraint("paid >= 0 AND credited >= 0 AND paid + credited <= total", name="within"),
        CheckConstraint("status IN ('issued', 'paid', 'part-paid', 'overdue', 'credited')", name="status"),
        Index(
            "ix_invoice_balances_open",
            "operator_id",
            "due_on",
            postgresql_where="status IN ('issued', 'part-paid', 'overdue')",
        ),
    )

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    due_on: Mapped[date] = mapped_column(Date)
    total: Mapped[Decimal] = mapped_column(YenAmount)
    paid: Mapped[Decimal] = mapped_column(YenAmount)
    credited: Mapped[Decimal] = mapped_column(YenAmount)
    status: Mapped[str] = mapped_column(Text)
    paid_on: Mapped[date | None] = mapped_column(Date)
    """The day on which the last yen of it came in."""
