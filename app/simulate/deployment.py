"""The application as it is started for one run, and nothing of it running by itself."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from app.asgi import Application
from app.simulate.my_number_cards import PeoplesCards
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.clock import VirtualClock
from telephony.carrier.sandbox import Sandbox

SWEEP_TIMES: Final = (time(3, 0), time(23, 30))
"""Local times of the daily sweeps."""


@dataclass(frozen=True, slots=True)
class Upcoming:
    """When the next queued work is due, and what is known of work that failed; None where there is none."""

    due_at: datetime | None
    failure: str | None


@dataclass(slots=True)
class Deployment:
    """What the world needs of the application. `work_waits` is set by the application whenever it has stored or
    queued something, and cleared by who does the work."""

    application: Application
    sandbox: Sandbox
    clock: VirtualClock
    calendar: BusinessCalendar
    public_url: str
    operator: str
    """Its name in addresses."""
    staff: Mapping[str, str]
    """Sign-in names of staff by what a scenario calls them."""
    password: str
    token_lasts: timedelta
    work: Callable[[], object]
    """Do everything that is due now."""
    upcoming: Callable[[], Upcoming]
    buy_numbers: Callable[[str, int], str]
    """Buy so many numbers of an area code from the carrier; the stock file that enters them."""
    lends_lines: bool
    default_office: str
    """Where members join unless a scenario says otherwise."""
    declarations: Sequence[str]
    """That the profile asks of applicants."""
    company_plans: Collection[str]
    """That only companies take."""
    evidence_plans: Collection[str]
    card_plans: Collection[str]
    """Only with a linked card."""
    area_codes: Mapping[str, str]
    """By the name of the office; empty where no lines are lent."""
    interruption_reasons: Sequence[str]
    suspension_reasons: Sequence[str]
    refusal_reasons: Sequence[str]
    prohibited_acts: Sequence[str]
    """Of the profile, in its order."""
    address_uses: Mapping[str, str]
    """Of the profile, in its order, by their kind; empty where no address is lent."""
    mails_to: Callable[[str], Sequence[str]]
    """Texts of the mails to an address, the newest first."""
    peoples_cards: PeoplesCards
    """The My Number Cards of everybody."""
    enter_card: Callable[[str, str], object]
    """Enter one of the sandbox's cards at the provider's page, by the reference of the page."""
    payment_changed_by_office: bool
    """Members do not change their means of payment themselves."""
    debits_accounts: bool
    """The operator writes files for direct debit."""
    close: Callable[[], object]
    sweeps: Sequence[Callable[[], object]] = ()
    """What is done every day at the times of the sweeps."""
    work_waits: bool = False

    def next_sweep_at(self) -> datetime | None:
        """The next daily sweep, strictly later than now."""
        if not self.sweeps:
            return None
        today = self.calendar.local_date(self.clock.now())
        upcoming = (
            self.calendar.instant(day, at) for day in (today, today + timedelta(days=1)) for at in SWEEP_TIMES
        )
        return next(at for at in upcoming if at > self.clock.now())
