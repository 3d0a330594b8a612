"""Spaces, who has reserved them when, and the addresses by which calendars read it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coworking.kit.db import Base, Id, Instant

ONE_HOLDER = "ex_held_seats_one_holder"


class SpaceRow(Base):
    """A space of the operator, as its profile names it."""

    __tablename__ = "spaces"
    __table_args__ = (UniqueConstraint("operator_id", "name"),)

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("offices.id"))
    name: Mapped[str] = mapped_column(Text)


class Reservation(Base):
    """A member's time in [starts_at, ends_at). `via` is how it was asked for, `pays_by` the means that were named for
    it, if any. What it costs are the uses whose occasion it is. One that is held counts as used from its start on; one
    that has to be paid ahead is held until `held_until` while it is not."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("people > 0", name="people"),
        CheckConstraint("status IN ('held', 'used', 'cancelled', 'released')", name="status"),
        CheckConstraint("(status IN ('cancelled', 'released')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("via IN ('phone', 'form', 'site', 'app')", name="via"),
        Index("ix_reservations_member_id", "operator_id", "member_id", "starts_at"),
        Index("ix_reservations_space_id", "space_id", "starts_at"),
        Index("ix_reservations_ends_at", "operator_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    people: Mapped[int] = mapped_column(Integer)
    via: Mapped[str] = mapped_column(Text)
    pays_by: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reserved_at: Mapped[datetime] = mapped_column(Instant)
    reserved_by: Mapped[str] = mapped_column(Text)
    held_until: Mapped[datetime | None] = mapped_column(Instant)
    checked_in_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)

    space: Mapped[SpaceRow] = relationship(lazy="joined")

    def status_at(self, now: datetime) -> str:
        return "used" if self.status == "held" and self.starts_at <= now else self.status


class HeldSeat(Base):
    """One seat of a space, or the whole of one that is reserved whole, in [starts_at, ends_at): it has one live holder
    (R10). Gone when the reservation is cancelled or released."""

    __tablename__ = "held_seats"
    __table_args__ = (
        ExcludeConstraint(
            (text("int8range(space_id, space_id, '[]')"), "&&"),
            (text("int4range(seat, seat, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name=ONE_HOLDER,
            using="gist",
        ),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("seat > 0", name="seat"),
        Index("ix_held_seats_reservation_id", "reservation_id"),
        # Row-level security keeps the constraint's index from being read by: its operators are not leakproof.
        Index("ix_held_seats_space_id", "space_id", "ends_at"),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"))
    space_id: Mapped[int] = mapped_column(ForeignKey("spaces.id"))
    seat: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class CalendarFeed(Base):
    """A secret address that a calendar program reads a member's or a space's reservations from, until it is renewed or
    its account is closed. Only the digest is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (
        CheckConstraint("(member_id IS NULL) <> (space_id IS NULL)", name="of_one"),
        Index("uq_calendar_feeds_member_id", "member_id", "account_id", unique=True),
        Index("uq_calendar_feeds_space_id", "space_id", "account_id", unique=True),
    )

    id: Mapped[int] = mapped_column(Id, Identity(always=True), primary_key=True)
    operator_id: Mapped[int] = mapped_column(ForeignKey("operators.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    space_id: Mapped[int | None] = mapped_column(ForeignKey("spaces.id"))
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
