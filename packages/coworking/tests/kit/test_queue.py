from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from kombu.exceptions import OperationalError as BrokerError

from coworking.kit import queue
from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources
from coworking.kit.queue import Pulse
from packages.coworking.tests.kit.queue_stand import NOW, PATIENCE_SECONDS, Stand

NEVER_SECONDS = 3600.0


class Sent:
    """Stands for Celery where only sending matters: counts, fails as it is told, waits at a gate."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self._arrived = threading.Semaphore(0)
        self.gate = threading.Event()
        self.gate.set()
        self.times = 0

    def send_task(self, name: str, *, retry: bool, expires: int) -> None:
        assert (name, retry, expires) == (queue.WORD, False, queue.WORD_LASTS_SECONDS)
        self.times += 1
        self._arrived.release()
        assert self.gate.wait(PATIENCE_SECONDS)
        if self._failures:
            raise self._failures.pop(0)

    def wait(self) -> None:
        assert self._arrived.acquire(timeout=PATIENCE_SECONDS)


@contextmanager
def beating(sent: Sent) -> Iterator[Pulse]:
    pulse = Pulse(sent)
    pulse.start()
    try:
        yield pulse
    finally:
        sent.gate.set()
        pulse.stop()
        assert not pulse._thread.is_alive()


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent but what was asked for."""
    monkeypatch.setattr(queue, "PULSE_SECONDS", NEVER_SECONDS)


@pytest.mark.usefixtures("silent")
def test_a_burst_becomes_one_word() -> None:
    sent = Sent()
    sent.gate.clear()
    with beating(sent) as pulse:
        pulse.wake()
        sent.wait()
        for _ in range(50):
            pulse.wake()
        sent.gate.set()
        sent.wait()
    assert sent.times == 2


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize(
    "failure", [BrokerError("away"), ConnectionRefusedError("away"), TimeoutError("away"), OSError("away")]
)
def test_a_broker_that_is_away_does_not_end_the_pulse(failure: Exception) -> None:
    sent = Sent(failure, failure)
    with beating(sent) as pulse:
        for _ in range(3):
            pulse.wake()
            sent.wait()
    assert sent.times == 3


def test_the_pulse_beats_whatever_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "PULSE_SECONDS", 0.001)
    sent = Sent(BrokerError("away"))
    with beating(sent):
        for _ in range(3):
            sent.wait()


@pytest.mark.usefixtures("silent")
def test_a_pulse_that_nobody_woke_stops_in_silence() -> None:
    sent = Sent()
    with beating(sent):
        pass
    assert sent.times == 0


@pytest.fixture
def stand(clean_database: Database) -> Stand:
    return Stand(clean_database)


@pytest.mark.usefixtures("silent")
def test_the_embedded_worker_starts_works_stops_and_starts_again(stand: Stand) -> None:
    with stand.working():
        for what in ("first", "second"):
            stand.enqueue(what)
            assert stand.done.next() == what
    stand.enqueue("while it stood still")
    assert stand.waiting() == 1
    with stand.working():
        stand.enqueue("afterwards")
        assert [stand.done.next(), stand.done.next()] == ["while it stood still", "afterwards"]
    assert stand.waiting() == 0
    assert stand.done.empty()


def test_what_was_queued_elsewhere_is_found_by_the_beat(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PULSE_SECONDS", 0.01)
    with stand.working():
        stand.database.after_commit = None
        stand.enqueue("unannounced")
        assert stand.done.next() == "unannounced"


@pytest.mark.usefixtures("silent")
def test_a_worker_outlives_work_that_breaks(stand: Stand) -> None:
    broken = threading.Event()

    def breaking(_: Database, __: Clock, ___: Resources) -> int:
        if not broken.is_set():
            broken.set()
            raise ZeroDivisionError
        return 0

    stand.work.drains = (breaking,)
    with stand.working() as celery:
        stand.enqueue("whole")
        assert broken.wait(PATIENCE_SECONDS)
        celery.send_task(queue.WORD)
        assert stand.done.next() == "whole"


def test_told_to_end_it_begins_no_other_piece(stand: Stand) -> None:
    """Ten thousand tasks that wait do not keep a service from stopping; the next one finds them."""

    def drain(*_: object) -> int:
        stand.work.end()
        return 1

    stand.work.drains = (drain, drain)
    stand.enqueue("left")
    assert stand.work.perform() == 1
    assert stand.waiting() == 1
    stand.work.drains = ()
    assert stand.work.perform() == 0
    stand.work.begin()
    assert stand.work.perform() == 1
    assert stand.done.next() == "left"


def test_queues_that_are_tables_are_emptied_first(stand: Stand) -> None:
    order: list[str] = []

    def drain(name: str, amount: int) -> Callable[[Database, Clock, Resources], int]:
        def empty(database: Database, clock: Clock, resources: Resources) -> int:
            assert (database, clock.now(), resources) == (stand.database, NOW, stand.work.resources)
            order.append(name)
            return amount

        return empty

    stand.work.drains = (drain("a", 2), drain("b", 3))
    stand.enqueue("last")
    assert stand.work.perform() == 6
    assert order == ["a", "b"]
    assert stand.done.next() == "last"
