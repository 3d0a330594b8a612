"""Numbers looked for at the carrier, and bought from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coworking.kit.db import Base, Id, Instant
from telephony.numbers.models import one_of

SEARCH_STATES = ("asked", "found", "failed")
PURCHASE_STATES = ("asked", "approved", "bought", "refused", "unknown")


class NumberSearch(Base):
    """What the carrier had for sale under a prefix when it was asked. `numbers` is a list of objects."""

    __tablename__ = "number_searches"
    __table_args__ = (
        UniqueConstraint("operator_id", "prefix"),
        CheckConstraint(one_of("status", SEARCH_STATES), name="status"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    prefix: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    numbers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class NumberPurchase(Base):
    """Numbers that somebody of the staff wants to buy, and who else approved it."""

    __tablename__ = "number_purchases"
    __table_args__ = (
        CheckConstraint("(approved_at IS NULL) = (approved_by IS NULL)", name="approved"),
        # Four eyes: whatever the code believes, nobody approves what they asked for.
        CheckConstraint("approved_by <> asked_by", name="four_eyes"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    area_code: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_by: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)

    numbers: Mapped[list[PurchasedNumber]] = relationship(lazy="selectin", order_by="PurchasedNumber.id")


class PurchasedNumber(Base):
    """One number of a purchase. `refusal` is why the carrier did not sell it; `attempts` counts how often it was asked
    to."""

    __tablename__ = "purchased_numbers"
    __table_args__ = (
        CheckConstraint(one_of("status", PURCHASE_STATES), name="status"),
        CheckConstraint("(status = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        Index("ix_purchased_numbers_purchase_id", "purchase_id"),
        Index(
            "uq_purchased_numbers_under_way",
            "operator_id",
            "number",
            unique=True,
            postgresql_where="status IN ('asked', 'approved', 'unknown')",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    purchase_id: Mapped[int] = mapped_column(ForeignKey("number_purchases.id"))
    number: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    refusal: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    attempted_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
