"""Who is let in: a pure decision over facts. Leaving is never asked about: the way out is always free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from coworking.doors import errors
from coworking.doors.errors import EntryRefused
from coworking.doors.profile import Means

Act = Literal["check-in", "unlock"]
SERVED = frozenset({"active", "leaving"})


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """All that a decision hangs on, as of one instant.

    `in_term`: the day is in the membership's days. `in_plan_hours`: of a plan without hours of its own that does not
    pay by use, the opening hours. `must_reserve` and `has_reservation` are of this instant. `has_paid_time`: reception
    has taken payment for this time. `means_offered` are those of the door or of the entrance.
    """

    act: Act
    means: Means
    means_offered: Sequence[Means]
    status: str
    in_term: bool
    is_closed_for_emergency: bool
    is_open: bool
    is_staffed: bool
    in_plan_hours: bool
    pays_by_use: bool
    must_reserve: bool
    has_reservation: bool
    is_reservation_paid: bool
    has_payment_card: bool
    has_paid_time: bool
    is_inside: bool
    must_check_in: bool
    card_needs_plan_hours_unstaffed: bool


def refusal_of(facts: EntryFacts) -> EntryRefused | None:
    """Why this person is not let in; None: come in. Who one is goes before the place, the place before the time, the
    time before how one came."""
    return _of_member(facts) or _of_place(facts) or _of_time(facts) or _of_way_in(facts)


def _of_member(facts: EntryFacts) -> EntryRefused | None:
    """Payment state is in the status: who is in arrears long enough is limited (SAK-10, NET-17)."""
    if facts.status == "limited":
        return errors.UseLimited()
    if facts.status == "suspended":
        return errors.PausedNow()
    if facts.status not in SERVED or not facts.in_term:
        return errors.NotActive()
    return None


def _of_place(facts: EntryFacts) -> EntryRefused | None:
    """SAK-01, SAK-37."""
    if facts.is_closed_for_emergency:
        return errors.SiteClosedNow()
    if not facts.is_open:
        return errors.OutsideOpeningHours()
    return None


def _of_time(facts: EntryFacts) -> EntryRefused | None:
    """SAK-15, SAK-28, SAK-32, SAK-44."""
    if facts.has_paid_time:
        return None
    is_unattended = not facts.is_staffed and not facts.in_plan_hours
    if facts.means is Means.CARD and is_unattended and facts.card_needs_plan_hours_unstaffed:
        return errors.OutsidePlanHours()
    if facts.must_reserve and not facts.has_reservation:
        return errors.ReservationRequired()
    if facts.must_reserve and not facts.is_staffed and not facts.is_reservation_paid:
        return errors.ReservationUnpaid()
    if facts.pays_by_use and not facts.is_staffed and not facts.has_payment_card:
        return errors.PaymentCardRequired()
    return None


def _of_way_in(facts: EntryFacts) -> EntryRefused | None:
    """SAK-31."""
    if facts.means not in facts.means_offered:
        return errors.MeansNotOffered(allowed=", ".join(facts.means_offered))
    if facts.act == "check-in" and facts.is_inside:
        return errors.AlreadyInside()
    if facts.act == "unlock" and facts.must_check_in and not facts.is_inside:
        return errors.NotCheckedIn()
    return None
