"""What a stay is charged as, by the shipped profiles."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.profiles import load_profile
from coworking.billing import BillingRules
from coworking.doors.profile import DoorsProfile
from coworking.doors.rules import DoorRules, ReservedTime
from coworking.doors.stays import Stay, beyond_head_count, charged_times, without
from coworking.membership import TimeSpan


def rules(name: str) -> DoorRules:
    profile = load_profile(name)
    doors = profile.doors
    assert isinstance(doors, DoorsProfile)
    billing = BillingRules(profile.billing, profile.membership, profile.calendar(), 1, profile.title)
    return DoorRules(doors, billing)


RULES = {name: rules(name) for name in ("sakura", "netsugen")}


def instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return RULES["sakura"].calendar.instant(at.date(), at.time())


def reserved(from_: str, to: str, *, covers: bool = True) -> ReservedTime:
    return ReservedTime(instant(from_), instant(to), reservation_id=1, is_paid=True, covers_use=covers)


MONDAY, SATURDAY = "2026-06-08", "2026-06-06"
CASES = [
    # operator, plan, entry, exit, paid until, reserved, what and minutes
    ("sakura", "all-day", f"{MONDAY}T08:00", f"{MONDAY}T22:00", None, [], {}),
    ("sakura", "weekday", f"{SATURDAY}T13:00", f"{SATURDAY}T14:00", None, [], {"overtime": 60}),
    ("sakura", "daytime", f"{MONDAY}T16:00", f"{MONDAY}T18:00", None, [], {"overtime": 60}),
    (
        "sakura", "night", f"{MONDAY}T10:00", f"{MONDAY}T12:00", None,
        [(f"{MONDAY}T10:00", f"{MONDAY}T11:00")], {"overtime": 60},
    ),
    ("sakura", "night", f"{MONDAY}T21:00", f"{MONDAY}T22:10", None, [], {"overtime:after-closing": 10}),
    (
        "sakura", "flex-12h", f"{MONDAY}T13:00", f"{MONDAY}T16:00", None,
        [(f"{MONDAY}T13:00", f"{MONDAY}T15:00")], {"overtime": 60},
    ),
    ("sakura", "drop-in", f"{MONDAY}T13:00", f"{MONDAY}T14:01", None, [], {"drop-in": 61}),
    ("sakura", "drop-in", f"{MONDAY}T13:00", f"{MONDAY}T14:01", f"{MONDAY}T14:00", [], {"drop-in": 1}),
    ("sakura", "drop-in", f"{MONDAY}T13:00", f"{MONDAY}T13:20", f"{MONDAY}T14:00", [], {}),
    (
        "sakura", "virtual-office", f"{MONDAY}T08:00", f"{MONDAY}T10:00", None,
        [(f"{MONDAY}T08:00", f"{MONDAY}T10:00")], {},
    ),
    (
        "sakura", "drop-in", f"{MONDAY}T21:00", f"{MONDAY}T22:30", None, [],
        {"drop-in": 60, "overtime:after-closing": 30},
    ),
    ("netsugen", "monthly-personal", f"{MONDAY}T10:00", f"{MONDAY}T20:00", None, [], {}),
    ("netsugen", "drop-in", f"{MONDAY}T10:00", f"{MONDAY}T11:20", f"{MONDAY}T11:00", [], {"overtime": 20}),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "plan", "entry", "leaving", "paid", "times", "wanted"), CASES)
def test_what_a_stay_is_charged_as(
    operator: str,
    plan: str,
    entry: str,
    leaving: str,
    paid: str | None,
    times: list[tuple[str, str]],
    wanted: dict[str, int],
) -> None:
    stay = Stay(instant(entry), instant(leaving), instant(paid) if paid else None)

    found = charged_times(RULES[operator], plan, stay, [reserved(*time) for time in times])

    assert {one.purpose: one.duration // timedelta(minutes=1) for one in found} == wanted


def test_guests_beyond_the_head_count_are_drop_ins_since_they_came() -> None:
    stay = Stay(
        instant(f"{MONDAY}T13:00"),
        instant(f"{MONDAY}T15:00"),
        beyond=((instant(f"{MONDAY}T14:00"), 3),),
    )

    (guests,) = charged_times(RULES["sakura"], "group-2", stay, [])

    assert (guests.purpose, guests.guests, guests.duration) == ("drop-in", 3, timedelta(hours=1))


@given(st.integers(0, 20), st.lists(st.integers(1, 10), max_size=5), st.integers(1, 20))
def test_however_people_arrive_as_many_are_beyond_the_head_count(
    inside: int, groups: list[int], most: int
) -> None:
    beyond, now = 0, inside
    for people in groups:
        beyond += beyond_head_count(now, people, most)
        now += people

    assert beyond == beyond_head_count(inside, sum(groups), most)


MINUTES = st.integers(0, 300)
SPANS = st.lists(st.tuples(MINUTES, MINUTES).map(sorted), max_size=6)


@given(SPANS, SPANS)
def test_what_is_left_of_times_is_in_none_that_is_taken(
    spans: list[list[int]], taken: list[list[int]]
) -> None:
    base = instant(f"{MONDAY}T00:00")

    def times(pairs: list[list[int]]) -> list[TimeSpan]:
        return [TimeSpan(base + timedelta(minutes=a), base + timedelta(minutes=b)) for a, b in pairs]

    left = without(times(spans), times(taken))

    for minute in range(300):
        at = base + timedelta(minutes=minute)
        is_left = sum(one.holds(at) for one in left)
        is_free = not any(one.holds(at) for one in times(taken))
        assert is_left == (sum(one.holds(at) for one in times(spans)) if is_free else 0)
