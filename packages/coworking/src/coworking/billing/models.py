"""Charges: what a member owes for one thing, posted once."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount


class Charge(Base):
    """Never edited, never deleted (the database refuses it): a wrong one is reversed by another row.

    `key` says what it is for (`call:…`), so that posting again converges; `revision` counts the rows of a key from 1.
    Dates are the operator's local dates, `service_month` reads `2026-06`.
    """

    __tablename__ = "charges"
    __table_args__ = (
        UniqueConstraint("operator_id", "key", "revision"),
        CheckConstraint("tax_mode IN ('excluded', 'included', 'outside')", name="tax_mode"),
        CheckConstraint("service_month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'", name="service_month"),
        Index("ix_charges_member_month", "operator_id", "member_id", "service_month", "id"),
        Index("ix_charges_month", "operator_id", "service_month", "what"),
        Index("ix_charges_service_on", "operator_id", "service_on", "id"),
        Index("ix_charges_amount", "operator_id", "amount", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    profile_version_id: Mapped[int] = mapped_column(ForeignKey("profile_versions.id"))
    key: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(Text)
    quantity: Mapped[int] = mapped_column(Integer)
    unit_price: Mapped[Decimal] = mapped_column(YenAmount)
    amount: Mapped[Decimal] = mapped_column(YenAmount)
    tax_mode: Mapped[str] = mapped_column(Text)
    service_month: Mapped[str] = mapped_column(Text)
    service_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    posted_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[dict[str, Any]] = mapped_column(JSONB)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("charges.id"), unique=True)
