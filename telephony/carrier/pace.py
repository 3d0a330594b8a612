"""A carrier takes calls at a fixed pace (1 a second unless agreed otherwise); asking faster is refused."""

import threading
import time
from collections.abc import Callable


class Pace:
    """At most one step each `interval_seconds`, over all threads of this process.

    Other processes have a pace of their own: what together they ask too fast, the carrier refuses with
    too-many-requests, and the task comes again. `monotonic` and `sleep` are those of a virtual clock in
    simulations; an interval of 0 never waits.
    """

    def __init__(
        self,
        interval_seconds: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if interval_seconds < 0:
            raise ValueError("a negative interval")
        self._interval_seconds = interval_seconds
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._next_at: float | None = None

    def wait(self) -> None:
        """Blocks until it is this caller's turn. Turns are given in the order of asking."""
        if not self._interval_seconds:
            return
        with self._lock:
            now = self._monotonic()
            turn_at = now if self._next_at is None else max(now, self._next_at)
            self._next_at = turn_at + self._interval_seconds
        if turn_at > now:
            self._sleep(turn_at - now)
