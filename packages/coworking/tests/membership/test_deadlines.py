from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.membership.deadlines import (
    age_on,
    earliest_end,
    earliest_start,
    in_time,
    month_end,
    month_start,
)
from coworking.membership.profile import Deadline, LeavingAtOnce, LeavingByDeadline

TENTH = Deadline(day=10, at=time(17))
TWENTIETH = Deadline(day=20)
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1))
DEADLINES = st.builds(Deadline, day=st.integers(1, 28), at=st.none() | st.times())


def leaving(deadline: Deadline) -> LeavingByDeadline:
    return LeavingByDeadline(kind="month-end-by-deadline", deadline=deadline)


@pytest.mark.parametrize(
    ("deadline", "asked", "ends_on", "starts_on"),
    [
        (TENTH, datetime(2026, 6, 10, 17), date(2026, 6, 30), date(2026, 7, 1)),
        (TENTH, datetime(2026, 6, 10, 17, 1), date(2026, 7, 31), date(2026, 8, 1)),
        (TENTH, datetime(2026, 12, 11), date(2027, 1, 31), date(2027, 2, 1)),
        (TWENTIETH, datetime(2026, 6, 20, 23, 59, 59), date(2026, 6, 30), date(2026, 7, 1)),
        (TWENTIETH, datetime(2026, 6, 21), date(2026, 7, 31), date(2026, 8, 1)),
    ],
)
def test_deadlines(deadline: Deadline, asked: datetime, ends_on: date, starts_on: date) -> None:
    assert earliest_end(leaving(deadline), asked) == ends_on
    assert earliest_start(deadline, asked) == starts_on


def test_leaving_at_once_ends_today() -> None:
    assert earliest_end(LeavingAtOnce(kind="at-once"), datetime(2026, 6, 17, 9)) == date(2026, 6, 17)


@given(DEADLINES, MOMENTS, MOMENTS)
def test_who_asks_later_is_served_no_earlier(deadline: Deadline, one: datetime, other: datetime) -> None:
    first, second = sorted((one, other))
    assert earliest_end(leaving(deadline), first) <= earliest_end(leaving(deadline), second)
    assert earliest_start(deadline, first) <= earliest_start(deadline, second)


@given(DEADLINES, MOMENTS)
def test_a_new_term_begins_when_an_ended_one_is_over(deadline: Deadline, asked: datetime) -> None:
    ends_on = earliest_end(leaving(deadline), asked)
    assert month_start(ends_on, 1) == earliest_start(deadline, asked)
    assert ends_on == month_end(asked.date(), 0 if in_time(deadline, asked) else 1)


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 5, 31), 14), (date(2026, 6, 1), 15), (date(2027, 5, 31), 15)]
)
def test_age(day: date, age: int) -> None:
    assert age_on(day, date(2011, 6, 1)) == age
