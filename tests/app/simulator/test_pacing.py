from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.simulator.pacing import LONGEST_REST_SECONDS, SPEEDS, PacedClock
from coworking.kit.clock import VirtualClock

START = datetime(2026, 7, 14, tzinfo=UTC)


def paced() -> tuple[VirtualClock, PacedClock]:
    base = VirtualClock(START)
    return base, PacedClock(base)


def pass_by(base: VirtualClock, seconds: float) -> None:
    base.advance_to(base.now() + timedelta(seconds=seconds))


def test_time_runs_at_the_chosen_speed_from_the_choice_on() -> None:
    base, clock = paced()
    pass_by(base, 10)
    clock.set_speed(60)
    pass_by(base, 2)
    assert clock.now() == START + timedelta(seconds=10 + 120)
    clock.set_speed(1)
    pass_by(base, 5)
    assert clock.now() == START + timedelta(seconds=135)


def test_it_stands_still_while_paused_and_goes_on_where_it_stood() -> None:
    base, clock = paced()
    clock.set_paused(True)
    pass_by(base, 100)
    assert clock.now() == START
    clock.set_speed(10)
    clock.set_paused(False)
    pass_by(base, 1)
    assert clock.now() == START + timedelta(seconds=10)


def test_another_speed_is_refused() -> None:
    _, clock = paced()
    with pytest.raises(ValueError, match="speed 7"):
        clock.set_speed(7)


@given(st.lists(st.tuples(st.sampled_from([*SPEEDS, True, False]), st.integers(0, 1000)), max_size=20))
def test_it_never_goes_back(changes: list[tuple[int | bool, int]]) -> None:
    base, clock = paced()
    before = clock.now()
    for change, seconds in changes:
        if isinstance(change, bool):
            clock.set_paused(change)
        else:
            clock.set_speed(change)
        assert clock.now() == before
        pass_by(base, seconds)
        assert clock.now() >= before
        before = clock.now()


def test_the_rest_until_what_is_due_counts_in_seconds_of_the_base_clock() -> None:
    _, clock = paced()
    assert clock.rest_seconds(None) == LONGEST_REST_SECONDS
    assert clock.rest_seconds(START - timedelta(seconds=1)) == 0
    assert clock.rest_seconds(START + timedelta(hours=1)) == LONGEST_REST_SECONDS
    clock.set_speed(60)
    assert clock.rest_seconds(START + timedelta(seconds=1.2)) == pytest.approx(0.02)
    clock.set_paused(True)
    assert clock.rest_seconds(START) == LONGEST_REST_SECONDS
