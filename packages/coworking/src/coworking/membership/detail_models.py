"""Whom a member's invoices go to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Instant


class InvoiceAddresseeRow(Base):
    """Named by the member; without a row the representative, or the person, is the addressee."""

    __tablename__ = "invoice_addressees"
    __table_args__ = (CheckConstraint("language IN ('ja', 'en')", name="language"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    name: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime] = mapped_column(Instant)
    set_by: Mapped[str] = mapped_column(Text)
