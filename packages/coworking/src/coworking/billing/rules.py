"""An operator's rules about money as requests and tasks find them."""

from __future__ import annotations

from dataclasses import dataclass

from coworking.billing.profile import BillingProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Bilingual
from coworking.membership import MembershipProfile


@dataclass(frozen=True)
class BillingRules:
    """`profile_version_id` is the version that charges made by these rules name."""

    profile: BillingProfile
    membership: MembershipProfile
    calendar: BusinessCalendar
    profile_version_id: int
    operator_title: Bilingual


class RulesOfBilling(dict[int, BillingRules]):
    """The rules by operator."""
