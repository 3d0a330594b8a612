"""An operator's rules as requests and tasks find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Bilingual
from coworking.membership.profile import MembershipProfile


@dataclass(frozen=True)
class MemberRules:
    """An operator's rules about members, with the calendar that they are read on and the reasons for which an
    application is refused."""

    profile: MembershipProfile
    calendar: BusinessCalendar
    refusal_reasons: Mapping[str, Bilingual] = field(default_factory=dict)


class RulesOfMembers(dict[int, MemberRules]):
    """The rules by operator."""


@dataclass(frozen=True)
class TokenLife:
    valid_for: timedelta
