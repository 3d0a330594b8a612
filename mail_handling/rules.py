"""An operator's rules about mail as requests and tasks find them."""

from __future__ import annotations

from dataclasses import dataclass

from coworking.billing import BillingRules
from coworking.kit.calendars import BusinessCalendar
from coworking.membership import MembershipProfile
from mail_handling.profile import MailProfile


@dataclass(frozen=True)
class MailRules:
    profile: MailProfile
    membership: MembershipProfile
    billing: BillingRules

    @property
    def calendar(self) -> BusinessCalendar:
        return self.billing.calendar


class RulesOfMail(dict[int, MailRules]):
    """The rules by operator; only of operators that take in mail."""
