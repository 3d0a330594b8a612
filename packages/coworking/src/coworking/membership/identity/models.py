"""Identity records and what belongs to them. What a record says of people is sealed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.sealing import SEALED_COLUMNS, SealedColumn

STATUSES = ("draft", "checked", "approved", "refused", "expired")


class IdentityRecord(Base):
    """One check of a member's identity. Service waits for one that is `approved`.

    `method` is a way by the ordinance, whose `letter` and `rule_version` are those of the day; both are empty for what
    was taken over from elsewhere, as is `sealed_facts`, which otherwise holds what was confirmed. `verified_at` is when
    it was approved. `repeat_on` is the local date on which a repeat check falls due.
    """

    __tablename__ = "identity_records"
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(one) for one in STATUSES)})", name="status"),
        CheckConstraint("status NOT IN ('approved', 'expired') OR verified_at IS NOT NULL", name="verified"),
        CheckConstraint("(status = 'refused') = (refusal_reason IS NOT NULL)", name="refusal"),
        Index("ix_identity_records_member_id", "member_id"),
        Index("ix_identity_records_status", "operator_id", "status", "id"),
        Index(
            "uq_identity_records_open",
            "member_id",
            unique=True,
            postgresql_where="status IN ('draft', 'checked')",
        ),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    status: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(Text)
    rule_version: Mapped[str | None] = mapped_column(Text)
    letter: Mapped[str | None] = mapped_column(Text)
    sealed_facts: Mapped[bytes | None] = mapped_column(LargeBinary)
    paper_expires_on: Mapped[date | None] = mapped_column(Date)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_by: Mapped[str | None] = mapped_column(Text)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    refusal_reason: Mapped[str | None] = mapped_column(Text)
    repeat_on: Mapped[date | None] = mapped_column(Date)
    repeat_told_at: Mapped[datetime | None] = mapped_column(Instant)
    expired_at: Mapped[datetime | None] = mapped_column(Instant)


class IdentityPaper(Base):
    """A picture or PDF of what was shown or sent. `file_id` is a sealed file."""

    __tablename__ = "identity_papers"
    __table_args__ = (Index("ix_identity_papers_record_id", "record_id"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("identity_records.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("sealed_files.id"))
    what: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(Text)


class AddressLetter(Base):
    """A letter to the address of a record, not to be forwarded, with a code in it that is kept as a hash only. The last
    one counts; `usable_until` is exclusive."""

    __tablename__ = "address_letters"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_address_letters_record_id", "record_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("identity_records.id"))
    code_hash: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(Text)
    usable_until: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int] = mapped_column(SmallInteger)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)


class SuspiciousReport(Base):
    """A case that may have to be reported to the authority. For administrators only: the law forbids telling the
    member, so nothing that a member can read may lead here."""

    __tablename__ = "suspicious_reports"
    __table_args__ = (
        CheckConstraint("decision IN ('reported', 'not-reported')", name="decision"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint(
            "(reported_on IS NOT NULL) = (decision IS NOT DISTINCT FROM 'reported')", name="reported"
        ),
        Index("ix_suspicious_reports_member_id", "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    sealed_grounds: Mapped[bytes] = mapped_column(LargeBinary)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    noted_by: Mapped[str] = mapped_column(Text)
    decision: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    reported_on: Mapped[date | None] = mapped_column(Date)
    reference: Mapped[str | None] = mapped_column(Text)


def place_of_facts(record: IdentityRecord) -> str:
    return f"identity_records:{record.id}:facts"


def place_of_grounds(report: SuspiciousReport) -> str:
    return f"suspicious_reports:{report.id}:grounds"


SEALED_COLUMNS += [
    SealedColumn(IdentityRecord.sealed_facts, IdentityRecord.id, place_of_facts),
    SealedColumn(SuspiciousReport.sealed_grounds, SuspiciousReport.id, place_of_grounds),
]
