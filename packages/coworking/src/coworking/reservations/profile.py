"""What an operator's profile says about its spaces and how they are reserved. Pure data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from coworking.kit.profile_fields import Bilingual, Distinct, Misfit, Name, SomeDistinct, Table, Words

MINUTES_A_DAY = 24 * 60


class SpaceKind(StrEnum):
    ROOM = "room"
    """Reserved whole, at its own price, by its own head count."""
    BOOTH = "booth"
    """As a room, for one person unless it says otherwise."""
    SEAT = "seat"
    """Reserved by the seat, at the price of being there at that time."""


class Via(StrEnum):
    """How a reservation is asked for; staff enter what comes by phone or form."""

    PHONE = "phone"
    FORM = "form"
    SITE = "site"
    APP = "app"


class UnstaffedReservation(StrEnum):
    """Which use of seats in unstaffed hours has to be reserved first (SAK-15)."""

    OUTSIDE_PLAN_HOURS = "outside-plan-hours"
    ALWAYS = "always"
    NEVER = "never"


class Space(Table):
    """What can be reserved."""

    title: Bilingual
    kind: SpaceKind
    site: Name
    """An office of the profile."""
    seats: Annotated[int, Field(ge=1, le=1000)] = 1
    """How many there are of it; a room or a booth is one."""
    least_people: Annotated[int, Field(ge=1, le=1000)] = 1
    most_people: Annotated[int, Field(ge=1, le=1000)] = 1
    """Of one reservation; for seats one seat each."""
    months_ahead: Annotated[int, Field(ge=0, le=24)] = 1
    """Up to the same day so many months later; 0: today only."""
    member_plans: Distinct[Name] = ()
    """Whose members reserve it; empty: everybody's."""
    via: SomeDistinct[Via] = tuple(Via)
    unstaffed_via: SomeDistinct[Via] = tuple(Via)
    """For a time in which nobody of the staff is there; when it is asked for does not matter (SAK-43)."""
    note: Bilingual | None = None
    """What it is for, as members read it."""

    def misfits(self) -> Iterator[Misfit]:
        if self.kind is not SpaceKind.SEAT and self.seats != 1:
            yield Misfit(
                ("seats",),
                Words("会議室・ブースは1つずつ予約します", "is of a room or booth, which is reserved whole"),
                Words("1（kind が seat のときだけ2以上）", '1; more for kind = "seat" only'),
            )
        if self.most_people < self.least_people:
            yield Misfit(
                ("most_people",),
                Words("最少人数より少ない", "is less than least_people"),
                Words(f"{self.least_people} 以上の整数", f"a whole number of {self.least_people} or more"),
            )
        if self.kind is SpaceKind.SEAT and self.most_people > self.seats:
            yield Misfit(
                ("most_people",),
                Words("席の数より多い", "is more than there are seats"),
                Words(f"{self.seats} 以下の整数", f"a whole number of {self.seats} or less"),
            )
        for index, via in enumerate(self.unstaffed_via):
            if via not in self.via:
                listed = ", ".join(self.via)
                yield Misfit(
                    ("unstaffed_via", index),
                    Words("via にありません", "is not in via"),
                    Words(f"次のいずれか: {listed}", f"one of {listed}"),
                )


class ReservationsProfile(Table):
    """[reservations]"""

    spaces: Annotated[Mapping[Name, Space], Field(min_length=1)]
    step_minutes: Annotated[int, Field(ge=1, le=MINUTES_A_DAY)] = 1
    """Reservations begin and end on such steps, counted from local midnight."""
    longest_minutes: Annotated[int, Field(ge=1, le=MINUTES_A_DAY)] = MINUTES_A_DAY
    changed_days_before: Annotated[int, Field(ge=0, le=31)] = 1
    """Changed and cancelled until so many days before the day of use: 1 is the day before, 0 the day itself, before
    the reservation begins."""
    unstaffed_reservation: UnstaffedReservation
    unstaffed_paid_ahead: bool
    """What is used in unstaffed hours outside a plan's hours, or by who pays by use, is paid by the registered card
    when it is reserved."""
    payment_minutes: Annotated[int, Field(ge=5, le=MINUTES_A_DAY)] = 30
    """A time that has to be paid ahead is held so long for a payment that does not come, and released then."""
    released_days: Annotated[int, Field(ge=1, le=366)] = 1
    """A place that is closed in an emergency releases what begins on that day and the days after it, so many in all,
    and goes on doing so every day until it is open again."""

    @property
    def step(self) -> timedelta:
        return timedelta(minutes=self.step_minutes)

    @property
    def payment_time(self) -> timedelta:
        return timedelta(minutes=self.payment_minutes)

    @property
    def longest(self) -> timedelta:
        return timedelta(minutes=self.longest_minutes)
