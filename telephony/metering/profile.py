"""What an operator's profile says about the price of calls: dated rate cards. Pure data.

A price class of a call is a pair: where it comes from and the rate class of the number it goes to.
"""

from collections.abc import Iterator, Mapping
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from coworking.kit.mailer import MailRefused, mail_address
from coworking.kit.phone import NumberClass
from coworking.kit.profile_fields import (
    Day,
    Misfit,
    Name,
    Rate,
    Table,
    Text,
    TimeOfDay,
    Words,
    Yen,
    out_of_order,
    version_on,
)


class Origin(StrEnum):
    """Where the priced leg comes from."""

    FORWARD = "forward"
    """An incoming call, put through."""
    DESK = "desk"
    """The lent desk phone calls out."""
    MOBILE = "mobile"
    """A registered mobile calls out through the service."""
    FIXED = "fixed"
    """A registered fixed phone calls out through the service."""


class CallClass(StrEnum):
    """What a rate card prices."""

    FORWARD_TO_FIXED = "forward-to-fixed"
    FORWARD_TO_MOBILE = "forward-to-mobile"
    FORWARD_TO_IP = "forward-to-ip"
    DESK_TO_FIXED = "desk-to-fixed"
    DESK_TO_MOBILE = "desk-to-mobile"
    DESK_TO_IP = "desk-to-ip"
    MOBILE_TO_FIXED = "mobile-to-fixed"
    MOBILE_TO_MOBILE = "mobile-to-mobile"
    MOBILE_TO_IP = "mobile-to-ip"
    FIXED_TO_FIXED = "fixed-to-fixed"
    FIXED_TO_MOBILE = "fixed-to-mobile"
    FIXED_TO_IP = "fixed-to-ip"
    CONTROL = "control"


class RateClass(StrEnum):
    """The classes that prices know; every class of number counts as one of them."""

    FIXED = "fixed"
    MOBILE = "mobile"
    IP = "ip"


class MonthOf(StrEnum):
    """Which moment of a call decides the month it is charged in."""

    ANSWER = "answer"


class ReceptionCalls(StrEnum):
    """What a call from the office's reception phone to the line's desk phone costs."""

    FREE = "free"
    AS_FORWARDED = "as-forwarded"


class NightHours(Table):
    """Local time, half-open, over midnight if it ends earlier."""

    starts_at: TimeOfDay
    ends_at: TimeOfDay

    def covers(self, at: time) -> bool:
        if self.starts_at < self.ends_at:
            return self.starts_at <= at < self.ends_at
        return at >= self.starts_at or at < self.ends_at

    def misfits(self) -> Iterator[Misfit]:
        if self.starts_at == self.ends_at:
            yield Misfit(
                ("ends_at",),
                Words("starts_at と同じです", "is the same as starts_at"),
                Words("starts_at と違う時刻", "a time other than starts_at"),
            )


class NightPrice(NightHours):
    """Another price for calls answered at night."""

    unit_price: Yen


class CallPrice(Table):
    """Price per started unit of an answered call."""

    unit_seconds: Annotated[int, Field(ge=1, le=3600)]
    unit_price: Yen
    minimum_units: Annotated[int, Field(ge=0, le=1000)] = 0
    """Units that an answered call costs at least."""
    free_units: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Units of a line and month that cost nothing."""
    night: NightPrice | None = None


class RateCard(Table):
    """All call prices from a date on, until the next card's date."""

    valid_from: Day
    rule: Text | None = None
    """Named in the reason of each charge."""
    control_rule: Text | None = None
    control_free_from_desk_phone: bool
    line_plans: Annotated[Mapping[Name, Mapping[CallClass, CallPrice]], Field(min_length=1)]

    def price(self, line_plan: str, call_class: CallClass) -> CallPrice | None:
        """None: the plan does not offer such calls."""
        return self.line_plans.get(line_plan, {}).get(call_class)


MAIL_ADDRESS_WORDS = Words("メールアドレス", "a mail address")


def _mail_address(text: str) -> str:
    try:
        mail_address(text)
    except MailRefused as error:
        raise PydanticCustomError("not_allowed", "not allowed", {"allowed": MAIL_ADDRESS_WORDS}) from error
    return text


MailAddress = Annotated[
    str,
    AfterValidator(_mail_address),
    WithJsonSchema({"type": "string", "allowed": list(MAIL_ADDRESS_WORDS)}),
]


