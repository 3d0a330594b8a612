"""One call a second, in the order of asking, on a clock of one's own."""

import threading

import pytest

from telephony.carrier import Pace


class Time:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


def test_steps_are_an_interval_apart() -> None:
    time = Time()
    pace = Pace(1.0, monotonic=lambda: time.now, sleep=time.sleep)
    for _ in range(3):
        pace.wait()
    assert time.slept == [1.0, 1.0]


def test_time_that_has_passed_counts() -> None:
    time = Time()
    pace = Pace(1.0, monotonic=lambda: time.now, sleep=time.sleep)
    pace.wait()
    time.now += 0.75
    pace.wait()
    time.now += 60
    pace.wait()
    assert time.slept == [0.25]


def test_threads_take_turns() -> None:
    slept: list[float] = []
    pace = Pace(1.0, monotonic=lambda: 100.0, sleep=slept.append)
    threads = [threading.Thread(target=pace.wait) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slept) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_no_interval_never_waits() -> None:
    time = Time()
    pace = Pace(0, monotonic=lambda: time.now, sleep=time.sleep)
    pace.wait()
    pace.wait()
    assert time.slept == []


def test_a_negative_interval_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="negative"):
        Pace(-1)
