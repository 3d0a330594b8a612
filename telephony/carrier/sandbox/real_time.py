"""Running the sandbox in real time: a clock with a speed, and the loop that sleeps to the next entry."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

import httpx

from coworking.kit.clock import Clock
from telephony.carrier.sandbox.sandbox import Sandbox
from telephony.carrier.sandbox.webhooks import Deliver, WebhookRequest, WebhookResponse

MAX_SPEED = 3_600.0
MAX_RESPONSE_BYTES = 1_048_576
LONGEST_SLEEP_SECONDS = 60.0

log = logging.getLogger(__name__)


class PacedClock:
    """Real time multiplied by a speed that may change, or standing still; it never goes back."""

    def __init__(self, real: Clock, *, speed: float = 1.0) -> None:
        self.on_change: Callable[[], None] | None = None
        """Called when the speed has changed: a sleeper must reckon again."""
        self._real = real
        self._lock = Lock()
        self._real_base = self._base = self._latest = real.now()
        self._speed = _checked(speed)
        self._paused = False

    @property
    def speed(self) -> float:
        """Set while the clock runs, and what it will run with while it is paused."""
        return self._speed

    @property
    def paused(self) -> bool:
        return self._paused

    def now(self) -> datetime:
        with self._lock:
            return self._now()

    def set_speed(self, speed: float) -> None:
        """Raises ValueError unless 0 < speed <= MAX_SPEED."""
        self._change(_checked(speed), self._paused)

    def pause(self) -> None:
        self._change(self._speed, True)

    def resume(self) -> None:
        self._change(self._speed, False)

    def seconds_until(self, at: datetime | None) -> float:
        """Real seconds until this clock shows `at`, at most LONGEST_SLEEP_SECONDS; that too for None or in a pause."""
        if at is None or self._paused:
            return LONGEST_SLEEP_SECONDS
        seconds = (at - self.now()).total_seconds() / self._speed
        return min(max(seconds, 0.0), LONGEST_SLEEP_SECONDS)

    def _now(self) -> datetime:
        if not self._paused:
            real_seconds = (self._real.now() - self._real_base).total_seconds()
            shown = self._base + timedelta(seconds=real_seconds * self._speed)
            self._latest = max(self._latest, shown)  # the machine's own clock may be set back
        return self._latest

    def _change(self, speed: float, paused: bool) -> None:
        with self._lock:
            self._base = self._now()
            self._real_base = self._real.now()
            self._speed, self._paused = speed, paused
        if self.on_change is not None:
            self.on_change()


async def run(sandbox: Sandbox, clock: PacedClock) -> None:
    """Perform what falls due until cancelled; `clock` is the one that the sandbox was made with."""
    loop = asyncio.get_running_loop()
    woken = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(woken.set)

    sandbox.timeline.on_push = clock.on_change = wake
    try:
        while True:
            woken.clear()
            try:
                await sandbox.advance(clock.now())
            except Exception:
                log.exception("the sandbox carrier failed at one entry and goes on with the next")
                continue
            sandbox.flush()
            try:
                async with asyncio.timeout(clock.seconds_until(sandbox.next_due_at())):
                    await woken.wait()
            except TimeoutError:
                pass
    finally:
        sandbox.timeline.on_push = clock.on_change = None
        sandbox.flush()


def over_http(client: httpx.AsyncClient) -> Deliver:
    """Webhooks to an application that listens somewhere else."""

    async def deliver(request: WebhookRequest) -> WebhookResponse:
        response = await client.request(
            request.method,
            request.url,
            data=_form(request),
            headers=request.headers,
            timeout=request.timeout_seconds,
        )
        return WebhookResponse(
            response.status_code, dict(response.headers), response.content[:MAX_RESPONSE_BYTES]
        )

    return deliver


def _form(request: WebhookRequest) -> dict[str, list[str]] | None:
    if request.method == "GET":
        return None
    form: dict[str, list[str]] = {}
    for name, value in request.form:
        form.setdefault(name, []).append(value)
    return form


def _checked(speed: float) -> float:
    if not 0 < speed <= MAX_SPEED:
        raise ValueError(f"speed must be more than 0 and at most {MAX_SPEED:g}, not {speed}")
    return speed
