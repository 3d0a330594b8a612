"""What is known of doors: credentials, what they were used for, and who is in."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from coworking.kit.db import Base, Id, Instant
from coworking.kit.money import YenAmount

CARD_KINDS = ("ic-card", "drop-in-card")


class AccessCard(Base):
    """A card in somebody's hands: known by a keyed digest only, and in one member's hands at a time."""

    __tablename__ = "access_cards"
    __table_args__ = (
        CheckConstraint("kind IN ('ic-card', 'drop-in-card')", name="kind"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended"),
        CheckConstraint("end_reason IN ('ok', 'broken', 'lost', 'revoked')", name="end_reason"),
        Index(
            "uq_access_cards_digest",
            "operator_id",
            "digest",
            unique=True,
            postgresql_where="ended_at IS NULL",
        ),
        Index("ix_access_cards_member_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    kind: Mapped[str] = mapped_column(Text)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(Text)
    blocked_at: Mapped[datetime | None] = mapped_column(Instant)
    """Reported lost: opens nothing, and may still come back."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("access_cards.id"))
    """The lost or broken one that was paid for and that this one stands for."""
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(Text)


class UsedQr(Base):
    """A member's QR that was shown to a reader: used up (R12). Forgotten when it could no longer be valid."""

    __tablename__ = "used_qrs"
    __table_args__ = (Index("ix_used_qrs_expires_at", "operator_id", "expires_at"),)

    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"), primary_key=True)
    nonce: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(Instant)


class QrRevocation(Base):
    """A member's QRs that were issued by then are void."""

    __tablename__ = "qr_revocations"

    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    revoked_at: Mapped[datetime] = mapped_column(Instant)


class DoorVisit(Base):
    """A member is at a place from the entry to the exit; one visit of a member is open at a time. What was paid ahead
    lasts until `paid_until`. `is_checked_in` is false while reception has entered somebody who has not scanned yet;
    `charged` is what the exit has cost."""

    __tablename__ = "door_visits"
    __table_args__ = (
        CheckConstraint("left_at >= entered_at", name="times"),
        CheckConstraint("(left_at IS NULL) = (ended_by IS NULL)", name="ended"),
        CheckConstraint("ended_by IN ('exit', 'closing')", name="ended_by"),
        Index("uq_door_visits_member_id", "member_id", unique=True, postgresql_where="left_at IS NULL"),
        Index("ix_door_visits_member_id", "member_id", "id"),
        Index("ix_door_visits_office_id", "office_id", postgresql_where="left_at IS NULL"),
        Index("ix_door_visits_left_at", "operator_id", "left_at", postgresql_where="left_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    entered_at: Mapped[datetime] = mapped_column(Instant)
    planned_until: Mapped[datetime | None] = mapped_column(Instant)
    paid_until: Mapped[datetime | None] = mapped_column(Instant)
    is_checked_in: Mapped[bool] = mapped_column(Boolean)
    charged: Mapped[Decimal | None] = mapped_column(YenAmount)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_by: Mapped[str | None] = mapped_column(Text)


class Arrival(Base):
    """People who came with a member's visit: the member or group itself first, guests later. `beyond` of them were more
    than the membership's head count when they came (SAK-27)."""

    __tablename__ = "arrivals"
    __table_args__ = (
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("beyond >= 0 AND beyond <= people", name="beyond"),
        Index("ix_arrivals_visit_id", "visit_id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    visit_id: Mapped[int] = mapped_column(ForeignKey("door_visits.id"))
    people: Mapped[int] = mapped_column(Integer)
    beyond: Mapped[int] = mapped_column(Integer)
    arrived_at: Mapped[datetime] = mapped_column(Instant)


class DoorEvent(Base):
    """Something happened at a door or an entrance, and what was decided. `at` is when it happened, `recorded_at` when
    it was written down; `member_id` is None where nobody knows who it was, `door` where it was at no door."""

    __tablename__ = "door_events"
    __table_args__ = (
        CheckConstraint("act IN ('check-in', 'unlock', 'check-out', 'seen')", name="act"),
        CheckConstraint("allowed OR reason IS NOT NULL", name="reason"),
        Index("ix_door_events_member_id", "member_id", "id"),
        Index("ix_door_events_at", "operator_id", "at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    door: Mapped[str | None] = mapped_column(Text)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("door_visits.id"))
    card_id: Mapped[int | None] = mapped_column(ForeignKey("access_cards.id"))
    act: Mapped[str] = mapped_column(Text)
    means: Mapped[str] = mapped_column(Text)
    allowed: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    recorded_by: Mapped[str] = mapped_column(Text)


class ParkingVoucher(Base):
    """A car-park voucher that reception handed out for a time of use (NET-08); for a visit at most one."""

    __tablename__ = "parking_vouchers"
    __table_args__ = (
        CheckConstraint("used_minutes >= 0", name="used_minutes"),
        CheckConstraint("voucher_minutes > 0", name="voucher_minutes"),
        Index("uq_parking_vouchers_visit_id", "visit_id", unique=True),
        Index("ix_parking_vouchers_member_id", "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("door_visits.id"))
    used_minutes: Mapped[int] = mapped_column(Integer)
    voucher_minutes: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime] = mapped_column(Instant)
    issued_by: Mapped[str] = mapped_column(Text)
