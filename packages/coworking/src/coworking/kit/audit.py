"""The audit trail: who did what to which thing, when and from where. Append-only (the database refuses changes)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant


class AuditEntry(Base):
    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_subject", "operator_id", "subject", "id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    channel: Mapped[str] = mapped_column(Text)


def record(
    session: Session,
    *,
    operator_id: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    details: dict[str, Any] | None = None,
    channel: str = "api",
) -> None:
    """Add an entry. `actor` and `subject` are references such as `account:7` and `number:12`; `channel` is the way in
    (api, web, phone, task). Details hold what changed; no secret belongs in them."""
    session.add(
        AuditEntry(
            operator_id=operator_id,
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            details=details or {},
            channel=channel,
        )
    )
