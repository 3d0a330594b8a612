"""R08: a worker that takes no work any more is seen and revived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from coworking.kit import queue, watchdog
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.outbox import Backlog, Resources
from coworking.kit.queue import EMBEDDED_BROKER, STUCK_EXIT_CODE, EmbeddedWorker, Pulse, make_celery
from coworking.kit.watchdog import PATIENCE_AT_WORK_SECONDS, PATIENCE_SECONDS, Signs, Watchdog
from packages.coworking.tests.kit.queue_stand import NOW, Stand
from packages.coworking.tests.kit.queue_stand import PATIENCE_SECONDS as LONG_SECONDS


class Timer:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def timer() -> Timer:
    return Timer()


@pytest.mark.parametrize(
    ("what", "happens", "is_stuck"),
    [
        ("nothing was said", [PATIENCE_SECONDS * 9], False),
        ("just said", ["said", PATIENCE_SECONDS - 1], False),
        ("said and not heard", ["said", PATIENCE_SECONDS], True),
        ("said again and again", ["said", PATIENCE_SECONDS - 1, "said", 1.0], True),
        ("heard in between", ["said", 20.0, "progress", "done", 20.0], False),
        ("heard, said again, not heard", ["said", "progress", "done", "said", PATIENCE_SECONDS], True),
        ("long at work", ["said", "progress", "said", PATIENCE_AT_WORK_SECONDS - 1], False),
        ("at work for ever", ["said", "progress", PATIENCE_AT_WORK_SECONDS], True),
        ("one after the other", ["progress", 500.0, "progress", 500.0], False),
    ],
)
def test_a_worker_is_stuck_when_it_does_not_hear(
    timer: Timer, what: str, happens: list[str | float], is_stuck: bool
) -> None:
    signs = Signs(timer)
    for one in happens:
        if isinstance(one, str):
            getattr(signs, one)()
        else:
            timer.seconds += one
    assert signs.is_stuck is is_stuck, what


def test_a_stuck_worker_is_revived_once(timer: Timer) -> None:
    signs, revived = Signs(timer), []
    dog = Watchdog(signs, lambda: revived.append(timer.seconds))
    signs.said()
    for _ in range(4):
        timer.seconds += PATIENCE_SECONDS / 2
        dog.look()
    assert revived == [PATIENCE_SECONDS]
    signs.said()
    timer.seconds += PATIENCE_SECONDS
    dog.look()
    assert len(revived) == 2


def test_a_watchdog_outlives_what_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.001)
    monkeypatch.setattr(watchdog, "MEASURE_SECONDS", 0.0)
    enough, signs = threading.Semaphore(0), Signs(lambda: 0.0)

    def breaking() -> None:
        enough.release()
        raise ZeroDivisionError

    dog = Watchdog(signs, breaking, breaking)
    dog.start()
    for _ in range(3):
        assert enough.acquire(timeout=LONG_SECONDS)
    dog.stop()
    assert not dog._thread.is_alive()


@pytest.fixture
def stand(clean_database: Database) -> Stand:
    return Stand(clean_database)


@contextmanager
def watched(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedWorker]:
    """An embedded worker with its pulse and a watchdog that is impatient."""
    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.02)
    monkeypatch.setattr(queue, "PULSE_SECONDS", 0.02)
    celery = make_celery(EMBEDDED_BROKER, stand.work)
    worker = EmbeddedWorker(celery, stand.work)
    pulse = Pulse(celery, stand.work.signs.said)
    dog = Watchdog(stand.work.signs, worker.revive)
    worker.start()
    pulse.start()
    dog.start()
    try:
        yield worker
    finally:
        dog.stop()
        pulse.stop()
        worker.stop()
        assert not worker._thread.is_alive()


def test_a_worker_that_stopped_taking_is_replaced_r08(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.3)
    with watched(stand, monkeypatch) as worker:
        stand.enqueue("before")
        assert stand.done.next() == "before"
        worker._controller.stop()  # as a consumer that lost its broker and never found it again
        worker._thread.join(LONG_SECONDS)
        stand.enqueue("after")
        assert stand.done.next() == "after"


def test_a_worker_that_hangs_in_its_work_is_replaced_r08(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "PATIENCE_AT_WORK_SECONDS", 0.3)
    hangs, free = threading.Event(), threading.Event()

    def hanging(_: Database, __: Clock, ___: Resources) -> int:
        if not hangs.is_set():
            hangs.set()
            free.wait(LONG_SECONDS)
        return 0

    stand.work.drains = (hanging,)
    with watched(stand, monkeypatch):
        stand.enqueue("in spite of it")
        assert hangs.wait(LONG_SECONDS)
        assert stand.done.next() == "in spite of it"
        free.set()


def test_a_stuck_process_leaves_so_that_it_is_started_again_r08(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "CHECK_SECONDS", 0.01)
    monkeypatch.setattr(watchdog, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(queue, "PULSE_SECONDS", 0.01)
    left = threading.Event()
    codes: list[int] = []

    class Deaf:
        """A worker that hears nothing, until the process leaves."""

        def __init__(self, **_: object) -> None: ...

        def start(self) -> None:
            assert left.wait(LONG_SECONDS)

    def leave(code: int) -> None:
        codes.append(code)
        left.set()

    celery = make_celery(EMBEDDED_BROKER, stand.work)
    monkeypatch.setattr(celery, "Worker", Deaf)
    queue.run_worker(celery, stand.work, leave)
    assert codes[0] == STUCK_EXIT_CODE


def test_what_waits_is_measured(stand: Stand) -> None:
    assert stand.work.backlog() == Backlog(waiting=0, oldest_seconds=0.0, parked=0)
    for _ in range(2):
        stand.enqueue("late")
    stand.clock.advance_to(NOW + timedelta(seconds=90))
    assert stand.work.backlog() == Backlog(waiting=2, oldest_seconds=90.0, parked=0)
    stand.work.measure()
    stand.work.perform()
    assert stand.work.backlog().waiting == 0
