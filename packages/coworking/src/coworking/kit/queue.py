"""Celery carries the word that work waits; the database says which (see `outbox`).

`Worker` is what performs the work. By default it runs as a thread of the application on Celery's `memory://`; with a
broker's address (RabbitMQ, Redis) as processes of their own. `Pulse` is the sender's side: after a commit that queued
work, and at least every `PULSE_SECONDS`, it sends the word. A broker that is away costs time, never work; a worker that
no longer hears the word is revived (see `watchdog`).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from celery import Celery
from celery.signals import worker_shutting_down
from kombu.exceptions import OperationalError as BrokerError

from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.errors import TryAgain
from coworking.kit.outbox import Backlog, Resources, backlog, run_due
from coworking.kit.watchdog import Signs, Watchdog

EMBEDDED_BROKER = "memory://"
_EMBEDDED_ADDRESS = "memory://localhost"  # Kombu warns of an address without a host
QUEUE = "rusuban"
WORD = "rusuban.work"
PULSE_SECONDS = 1.0
LEAST_PAUSE_SECONDS = 0.02
# A word that nobody took by then says nothing new: without workers the broker must not fill up.
WORD_LASTS_SECONDS = 30
START_TIMEOUT_SECONDS = 10
STOP_TIMEOUT_SECONDS = 15
POLLING_INTERVAL_SECONDS = 0.01
STUCK_EXIT_CODE = 70
"""EX_SOFTWARE of sysexits: whoever started this process starts it again."""

log = structlog.get_logger(__name__)

Drain = Callable[[Database, Clock, Resources], int]
"""Empties one queue that is a table of its own; returns how much it did."""


@dataclass
class Work:
    """All that a worker can do, in the order in which it does it."""

    database: Database
    clock: Clock
    resources: Resources
    drains: Sequence[Drain] = field(default_factory=tuple)
    signs: Signs = field(default_factory=Signs)
    _ending: threading.Event = field(default_factory=threading.Event)

    def perform(self) -> int:
        """Everything that is due now, or until `end`; returns how much was done."""
        done = 0
        try:
            for drain in self.drains:
                if not self._goes_on():
                    return done
                done += drain(self.database, self.clock, self.resources)
            return done + run_due(self.database, self.clock, self.resources, self._goes_on)
        finally:
            self.signs.done()

    def begin(self) -> None:
        """Again, after an `end`."""
        self._ending.clear()

    def end(self) -> None:
        """Finish the piece that is being done, and begin no other: whoever works next finds the rest in the tables."""
        self._ending.set()

    def _goes_on(self) -> bool:
        self.signs.progress()
        return not self._ending.is_set()

    def backlog(self) -> Backlog:
        """What is due and was not done. Raises `TryAgain`."""
        with self.database.transaction() as session:
            return backlog(session, self.clock.now())

    def measure(self) -> None:
        """Log how much waits."""
        try:
            waiting = self.backlog()
        except TryAgain:
            log.warning("queue not measured: the database is away")
            return
        log.info(
            "queue",
            waiting=waiting.waiting,
            oldest_seconds=round(waiting.oldest_seconds, 1),
            parked=waiting.parked,
        )


def make_celery(broker_url: str, work: Work) -> Celery:
    embedded = broker_url == EMBEDDED_BROKER
    app = Celery("rusuban", broker=_EMBEDDED_ADDRESS if embedded else broker_url, set_as_current=False)
    app.conf.update(
        task_ignore_result=True,
        task_default_queue=QUEUE,
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"polling_interval": POLLING_INTERVAL_SECONDS} if embedded else {},
        worker_enable_remote_control=False,
        # The word will be said again; an unfinished piece of work is undone by the database.
        worker_cancel_long_running_tasks_on_connection_loss=True,
    )

    # Not shared: it would become the task of every other Celery application in this process as well.
    @app.task(name=WORD, shared=False)  # type: ignore[untyped-decorator]  # Celery has no types
    def work_waits() -> None:
        work.perform()

    app.set_default()
    return app


class Pulse:
    """Sends "work waits": soon after `wake`, and once every `PULSE_SECONDS` whatever happens. A burst becomes one
    word. `said` is told after each."""

    def __init__(self, celery: Celery, said: Callable[[], object] = lambda: None) -> None:
        self._celery = celery
        self._said = said
        self._waiting = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self, *_: Any) -> None:
        self._waiting.set()

    def stop(self) -> None:
        self._stopping.set()
        self._waiting.set()
        self._thread.join(STOP_TIMEOUT_SECONDS)

    def _beat(self) -> None:
        while not self._stopping.is_set():
            self._waiting.wait(PULSE_SECONDS)
            self._waiting.clear()
            if self._stopping.is_set():
                return
            try:
                self._celery.send_task(WORD, retry=False, expires=WORD_LASTS_SECONDS)
                self._said()
            except (BrokerError, OSError) as error:
                log.warning("broker away; the work stays in the database", error=type(error).__name__)
            self._stopping.wait(LEAST_PAUSE_SECONDS)


def run_worker(celery: Celery, work: Work, leave: Callable[[int], object] = os._exit) -> None:
    """Work in this process until it is told to stop; a `Pulse` of its own makes sure that nothing waits unseen. Stuck,
    the process leaves at once, for the stuck thread would not: what it was doing is undone by the database."""
    pulse = Pulse(celery, work.signs.said)
    watchdog = Watchdog(work.signs, lambda: leave(STUCK_EXIT_CODE), work.measure)
    pulse.start()
    watchdog.start()

    # Signals hold their receivers weakly: this one lives as long as the worker does.
    @worker_shutting_down.connect  # type: ignore[untyped-decorator]  # Celery has no types
    def end(**_: Any) -> None:
        work.end()

    try:
        celery.Worker(pool_cls="solo", concurrency=1, without_mingle=True, without_gossip=True).start()
    finally:
        watchdog.stop()
        pulse.stop()


class EmbeddedWorker:
    """Celery's worker as a thread of this process, started and stopped with the application."""

    def __init__(self, celery: Celery, work: Work) -> None:
        self._celery = celery
        self._work = work
        self._controller: Any = None
        self._ready = threading.Event()
        self._thread = self._new_thread()

    def start(self) -> None:
        self._work.begin()
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_SECONDS):
            raise RuntimeError("the worker did not start")

    def stop(self) -> None:
        """Returns once nothing is being done any more."""
        self._work.end()
        if self._controller is not None:
            self._controller.stop()
        self._thread.join(STOP_TIMEOUT_SECONDS)

    def revive(self) -> None:
        """Start another thread in place of one that is stuck. Should that one go on after all, no harm is done: a task
        that both want goes to who has its row."""
        if self._controller is not None:
            # Told to end from beside, for it may not answer.
            threading.Thread(target=self._controller.stop, name="stuck-worker", daemon=True).start()
        self._ready.clear()
        self._thread = self._new_thread()
        self.start()

    def _new_thread(self) -> threading.Thread:
        return threading.Thread(target=self._run, name="worker", daemon=True)

    def _run(self) -> None:
        controller = self._celery.WorkController(
            pool_cls="solo",
            concurrency=1,
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda _consumer: self._ready.set(),
        )
        self._controller = controller
        controller.start()
