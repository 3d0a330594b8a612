"""Celery carries the word that work waits; the database says which (see `outbox`).

`Worker` is what performs the work. By default it runs as a thread of the application on Celery's `memory://`; with a
broker's address (RabbitMQ, Redis) as processes of their own. `Pulse` is the sender's side: after a commit that queued
work, and at least every `PULSE_SECONDS`, it sends the word. A broker that is away costs time, never work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError

from coworking.kit.clock import Clock
from coworking.kit.db import Database
from coworking.kit.outbox import Resources, run_due

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

    def perform(self) -> int:
        """Everything that is due now; returns how much was done."""
        done = 0
        for drain in self.drains:
            done += drain(self.database, self.clock, self.resources)
        return done + run_due(self.database, self.clock, self.resources)


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
    word."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
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
            except (BrokerError, OSError) as error:
                log.warning("broker away; the work stays in the database", error=type(error).__name__)
            self._stopping.wait(LEAST_PAUSE_SECONDS)


def run_worker(celery: Celery) -> None:
    """Work in this process until it is told to stop; a `Pulse` of its own makes sure that nothing waits unseen."""
    pulse = Pulse(celery)
    pulse.start()
    try:
        celery.Worker(pool_cls="solo", concurrency=1, without_mingle=True, without_gossip=True).start()
    finally:
        pulse.stop()


class EmbeddedWorker:
    """Celery's worker as a thread of this process, started and stopped with the application."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._controller: Any = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def start(self) -> None:
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_SECONDS):
            raise RuntimeError("the worker did not start")

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
        self._thread.join(STOP_TIMEOUT_SECONDS)

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
