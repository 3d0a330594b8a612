"""What applicants said, what was decided about it, and the cards that are linked to members."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class Application(Base):
    """One application for a plan; a member's latest one is what is being decided. `terms_version` was accepted at
    `applied_at`. `evidence` says what was shown, in the words of staff; `company_id` is the company's membership that
    the applicant joins. `before_plan` is the plan without a contract that the member has been on."""

    __tablename__ = "applications"
    __table_args__ = (
        CheckConstraint("decision IN ('approved', 'refused')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
        Index("ix_applications_member_id", "member_id", "id"),
        Index(
            "uq_applications_open",
            "member_id",
            unique=True,
            postgresql_where="decision IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    plan: Mapped[str] = mapped_column(Text)
    before_plan: Mapped[str | None] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    options: Mapped[list[str]] = mapped_column(JSONB)
    pay_by: Mapped[str | None] = mapped_column(Text)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    declarations: Mapped[list[str]] = mapped_column(JSONB)
    terms_version: Mapped[str | None] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    evidence_recorded_by: Mapped[str | None] = mapped_column(Text)
    applied_at: Mapped[datetime] = mapped_column(Instant)
    decision: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)


class LinkedCard(Base):
    """A member's My Number Card as the reading app names it: an opaque reference, never the number."""

    __tablename__ = "linked_cards"
    __table_args__ = (
        Index(
            "uq_linked_cards_reference",
            "operator_id",
            "reference",
            unique=True,
            postgresql_where="unlinked_at IS NULL",
        ),
        Index(
            "uq_linked_cards_member_id",
            "member_id",
            unique=True,
            postgresql_where="unlinked_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reference: Mapped[str] = mapped_column(Text)
    linked_at: Mapped[datetime] = mapped_column(Instant)
    unlinked_at: Mapped[datetime | None] = mapped_column(Instant)