class CapSet(Table):
    """The most that a line, a member or an operator may use (R19). Days are local ones, yen those of the charges."""

    concurrent_calls: Annotated[int, Field(ge=1, le=100_000)]
    calls_per_minute: Annotated[int, Field(ge=1, le=100_000)]
    minutes_per_day: Annotated[int, Field(ge=1, le=10_000_000)]
    yen_per_day: Yen


def _cap_set(concurrent_calls: int, calls_per_minute: int, minutes_per_day: int, yen_per_day: int) -> CapSet:
    return CapSet.model_validate(
        {
            "concurrent_calls": concurrent_calls,
            "calls_per_minute": calls_per_minute,
            "minutes_per_day": minutes_per_day,
            "yen_per_day": yen_per_day,
        }
    )


class Caps(Table):
    line: CapSet = _cap_set(20, 60, 6_000, 300_000)
    member: CapSet = _cap_set(50, 120, 20_000, 1_000_000)
    operator: CapSet = _cap_set(500, 1_200, 200_000, 10_000_000)
    warning_share: Rate = Decimal("0.80")
    """Of what adds up in a day or month: from here on members and staff are told."""
    pause_minutes: Annotated[int, Field(ge=1, le=1440)] = 10
    """How long too many calls at once, or within a minute, stop what made them."""
    staff_address: MailAddress | None = None
    """Where staff are told of caps; without it the list of caps tells them."""


class Comparing(Table):
    """How our legs are compared with the carrier's records (R36)."""

    tolerance_seconds: Annotated[int, Field(ge=0, le=60)] = 2
    """A leg that differs by more is a case."""


class Unusual(Table):
    """From when on a line's month is worth a look."""

    foreign_share: Rate = Decimal("0.30")
    """Of callers that show a number."""
    foreign_calls: Annotated[int, Field(ge=1, le=1_000_000)] = 10
    """Fewer say nothing."""
    night: NightHours = NightHours(starts_at=time(0), ends_at=time(5))
    night_calls: Annotated[int, Field(ge=1, le=1_000_000)] = 5
    """Connected at night, on a line that had none in the month before."""
    long_seconds: Annotated[int, Field(ge=60, le=14_400)] = 7_200
    """A call of at least this length is long."""
    loop_calls: Annotated[int, Field(ge=1, le=1_000_000)] = 3
    """Calls that come from a line of ours or go back and forth between the same two numbers."""
    burst_calls: Annotated[int, Field(ge=2, le=1_000_000)] = 30
    """Short calls of a line within one hour."""
    burst_seconds: Annotated[int, Field(ge=0, le=600)] = 10
    """A call that lasts no longer is short."""


class MeteringProfile(Table):
    """[metering]"""

    month_of: MonthOf
    reception_to_desk_phone: ReceptionCalls
    caps: Caps = Caps()
    comparing: Comparing = Comparing()
    unusual: Unusual = Unusual()
    counts_as: Mapping[NumberClass, RateClass]
    rate_cards: Annotated[tuple[RateCard, ...], Field(min_length=1)]
    """From the oldest to the newest."""

    @property
    def has_free_units(self) -> bool:
        """Whether any price of any card has some."""
        return any(
            price.free_units
            for card in self.rate_cards
            for prices in card.line_plans.values()
            for price in prices.values()
        )

    def rate_card_on(self, day: date) -> RateCard | None:
        """The card in force on a local date; None before the first."""
        return version_on(self.rate_cards, day)

    def call_class(self, origin: Origin, to: NumberClass) -> CallClass | None:
        """The price class of a call to a class of number; None where such numbers have no price."""
        rate_class = self.counts_as.get(to)
        return None if rate_class is None else CallClass(f"{origin}-to-{rate_class}")

    def misfits(self) -> Iterator[Misfit]:
        yield from out_of_order("rate_cards", self.rate_cards)
        for index, card in enumerate(self.rate_cards):
            for plan_name, prices in card.line_plans.items():
                if CallClass.CONTROL not in prices:
                    yield Misfit(
                        ("rate_cards", index, "line_plans", plan_name, "control"),
                        Words("操作通話の料金がありません", "is missing: the price of a control call"),
                        Words(
                            "unit_seconds と unit_price を持つ表", "a table with unit_seconds and unit_price"
                        ),
                    )
