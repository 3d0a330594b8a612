"""When a space is free on a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from coworking.membership import Opening, TimeSpan, closure_of, openings_on
from coworking.reservations.models import HeldSeat
from coworking.reservations.profile import Space, SpaceKind
from coworking.reservations.reserving import released_until
from coworking.reservations.rules import ReservationRules
from coworking.reservations.seats import held_in
from coworking.reservations.slots import last_day_ahead
from coworking.reservations.spaces import space_row


@dataclass(frozen=True, slots=True)
class FreeTime(TimeSpan):
    """`seats` are free all of that time; 1 of a room or booth."""

    seats: int
    is_staffed: bool


def free_times(
    session: Session, rules: ReservationRules, space_name: str, day: date, people: int, now: datetime
) -> list[FreeTime]:
    """From now on, in their order, within the opening hours of that local day; none on a day for which nothing is
    reserved yet, or any more, or while the place is closed in an emergency. Raises `NotFound`."""
    row = space_row(session, rules.profile, space_name)
    space, calendar = rules.profile.spaces[space_name], rules.calendar
    if not calendar.local_date(now) <= day <= last_day_ahead(space, calendar, now):
        return []
    openings = openings_on(rules.membership, calendar, day)
    is_closed = closure_of(session, row.office_id) is not None
    if not openings or (is_closed and openings[0].starts_at < released_until(rules, now)):
        return []
    whole = TimeSpan(openings[0].starts_at, max(one.ends_at for one in openings))
    return list(free_in(space, openings, held_in(session, row.id, whole), people, now))


def free_in(
    space: Space, openings: Sequence[Opening], held: Sequence[HeldSeat], people: int, now: datetime
) -> Iterator[FreeTime]:
    """Times that touch each other, in which the same seats are free, are one. Pure."""
    needed = people if space.kind is SpaceKind.SEAT else 1
    found: FreeTime | None = None
    free: frozenset[int] = frozenset()
    for opening in openings:
        for part in _parts(opening, held, now):
            before, free = free, _free_seats(space, held, part)
            if len(free) < needed:
                continue
            touches = found is not None and found.ends_at == part.starts_at
            if found is not None and touches and before == free and found.is_staffed == opening.is_staffed:
                found = FreeTime(found.starts_at, part.ends_at, len(free), opening.is_staffed)
                continue
            if found is not None:
                yield found
            found = FreeTime(part.starts_at, part.ends_at, len(free), opening.is_staffed)
    if found is not None:
        yield found


def _free_seats(space: Space, held: Sequence[HeldSeat], part: TimeSpan) -> frozenset[int]:
    """Those that nobody holds all of that time, which ends before anybody else's begins."""
    taken = {one.seat for one in held if one.starts_at <= part.starts_at and one.ends_at >= part.ends_at}
    return frozenset(range(1, space.seats + 1)) - taken


def _parts(opening: Opening, held: Sequence[HeldSeat], now: datetime) -> Iterator[TimeSpan]:
    """An opening, cut wherever a seat is taken or given up."""
    cuts = {at for one in held for at in (one.starts_at, one.ends_at)}
    inner = {at for at in (*cuts, now) if opening.starts_at < at < opening.ends_at}
    for starts_at, ends_at in pairwise(sorted({opening.starts_at, *inner, opening.ends_at})):
        if ends_at > now:
            yield TimeSpan(starts_at, ends_at)
