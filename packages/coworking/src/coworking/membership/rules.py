"""An operator's rules as requests and tasks find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from coworking.kit.calendars import BusinessCalendar
from coworking.membership.profile import MembershipProfile


@dataclass(frozen=True)
class MemberRules:
    """An operator's rules about members, with the calendar that they are read on."""

    profile: MembershipProfile
    calendar: BusinessCalendar


class RulesOfMembers(dict[int, MemberRules]):
    """The rules by operator."""


@dataclass(frozen=True)
class TokenLife:
    valid_for: timedelta
