"""Seeing that a worker no longer takes work, and bringing one to life again (R08).

A worker has been seen to stop taking messages for good after its broker was restarted, without any error. So nobody
asks it how it is: the word that work waits is said at least once a second (`queue.Pulse`), and a worker that has not
taken one for `PATIENCE_SECONDS` is taken for dead. One that is at work gets longer, as long as it goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

PATIENCE_SECONDS = 30.0
PATIENCE_AT_WORK_SECONDS = 600.0
"""For one piece of work. Statements and requests to others end by themselves long before."""
CHECK_SECONDS = 5.0
MEASURE_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 5

log = structlog.get_logger(__name__)


@dataclass
class Signs:
    """A worker's signs of life, in seconds of the monotonic clock."""

    monotonic: Callable[[], float] = time.monotonic
    _unheard_since: float | None = None
    _at_work_since: float | None = None

    def said(self) -> None:
        """Somebody was told that work waits."""
        if self._unheard_since is None:
            self._unheard_since = self.monotonic()

    def progress(self) -> None:
        """The word was heard, or the next piece of work is begun."""
        self._unheard_since, self._at_work_since = None, self.monotonic()

    def done(self) -> None:
        self._unheard_since = self._at_work_since = None

    @property
    def is_stuck(self) -> bool:
        now, at_work_since, unheard_since = self.monotonic(), self._at_work_since, self._unheard_since
        if at_work_since is not None:
            return now - at_work_since >= PATIENCE_AT_WORK_SECONDS
        return unheard_since is not None and now - unheard_since >= PATIENCE_SECONDS


class Watchdog:
    """Looks every `CHECK_SECONDS`, and calls `revive` for a worker that is stuck. `measure` logs how much waits, once a
    minute."""

    def __init__(
        self, signs: Signs, revive: Callable[[], object], measure: Callable[[], object] = lambda: None
    ) -> None:
        self._signs = signs
        self._revive = revive
        self._measure = measure
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join(STOP_TIMEOUT_SECONDS)

    def _watch(self) -> None:
        measured_at = time.monotonic()
        while not self._stopping.wait(CHECK_SECONDS):
            try:
                self.look()
                if time.monotonic() - measured_at >= MEASURE_SECONDS:
                    measured_at = time.monotonic()
                    self._measure()
            except Exception:  # whoever watches must outlive what it watches
                log.exception("watchdog failed")

    def look(self) -> None:
        """Once."""
        if self._signs.is_stuck:
            log.error("worker stuck; reviving it")
            self._signs.done()
            self._revive()
