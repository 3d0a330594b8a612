"""What the house lends to members free of charge, beside the places themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class LentThing(Base):
    """`thing` is one of the profile's. Out while `returned_at` is None."""

    __tablename__ = "lent_things"
    __table_args__ = (
        CheckConstraint("returned_at >= lent_at", name="times"),
        CheckConstraint("(returned_at IS NULL) = (returned_by IS NULL)", name="returned"),
        Index("ix_lent_things_member_id", "operator_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    thing: Mapped[str] = mapped_column(Text)
    lent_at: Mapped[datetime] = mapped_column(Instant)
    lent_by: Mapped[str] = mapped_column(Text)
    returned_at: Mapped[datetime | None] = mapped_column(Instant)
    returned_by: Mapped[str | None] = mapped_column(Text)
