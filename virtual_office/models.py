"""What members do with the operator's address: registrations, their evidence, certificates, exit cases, misuse."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant


class AddressRegistration(Base):
    """A member declared that the address is registered somewhere under `registered_name`; `proven_on` is when the
    registry was seen to say so, `ended_on` the day on which it was seen to have moved away."""

    __tablename__ = "address_registrations"
    __table_args__ = (
        CheckConstraint("(proven_on IS NULL) = (proof IS NULL)", name="proof"),
        # SAK-20: one registration per member.
        Index(
            "uq_address_registrations_live",
            "member_id",
            "use",
            unique=True,
            postgresql_where="ended_on IS NULL",
        ),
        Index("ix_address_registrations_operator_id", "operator_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    use: Mapped[str] = mapped_column(Text)
    registered_name: Mapped[str] = mapped_column(Text)
    declared_on: Mapped[date] = mapped_column(Date)
    declared_at: Mapped[datetime] = mapped_column(Instant)
    declared_by: Mapped[str] = mapped_column(Text)
    proof_due_on: Mapped[date | None] = mapped_column(Date)
    proof_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    proven_on: Mapped[date | None] = mapped_column(Date)
    proven_by: Mapped[str | None] = mapped_column(Text)
    proof: Mapped[str | None] = mapped_column(Text)
    ended_on: Mapped[date | None] = mapped_column(Date)


class AddressCertificate(Base):
    """A paper that says what a member may do with the address. `facts` are what it shows, word for word; `valid_until`
    is the last day, inclusive, None while the use stands."""

    __tablename__ = "address_certificates"
    __table_args__ = (
        UniqueConstraint("operator_id", "code"),
        Index("ix_address_certificates_member_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    use: Mapped[str] = mapped_column(Text)
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("address_registrations.id"))
    code: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_on: Mapped[date] = mapped_column(Date)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(Text)
    valid_until: Mapped[date | None] = mapped_column(Date)


class ExitCase(Base):
    """What has to be seen to because a member leaves, or drops what an address was registered by. `leaves_on` is the
    last day of the use."""

    __tablename__ = "exit_cases"
    __table_args__ = (
        CheckConstraint("reason IN ('leaving', 'ended', 'option-dropped')", name="reason"),
        Index("uq_exit_cases_open", "member_id", unique=True, postgresql_where="closed_at IS NULL"),
        Index("ix_exit_cases_operator_id", "operator_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    reason: Mapped[str] = mapped_column(Text)
    leaves_on: Mapped[date] = mapped_column(Date)
    opened_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class ExitItem(Base):
    """One step of the list; `step` is its name in the profile of the day on which the case was opened."""

    __tablename__ = "exit_items"
    __table_args__ = (
        UniqueConstraint("case_id", "step"),
        CheckConstraint("(done_on IS NULL) = (done_by IS NULL)", name="done"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("exit_cases.id"))
    step: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str | None] = mapped_column(Text)
    done_on: Mapped[date | None] = mapped_column(Date)
    done_by: Mapped[str | None] = mapped_column(Text)


class AddressMisuse(Base):
    """The address was used without the service (SAK-47): by a member, a former one, or a name that is nobody's.
    `was_refused` where the member asked for it here and was refused."""

    __tablename__ = "address_misuses"
    __table_args__ = (Index("ix_address_misuses_operator_id", "operator_id", "id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    name: Mapped[str] = mapped_column(Text)
    found_on: Mapped[date] = mapped_column(Date)
    where_found: Mapped[str] = mapped_column(Text)
    was_refused: Mapped[bool]
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_by: Mapped[str | None] = mapped_column(Text)
    settlement: Mapped[str | None] = mapped_column(Text)


class AddressEvidence(Base):
    """A file that proves a registration, a step of an exit case or a misuse. `file_id` is a sealed file."""

    __tablename__ = "address_evidence"
    __table_args__ = (
        CheckConstraint("num_nonnulls(registration_id, exit_item_id, misuse_id) = 1", name="of_one"),
        Index("ix_address_evidence_registration_id", "registration_id"),
        Index("ix_address_evidence_exit_item_id", "exit_item_id"),
        Index("ix_address_evidence_misuse_id", "misuse_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("address_registrations.id"))
    exit_item_id: Mapped[int | None] = mapped_column(ForeignKey("exit_items.id"))
    misuse_id: Mapped[int | None] = mapped_column(ForeignKey("address_misuses.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("sealed_files.id"))
    what: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(Text)
