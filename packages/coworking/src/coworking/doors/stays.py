"""What a time at the place is charged as: beyond the plan, what was reserved or paid ahead, past closing. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from coworking.doors.rules import DoorRules, ReservedTime
from coworking.membership import TimeSpan, closed_parts, outside_plan_hours

DROP_IN: Final = "drop-in"
OVERTIME: Final = "overtime"
AFTER_CLOSING: Final = "overtime:after-closing"


@dataclass(frozen=True, slots=True)
class ChargedTime:
    """Time of one visit that is charged together, from the start of its first part: units are started per visit.
    `guests` is how many people it is charged for beside the member; 0: for the member alone."""

    purpose: str
    starts_at: datetime
    duration: timedelta
    guests: int = 0


@dataclass(frozen=True, slots=True)
class Stay(TimeSpan):
    """[starts_at, ends_at) of one visit. `beyond` are the people beyond the head count and when they came; what was
    paid ahead lasts until `paid_until`."""

    paid_until: datetime | None = None
    beyond: tuple[tuple[datetime, int], ...] = ()


def charged_times(
    rules: DoorRules, plan_name: str, stay: Stay, reserved: Sequence[ReservedTime]
) -> Iterator[ChargedTime]:
    """What a stay costs beside dues: time outside the plan (SAK-28), of use (SAK-26, SAK-42, NET-06), past closing
    (SAK-33), and of people beyond the head count (SAK-27, SAK-41). What is not offered to the plan costs nothing."""
    past_closing = closed_parts(rules.membership, rules.calendar, stay)
    own = {
        _purpose_in_opening_hours(rules, plan_name, stay): without(
            _beyond_plan(rules, plan_name, stay, reserved), past_closing
        ),
        AFTER_CLOSING: _after(past_closing, stay.paid_until),
    }
    for purpose, parts in own.items():
        if parts and rules.billing.profile.price_of_use(purpose, plan_name) is not None:
            yield _together(purpose, parts)
    if rules.billing.profile.price_of_use(DROP_IN, plan_name) is not None:
        for arrived_at, beyond in stay.beyond:
            yield from _of_guests(
                without([TimeSpan(arrived_at, stay.ends_at)], past_closing), beyond, reserved
            )


def _of_guests(
    parts: Sequence[TimeSpan], beyond: int, reserved: Sequence[ReservedTime]
) -> Iterator[ChargedTime]:
    """Those who were charged with a reservation are not charged once more for its time."""
    charged = [time for time in reserved if time.guests]
    known = min(beyond, max((time.guests for time in charged), default=0))
    for people, left in ((known, without(parts, charged)), (beyond - known, list(parts))):
        if people and left:
            yield _together(DROP_IN, left, people)


def beyond_head_count(inside: int, people: int, most_people: int) -> int:
    """How many of these people are too many for a membership of which so many are inside already."""
    return max(inside + people - most_people, 0) - max(inside - most_people, 0)


def without(spans: Iterable[TimeSpan], taken: Iterable[TimeSpan]) -> list[TimeSpan]:
    """What is left of times, in their order."""
    left = [TimeSpan(span.starts_at, span.ends_at) for span in spans if span.starts_at < span.ends_at]
    for cut in taken:
        left = [
            part
            for span in left
            for part in (
                TimeSpan(span.starts_at, min(span.ends_at, cut.starts_at)),
                TimeSpan(max(span.starts_at, cut.ends_at), span.ends_at),
            )
            if part.starts_at < part.ends_at
        ]
    return left


def _purpose_in_opening_hours(rules: DoorRules, plan_name: str, stay: Stay) -> str:
    if not rules.pays_by_use(plan_name):
        return OVERTIME
    return DROP_IN if stay.paid_until is None else rules.profile.drop_in.extra


def _beyond_plan(
    rules: DoorRules, plan_name: str, stay: Stay, reserved: Sequence[ReservedTime]
) -> list[TimeSpan]:
    """The parts that neither the plan nor a reservation nor a payment holds."""
    plan = rules.membership.plans[plan_name]
    if rules.pays_by_use(plan_name):
        return without(_after([stay], stay.paid_until), [time for time in reserved if time.covers_use])
    if plan.hours_a_month is not None:  # its hours are those that were reserved
        return without([stay], reserved)
    if not plan.hours:
        return []
    outside = outside_plan_hours(plan, rules.calendar, stay)
    return without(outside, [time for time in reserved if time.covers_use])


def _after(spans: Sequence[TimeSpan], at: datetime | None) -> list[TimeSpan]:
    if at is None:
        return list(spans)
    return [TimeSpan(max(span.starts_at, at), span.ends_at) for span in spans if span.ends_at > at]


def _together(purpose: str, parts: Sequence[TimeSpan], guests: int = 0) -> ChargedTime:
    total = sum((part.duration for part in parts), start=timedelta(0))
    return ChargedTime(purpose, parts[0].starts_at, total, guests)
