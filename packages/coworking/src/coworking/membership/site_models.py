"""The place itself, beside what the profile says about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class SiteClosure(Base):
    """A place was closed in an emergency from `closed_at` until `opened_at`."""

    __tablename__ = "site_closures"
    __table_args__ = (
        CheckConstraint("opened_at >= closed_at", name="times"),
        CheckConstraint("(opened_at IS NULL) = (opened_by IS NULL)", name="opened"),
        Index("uq_site_closures_office_id", "office_id", unique=True, postgresql_where="opened_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    reason: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by: Mapped[str | None] = mapped_column(Text)
