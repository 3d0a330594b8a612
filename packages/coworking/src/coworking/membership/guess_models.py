"""Wrong passwords, by the name that was tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Instant


class PasswordFailure(Base):
    """Wrong passwords in a row for a sign-in name, whether an account has it or not: the answer must not tell. Only the
    name's digest is kept. Before `next_attempt_at` a password is not even looked at."""

    __tablename__ = "password_failures"
    __table_args__ = (
        CheckConstraint("failures >= 0", name="failures"),
        Index("ix_password_failures_last_at", "operator_id", "last_at"),
    )

    operator_id: Mapped[int] = mapped_column(
        ForeignKey("operators.id"), primary_key=True, autoincrement=False
    )
    name_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    last_at: Mapped[datetime] = mapped_column(Instant)
