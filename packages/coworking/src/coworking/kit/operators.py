"""The operators that one deployment serves, and every version of their profiles that was ever in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Integer, Text, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from coworking.kit.db import Base, Id, Instant


class Operator(Base):
    """The tenant. The one table that everybody may read: it holds names only."""

    __tablename__ = "operators"

    id: Mapped[int] = mapped_column(Integer, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)


class ProfileVersion(Base):
    """A profile as it was loaded: what was charged names the version that said so."""

    __tablename__ = "profile_versions"
    __table_args__ = (UniqueConstraint("operator_id", "digest"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    digest: Mapped[str] = mapped_column(Text)
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    loaded_at: Mapped[datetime] = mapped_column(Instant)


def ensure_operator(session: Session, name: str, at: datetime) -> int:
    """The operator's id; the operator is entered when it is new."""
    session.execute(
        insert(Operator).values(name=name, created_at=at).on_conflict_do_nothing(index_elements=["name"])
    )
    return session.scalars(select(Operator.id).where(Operator.name == name)).one()


def store_profile_version(
    session: Session, operator_id: int, *, digest: str, document: dict[str, Any], at: datetime
) -> int:
    """The version's id; a profile that was stored before keeps its row. The session belongs to the operator."""
    row = {"operator_id": operator_id, "digest": digest, "document": document, "loaded_at": at}
    session.execute(
        insert(ProfileVersion).values(row).on_conflict_do_nothing(index_elements=["operator_id", "digest"])
    )
    return session.scalars(
        select(ProfileVersion.id).where(
            ProfileVersion.operator_id == operator_id, ProfileVersion.digest == digest
        )
    ).one()
