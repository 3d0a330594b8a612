"""What was done about invoices that were not paid in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class ArrearsStep(Base):
    """A step that an invoice came to, once each. A suspension's row goes when the debt is settled."""

    __tablename__ = "arrears_steps"
    __table_args__ = (
        UniqueConstraint("invoice_id", "step"),
        CheckConstraint("step IN ('reminder', 'suspension', 'forced-end')", name="step"),
        Index("ix_arrears_steps_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoices.id"))
    step: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(Instant)
