"""What can be reserved and what it costs, as pure rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coworking.kit.errors import UserError
from coworking.kit.profile_fields import Bilingual
from coworking.membership import Opening, openings_on
from coworking.reservations.free_times import free_in
from coworking.reservations.models import HeldSeat
from coworking.reservations.profile import Space, SpaceKind, Via
from coworking.reservations.slots import last_day_ahead, require_time, uses_of
from tests.factories.membership import NOW
from tests.factories.reservations import Place, make_place

ROOM, SEAT = "meeting-room", "seat"


@pytest.fixture
def place(session: Session) -> Place:
    return make_place(session)


@pytest.mark.parametrize(
    ("space", "when", "via", "refused"),
    [
        (ROOM, "2026-06-10 12:00-13:00", Via.SITE, None),
        (ROOM, "2026-06-10 11:59-13:00", Via.SITE, "validation-failed"),
        (ROOM, "2026-07-10 14:00-15:00", Via.SITE, None),
        (ROOM, "2026-07-11 14:00-15:00", Via.SITE, "too-far-ahead"),
        (ROOM, "2026-06-11 21:00-22:00", Via.SITE, None),
        (ROOM, "2026-06-11 21:00-22:01", Via.SITE, "closed"),
        (ROOM, "2026-06-13 18:30-19:30", Via.SITE, "closed"),  # a Saturday ends at 19:00
        (ROOM, "2026-06-11 14:00-15:00", Via.PHONE, None),  # for staffed hours, whenever it is asked for
        (ROOM, "2026-06-11 18:00-18:31", Via.PHONE, "unstaffed-hours"),
        (SEAT, "2026-06-11 08:00-09:00", Via.FORM, "unstaffed-hours"),
        (SEAT, "2026-06-11 08:00-09:00", Via.APP, None),
    ],
)
def test_times_sak_01_16_43(place: Place, space: str, when: str, via: Via, refused: str | None) -> None:
    wanted = place.wanted(space, when, via=via)
    if refused is None:
        require_time(place.rules, wanted, NOW)
        return
    with pytest.raises(UserError) as found:
        require_time(place.rules, wanted, NOW)
    assert found.value.code == refused


@pytest.mark.parametrize(
    ("today", "last"),
    [("2026-06-10", "2026-07-10"), ("2027-01-31", "2027-02-28"), ("2026-12-31", "2027-01-31")],
)
def test_a_month_ahead(place: Place, today: str, last: str) -> None:
    space = place.rules.profile.spaces[ROOM]
    assert last_day_ahead(space, place.rules.calendar, place.at(f"{today} 09:00")) == date.fromisoformat(last)


@pytest.mark.parametrize(
    ("plan", "space", "when", "people", "charged"),
    [
        ("all-day", ROOM, "2026-06-11 14:00-15:00", 2, [("space:meeting-room", 60, 0, False)]),
        ("drop-in", ROOM, "2026-06-11 14:00-15:00", 2, [("space:meeting-room", 60, 0, False)]),
        ("drop-in", ROOM, "2026-06-11 19:00-20:00", 2, [("space:meeting-room", 60, 0, True)]),
        ("all-day", SEAT, "2026-06-11 08:00-22:00", 1, []),
        ("night", SEAT, "2026-06-11 14:00-16:00", 1, []),  # staffed: paid as it is used
        ("night", SEAT, "2026-06-11 10:00-11:00", 1, [("overtime", 60, 0, True)]),
        ("night", SEAT, "2026-06-11 12:00-18:00", 1, [("overtime", 300, 0, True)]),
        ("drop-in", SEAT, "2026-06-11 14:00-16:00", 1, []),
        ("virtual-office", SEAT, "2026-06-11 08:00-09:01", 1, [("drop-in", 61, 0, True)]),
        ("group-2", SEAT, "2026-06-11 14:00-15:00", 5, [("drop-in", 60, 3, False)]),
    ],
)
def test_what_is_charged_sak_15_27_28_32(
    place: Place, plan: str, space: str, when: str, people: int, charged: list[Any]
) -> None:
    uses = uses_of(place.rules, plan, place.wanted(space, when, people=people), "reservation:1")
    found = [
        (use.purpose, (use.ends_at - use.starts_at) // timedelta(minutes=1), use.guests, use.paid_ahead)
        for use in uses
        if use.ends_at is not None
    ]
    assert found == charged


@pytest.mark.parametrize(
    ("plan", "at", "must"),
    [
        ("night", "2026-06-11 10:00", True),
        ("night", "2026-06-11 14:00", False),
        ("night", "2026-06-11 20:00", False),
        ("flex-12h", "2026-06-11 14:00", True),
        ("drop-in", "2026-06-11 20:00", True),
        ("drop-in", "2026-06-11 14:00", False),
    ],
)
def test_who_must_reserve_sak_15(place: Place, plan: str, at: str, must: bool) -> None:
    assert place.rules.must_reserve(place.rules.membership.plans[plan], place.at(at)) is must


def test_free_times_are_cut_where_a_seat_is_taken(place: Place) -> None:
    space = place.rules.profile.spaces[SEAT].model_copy(update={"seats": 2})
    openings = openings_on(place.rules.membership, place.rules.calendar, date(2026, 6, 11))
    held = [
        HeldSeat(seat=seat, starts_at=span.starts_at, ends_at=span.ends_at)
        for seat, span in (
            (1, place.span("2026-06-11 14:00-16:00")),
            (2, place.span("2026-06-11 15:00-17:00")),
        )
    ]
    now = place.at("2026-06-11 13:00")

    def shown(people: int) -> list[tuple[str, str, int]]:
        local = place.rules.calendar.local
        return [
            (f"{local(one.starts_at):%H:%M}", f"{local(one.ends_at):%H:%M}", one.seats)
            for one in free_in(space, openings, held, people, now)
        ]

    assert shown(1) == [
        ("13:00", "14:00", 2),
        ("14:00", "15:00", 1),
        ("16:00", "17:00", 1),
        ("17:00", "18:30", 2),
        ("18:30", "22:00", 2),
    ]
    assert shown(2) == [("13:00", "14:00", 2), ("17:00", "18:30", 2), ("18:30", "22:00", 2)]


def test_a_free_time_is_one_in_which_the_same_seats_are_free() -> None:
    """Who reserves sits in one place all the time."""
    space = Space(title=Bilingual(ja="席", en="Seat"), kind=SpaceKind.SEAT, site="toyama", seats=2)
    day = datetime(2026, 6, 11, tzinfo=UTC)

    def at(hour: int) -> datetime:
        return day + timedelta(hours=hour)

    held = [
        HeldSeat(seat=1, starts_at=at(10), ends_at=at(11)),
        HeldSeat(seat=2, starts_at=at(11), ends_at=at(12)),
        HeldSeat(seat=3, starts_at=at(9), ends_at=at(10)),  # of a seat that is there no more
    ]
    found = free_in(space, [Opening(at(9), at(13), True)], held, 1, day)
    assert [(one.starts_at.hour, one.ends_at.hour, one.seats) for one in found] == [
        (9, 10, 2),
        (10, 11, 1),
        (11, 12, 1),
        (12, 13, 2),
    ]
