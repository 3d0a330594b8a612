"""An operator's rules about doors as requests and tasks find them, and what the application wires them to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coworking.billing import BillingRules
from coworking.doors.profile import DoorsProfile
from coworking.kit.calendars import BusinessCalendar
from coworking.membership import MembershipProfile, Plan, TimeSpan


@dataclass(frozen=True, slots=True)
class ReservedTime(TimeSpan):
    """A time that a member has reserved. `is_paid`: nothing of it has to be paid before the use any more; `covers_use`:
    the use of the place in it is charged with the reservation and not once more, and so is that of `guests` people."""

    reservation_id: int
    is_paid: bool
    covers_use: bool
    guests: int = 0


ReservedTimesOf = Callable[[Session, int, int, TimeSpan], Sequence[ReservedTime]]
"""Of a member at an office, those that touch a time: (session, member_id, office_id, wanted), in their order."""


@dataclass(frozen=True)
class ReservedTimes:
    """Asks whoever keeps reservations; without any, nobody has reserved anything."""

    of: ReservedTimesOf

    @classmethod
    def none(cls) -> ReservedTimes:
        return cls(lambda session, member_id, office_id, wanted: ())


MustReserve = Callable[[Plan, datetime], bool]
"""Whether a member of this plan may come at that instant only with a reservation."""


def never_reserves(plan: Plan, at: datetime) -> bool:
    return False


@dataclass(frozen=True)
class DoorRules:
    """`must_reserve` is the rule of whoever keeps reservations."""

    profile: DoorsProfile
    billing: BillingRules
    must_reserve: MustReserve = never_reserves

    @property
    def membership(self) -> MembershipProfile:
        return self.billing.membership

    @property
    def calendar(self) -> BusinessCalendar:
        return self.billing.calendar

    def pays_by_use(self, plan_name: str) -> bool:
        """A plan without hours of its own whose members pay for their time (SAK-26, NET-06)."""
        plan = self.membership.plans[plan_name]
        return not plan.hours and self.billing.profile.price_of_use("drop-in", plan_name) is not None

    def sites(self) -> tuple[str, ...]:
        """The places with doors, in the order of the profile."""
        return tuple(dict.fromkeys(door.site for door in self.profile.doors.values()))


class RulesOfDoors(dict[int, DoorRules]):
    """The rules by operator; operators without doors have none."""

    def of(self, operator_id: int) -> DoorRules | None:
        return self.get(operator_id)


@dataclass(frozen=True)
class DoorSecrets:
    """`code_seed` is the 32 bytes of the Ed25519 key that signs QR codes; `card_key` the key of the digests that cards
    are known by. Both are of the deployment: cards and printed codes are void when they change."""

    code_seed: bytes
    card_key: bytes
