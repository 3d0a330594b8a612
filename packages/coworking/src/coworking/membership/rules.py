"""An operator's rules as requests and tasks find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Bilingual
from coworking.membership.profile import MembershipProfile


@dataclass(frozen=True)
class MemberRules:
    """An operator's rules about members, with the calendar that they are read on."""

    profile: MembershipProfile
    calendar: BusinessCalendar
    dues: Mapping[str, Decimal] = field(default_factory=dict)
    """The monthly dues of each plan that has some: what makes another plan an upgrade."""
    title: Bilingual | None = None
    """What the operator is called, on papers."""

    def is_upgrade(self, plan: str, other: str) -> bool:
        return self.dues.get(other, Decimal(0)) > self.dues.get(plan, Decimal(0))


class RulesOfMembers(dict[int, MemberRules]):
    """The rules by operator."""


@dataclass(frozen=True)
class AccountRules:
    """How accounts are entered here. Links in mails begin with `public_url`, and passkeys are bound to its host."""

    public_url: str
    staff_second_factor_required: bool = False

    @property
    def passkey_host(self) -> str:
        return urlsplit(self.public_url).hostname or ""

    def link(self, path: str, token: str) -> str:
        return f"{self.public_url.rstrip('/')}/{path}/{token}"


@dataclass(frozen=True)
class TokenLife:
    valid_for: timedelta
