"""The application as it is started for one run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from app.simulate.asgi import Application
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import VirtualClock
from telephony.carrier.sandbox import Sandbox

SWEEP_TIME: Final = time(3, 0)
"""Local time of the daily sweeps."""


@dataclass(slots=True)
class Deployment:
    """What the world needs of the application, and nothing else. `delivered` counts the carrier's webhooks."""

    application: Application
    sandbox: Sandbox
    clock: VirtualClock
    calendar: BusinessCalendar
    public_url: str
    work: Callable[[], object]
    """Do everything that is due now."""
    sweep: Callable[[], object]
    """What is done once a day."""
    next_work_at: Callable[[], datetime | None]
    failed_work: Callable[[], str | None]
    """What is known of a piece of work that failed; None where none did."""
    staff_token: Callable[[str], str]
    member_token: Callable[[int], str]
    close: Callable[[], object]
    delivered: int = 0

    def next_sweep_at(self) -> datetime:
        """The next daily sweep, strictly later than now."""
        today = self.calendar.local_date(self.clock.now())
        at = self.calendar.instant(today, SWEEP_TIME)
        return at if at > self.clock.now() else self.calendar.instant(today + timedelta(days=1), SWEEP_TIME)
