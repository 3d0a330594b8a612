"""Who belongs to which company's or group's membership, and the codes by which people join one."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class ContractCode(Base):
    """The company hands it to its people; it opens nothing else."""

    __tablename__ = "contract_codes"
    __table_args__ = (UniqueConstraint("operator_id", "code"), UniqueConstraint("member_id"))

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    code: Mapped[str] = mapped_column(Text)
    issued_at: Mapped[datetime] = mapped_column(Instant)


class Belonging(Base):
    """`member_id` uses what `company_id`, another membership, pays for. `ends_on` is the last day, inclusive."""

    __tablename__ = "belongings"
    __table_args__ = (
        CheckConstraint("member_id <> company_id", name="another"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        Index("uq_belongings_member_id", "member_id", unique=True, postgresql_where="ends_on IS NULL"),
        Index("ix_belongings_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    joined_at: Mapped[datetime] = mapped_column(Instant)


class KeptAddress(Base):
    """A member has an address of the operator's registered somewhere. `held_on` is the last day of the membership;
    `released_on` the day on which the move is proven to have happened, with `proof` in the words of staff or the
    member."""

    __tablename__ = "kept_addresses"
    __table_args__ = (UniqueConstraint("member_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    held_on: Mapped[date | None] = mapped_column(Date)
    released_on: Mapped[date | None] = mapped_column(Date)
    proof: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
