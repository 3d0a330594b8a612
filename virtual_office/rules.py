"""An operator's rules about its address as requests and tasks find them."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.profile_fields import Bilingual
from coworking.membership import Contract, MembershipProfile
from virtual_office.errors import UseUnknown
from virtual_office.profile import AddressUse, RegisteredAddressProfile


@dataclass(frozen=True)
class AddressRules:
    """`public_url` is where anybody checks a certificate; `title` is what the operator is called on it."""

    profile: RegisteredAddressProfile
    membership: MembershipProfile
    calendar: BusinessCalendar
    operator: str
    title: Bilingual
    public_url: str

    def today(self, now: datetime) -> date:
        return self.calendar.local_date(now)

    def use(self, name: str) -> AddressUse:
        """Raises `UseUnknown`."""
        found = self.profile.uses.get(name)
        if found is None:
            raise UseUnknown(use=name, allowed=", ".join(self.profile.uses))
        return found

    def named(self, name: str) -> str:
        """The name of a use that is asked for by its name or by its kind. Raises `UseUnknown`."""
        found = name if name in self.profile.uses else self.use_of_kind(name)
        if found is None:
            raise UseUnknown(use=name, allowed=", ".join(self.profile.uses))
        return found

    def use_of_kind(self, kind: str) -> str | None:
        """The name of the first use of this kind."""
        return next((name for name, use in self.profile.uses.items() if use.kind == kind), None)

    def options_on(self, contract: Contract, day: date) -> Set[str]:
        """The options that a member has on a day, those in the plan included, unless it is paused; none after the
        contract's end."""
        if contract.ends_on is not None and day > contract.ends_on:
            return frozenset()
        beside = {span.name for span in contract.options if span.holds(day)}
        if any(pause.holds(day) for pause in contract.pauses):
            return beside
        plan = self.membership.plans.get(contract.plan_on(day) or "")
        return beside | set(plan.includes if plan is not None else ())

    def uses_on(self, contract: Contract, day: date) -> list[str]:
        """What the member may do with the address on a day, in the order of the profile."""
        options = self.options_on(contract, day)
        return [name for name, use in self.profile.uses.items() if use.option in options]

    def is_charged_until_moved(self, use: AddressUse) -> bool:
        return use.option in self.membership.contracts.until_address_moved


class RulesOfAddresses(dict[int, AddressRules]):
    """The rules by operator, of those that lend their address."""
