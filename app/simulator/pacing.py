"""Time for the simulator page: it can stand still or run faster, and the sandbox carrier follows it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from coworking.kit.clock import Clock
from telephony.carrier.sandbox import Sandbox

SPEEDS = (1, 10, 60)
LONGEST_REST_SECONDS = 0.05  # how late a call that a page or the API just started is noticed


class PacedClock:
    """A clock over another one: `speed` virtual seconds pass per second of it, none while paused.

    It never goes back. Whoever shares calls with the sandbox shares this clock: both then agree on when a call was.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._base_anchor = base.now()
        self._anchor = self._base_anchor
        self.speed = 1
        self.paused = False

    def now(self) -> datetime:
        if self.paused:
            return self._anchor
        passed = max(self._base.now() - self._base_anchor, timedelta())
        return self._anchor + passed * self.speed

    def set_speed(self, speed: int) -> None:
        """From now on; one of SPEEDS, otherwise ValueError."""
        if speed not in SPEEDS:
            raise ValueError(f"speed {speed} is not one of {SPEEDS}")
        self._re_anchor()
        self.speed = speed

    def set_paused(self, paused: bool) -> None:
        self._re_anchor()
        self.paused = paused

    def rest_seconds(self, due_at: datetime | None) -> float:
        """Seconds of the base clock until `due_at`, at least 0 and at most LONGEST_REST_SECONDS."""
        if due_at is None or self.paused:
            return LONGEST_REST_SECONDS
        until = (due_at - self.now()).total_seconds() / self.speed
        return min(max(until, 0.0), LONGEST_REST_SECONDS)

    def _re_anchor(self) -> None:
        self._anchor, self._base_anchor = self.now(), self._base.now()


async def keep_pace(sandbox: Sandbox, clock: PacedClock) -> None:
    """Performs what falls due at the sandbox, until cancelled. One per sandbox, on the loop that serves the page."""
    while True:
        await sandbox.advance(clock.now())
        await asyncio.sleep(clock.rest_seconds(sandbox.next_due_at()))
