"""An operator's rules about reservations as requests and tasks find them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coworking.billing import BillingRules
from coworking.kit.calendars import BusinessCalendar
from coworking.membership import MembershipProfile, Plan, is_staffed, within_plan_hours
from coworking.reservations.errors import ReservationsNotOffered
from coworking.reservations.profile import ReservationsProfile, UnstaffedReservation


@dataclass(frozen=True)
class ReservationRules:
    profile: ReservationsProfile
    billing: BillingRules

    @property
    def membership(self) -> MembershipProfile:
        return self.billing.membership

    @property
    def calendar(self) -> BusinessCalendar:
        return self.billing.calendar

    def must_reserve(self, plan: Plan, at: datetime) -> bool:
        """Whether members of this plan may be there at that instant with a reservation only (SAK-15, SAK-32): always
        where the plan counts hours of the month; in unstaffed hours as the profile says."""
        if plan.hours_a_month is not None:
            return True
        if is_staffed(self.membership, self.calendar, at):
            return False
        match self.profile.unstaffed_reservation:
            case UnstaffedReservation.ALWAYS:
                return True
            case UnstaffedReservation.NEVER:
                return False
            case UnstaffedReservation.OUTSIDE_PLAN_HOURS:
                return not within_plan_hours(plan, self.calendar, at)


class RulesOfReservations(dict[int, ReservationRules]):
    """The rules by operator; operators without spaces to reserve have none."""

    def of(self, operator_id: int) -> ReservationRules:
        """Raises `ReservationsNotOffered`."""
        rules = self.get(operator_id)
        if rules is None:
            raise ReservationsNotOffered
        return rules
