"""What the checks of the books found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class CheckFinding(Base):
    """Something that must not be. While one that stops invoicing is not cleared, nothing is issued (R37). `subject` is
    a reference such as `invoice:12`."""

    __tablename__ = "check_findings"
    __table_args__ = (
        Index(
            "uq_check_findings_open",
            "operator_id",
            "kind",
            "subject",
            unique=True,
            postgresql_where="cleared_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    stops_invoicing: Mapped[bool] = mapped_column()
    found_at: Mapped[datetime] = mapped_column(Instant)
    cleared_at: Mapped[datetime | None] = mapped_column(Instant)
