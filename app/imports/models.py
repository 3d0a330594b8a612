"""Which rows of an operator's files have been taken over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant

KINDS = ("members", "contracts", "open-items", "deposits")


class ImportedRow(Base):
    """`reference` is the row's name in the operator's files, by which it is known again; `digest` (SHA-256) tells
    whether it says the same. `member_id` is the member that it made, or is about."""

    __tablename__ = "imported_rows"
    __table_args__ = (
        UniqueConstraint("operator_id", "kind", "reference"),
        CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
        Index("ix_imported_rows_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    kind: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    imported_at: Mapped[datetime] = mapped_column(Instant)
    imported_by: Mapped[str] = mapped_column(Text)
