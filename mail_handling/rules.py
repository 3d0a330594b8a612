"""An operator's rules about mail as requests and tasks find them."""

from __future__ import annotations

from dataclasses import dataclass

from coworking.billing import BillingRules
from coworking.kit.calendars import BusinessCalendar
from coworking.membership import MembershipProfile
from mail_handling.profile import MailProfile


@dataclass(frozen=True)
class MailRules:
    """Links in notices begin with `public_url`."""

    profile: MailProfile
    membership: MembershipProfile
    billing: BillingRules
    public_url: str

    @property
    def calendar(self) -> BusinessCalendar:
        return self.billing.calendar

    def item_url(self, item_id: int) -> str:
        """The item's page for its member, who signs in first."""
        return f"{self.public_url.rstrip('/')}/mail/{item_id}"


class RulesOfMail(dict[int, MailRules]):
    """The rules by operator; only of operators that take in mail."""
