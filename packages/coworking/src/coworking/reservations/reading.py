"""Reservations as others read them: lists, what they cost and whether it is paid, times for doors."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from coworking.billing import Use, paid_uses, standing_uses_of
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span
from coworking.membership import TimeSpan
from coworking.reservations.ending import LIVE, occasion_of
from coworking.reservations.models import Reservation, SpaceRow

PaymentState = Literal["none", "on-account", "unpaid", "paid"]
STATUSES = ("held", "used", "cancelled", "released")


@dataclass(frozen=True, slots=True)
class Cost:
    """`amount` is yen in the operator's tax mode. `payment`: `none` where nothing is owed, `on-account` where it comes
    with an invoice of its time, `unpaid` where it has to be paid before the use and is not."""

    amount: Decimal
    payment: PaymentState


@dataclass(frozen=True, slots=True)
class ReservedTime(TimeSpan):
    """`is_paid`: nothing of it has to be paid before the use any more. `covers_use`: being there in that time is
    charged with the reservation and not once more, and so is that of `guests` other people."""

    reservation_id: int
    is_paid: bool
    covers_use: bool
    guests: int


class TimeOf(NamedTuple):
    """Of a reservation, as the database has it."""

    id: int
    starts_at: datetime
    ends_at: datetime


LIVE_TIMES = (
    select(Reservation.id, Reservation.starts_at, Reservation.ends_at)
    .join(SpaceRow, SpaceRow.id == Reservation.space_id)
    .where(
        Reservation.member_id == bindparam("member_id"),
        SpaceRow.office_id == bindparam("office_id"),
        or_(
            Reservation.status.in_(LIVE),
            and_(
                Reservation.status == "released",
                Reservation.checked_in_at.is_not(None),
                Reservation.ended_at > bindparam("from"),
            ),
        ),
        Reservation.starts_at < bindparam("until"),
        Reservation.ends_at > bindparam("from"),
    )
    .order_by(Reservation.starts_at, Reservation.id)
)
"""Of a member at an office, those that touch a time. One that was released while somebody was there on it counts for
times that began before: who is sent out in an emergency had reserved (SAK-37). Built once: every entry asks it."""


@dataclass(frozen=True, slots=True)
class ReservationFilter:
    """What is None does not narrow the list; `span` finds what touches it."""

    member_id: int | None = None
    space: str | None = None
    status: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def costs_of(session: Session, reservation_ids: Collection[int]) -> dict[int, Cost]:
    occasions = {occasion_of(one): one for one in reservation_ids}
    uses: dict[int, list[Use]] = {one: [] for one in reservation_ids}
    for use in standing_uses_of(session, occasions):
        assert use.occasion is not None
        uses[occasions[use.occasion]].append(use)
    paid = paid_uses(session, [use for of_one in uses.values() for use in of_one])
    return {one: _cost(of_one, paid) for one, of_one in uses.items()}


def get_reservation(session: Session, reservation_id: int) -> Reservation:
    """Raises `NotFound`."""
    found = session.get(Reservation, reservation_id)
    if found is None:
        raise NotFound
    return found


def list_reservations(
    session: Session,
    wanted: ReservationFilter,
    now: datetime,
    *,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Reservation]:
    """Raises `EndsBeforeItStarts`."""
    require_span(wanted.starts_at, wanted.ends_at)
    statement = listing.part(select(Reservation), Reservation.id, after_id, limit)
    if wanted.member_id is not None:
        statement = statement.where(Reservation.member_id == wanted.member_id)
    if wanted.space is not None:
        rows = select(SpaceRow.id).where(SpaceRow.name == wanted.space)
        statement = statement.where(Reservation.space_id.in_(rows))
    if wanted.starts_at is not None:
        statement = statement.where(Reservation.ends_at > wanted.starts_at)
    if wanted.ends_at is not None:
        statement = statement.where(Reservation.starts_at < wanted.ends_at)
    if wanted.status is not None:
        statement = statement.where(_is(wanted.status, now))
    return session.scalars(statement).all()


def reserved_times(
    session: Session, member_id: int, office_id: int, wanted: TimeSpan
) -> Sequence[ReservedTime]:
    """What the member has reserved at an office in any part of a time, in its order."""
    asked = {
        "member_id": member_id,
        "office_id": office_id,
        "from": wanted.starts_at,
        "until": wanted.ends_at,
    }
    found = [TimeOf(*row) for row in session.execute(LIVE_TIMES, asked)]
    by_occasion: dict[str, list[Use]] = {}
    for use in standing_uses_of(session, [occasion_of(one.id) for one in found]):
        by_occasion.setdefault(use.occasion or "", []).append(use)
    paid = paid_uses(session, [use for uses in by_occasion.values() for use in uses])
    return [_reserved_time(one, by_occasion.get(occasion_of(one.id), []), paid) for one in found]


def mark_used(session: Session, reservation_id: int, at: datetime) -> None:
    """Somebody has come for it. One that is over stays as it is."""
    reservation = session.get(Reservation, reservation_id, with_for_update={"of": Reservation})
    if reservation is None or reservation.status not in LIVE:
        return
    reservation.status = "used"
    reservation.checked_in_at = reservation.checked_in_at or at
    session.flush()


def _reserved_time(time: TimeOf, uses: Sequence[Use], paid: set[int]) -> ReservedTime:
    return ReservedTime(
        time.starts_at,
        time.ends_at,
        reservation_id=time.id,
        is_paid=all(use.id in paid for use in uses if use.paid_ahead),
        covers_use=any(not use.guests for use in uses),
        guests=max((use.guests for use in uses), default=0),
    )


def _cost(uses: Sequence[Use], paid: set[int]) -> Cost:
    amount = sum((use.amount for use in uses), start=Decimal(0))
    owed = [use for use in uses if use.amount and use.id not in paid]
    if not amount:
        return Cost(amount, "none")
    if not owed:
        return Cost(amount, "paid")
    return Cost(amount, "unpaid" if any(use.paid_ahead for use in owed) else "on-account")


def _is(status: str, now: datetime) -> ColumnElement[bool]:
    begun = and_(Reservation.status == "held", Reservation.starts_at <= now)
    if status == "used":
        return or_(Reservation.status == "used", begun)
    return and_(Reservation.status == status, ~begun)
