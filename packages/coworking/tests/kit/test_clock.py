from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from coworking.kit.clock import Clock, SystemClock, VirtualClock

START = datetime(2026, 6, 1, 9, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.mark.parametrize("clock", [SystemClock(), VirtualClock(START)], ids=["system", "virtual"])
def test_now_is_aware_and_in_utc(clock: Clock) -> None:
    assert clock.now().tzinfo is UTC


def test_a_virtual_clock_stands_still_until_moved() -> None:
    clock = VirtualClock(START)
    assert clock.now() == clock.now() == datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
    clock.advance_to(START + timedelta(seconds=61))
    assert clock.now() == datetime(2026, 6, 1, 0, 1, 1, tzinfo=UTC)


def test_a_virtual_clock_may_be_moved_to_the_present() -> None:
    clock = VirtualClock(START)
    clock.advance_to(START.astimezone(timezone(timedelta(hours=-5))))
    assert clock.now() == START


def test_a_virtual_clock_never_goes_back() -> None:
    clock = VirtualClock(START)
    with pytest.raises(ValueError, match="cannot go back"):
        clock.advance_to(START - timedelta(microseconds=1))
    assert clock.now() == START


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 6, 1, 9, 0)
    with pytest.raises(ValueError, match="zone"):
        VirtualClock(naive)
    with pytest.raises(ValueError, match="zone"):
        VirtualClock(START).advance_to(naive)
