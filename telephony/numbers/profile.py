"""What an operator's profile says about lines: plans, area codes, quotas, start and end. Pure data."""

from collections.abc import Iterator, Mapping
from datetime import time
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.kit.phone import FORWARDABLE, NumberClass
from coworking.kit.profile_fields import (
    AreaCode,
    Bilingual,
    Distinct,
    Misfit,
    Name,
    SomeDistinct,
    Table,
    TimeOfDay,
    Words,
    Yen,
    not_among,
)

CARRIER_REFERENCE_WORDS = (
    "通信事業者の参照番号（英大文字2字と16進数32桁）",
    "a reference of the carrier: two capital letters and 32 hexadecimal digits",
)
CarrierReference = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z]{2}[0-9a-f]{32}$"),
    WithJsonSchema({"type": "string", "allowed": list(CARRIER_REFERENCE_WORDS)}),
]


class FeeUnit(StrEnum):
    """What one monthly fee is for."""

    LINE = "line"
    DESK_PHONE = "desk-phone"


class LinePlan(Table):
    title: Bilingual
    member_plans: SomeDistinct[Name]
    """The member plans that may take it."""
    area_codes: SomeDistinct[AreaCode]
    desk_phones: Annotated[int, Field(ge=0, le=1)]
    """Desk phones lent with each line."""
    setup_fee: Yen
    monthly_fee: Yen
    monthly_fee_per: FeeUnit

    def misfits(self) -> Iterator[Misfit]:
        if self.monthly_fee_per is FeeUnit.DESK_PHONE and not self.desk_phones:
            yield Misfit(
                ("monthly_fee_per",),
                Words("電話機のないプランです", "is not possible in a plan without a desk phone"),
                Words('"line"', '"line"'),
            )


class FixedCount(Table):
    """So many lines for each member."""

    kind: Literal["fixed-count"]
    most: Annotated[int, Field(ge=1, le=1000)]
    least: Annotated[int, Field(ge=0, le=1000)] = 0

    def misfits(self) -> Iterator[Misfit]:
        if self.least > self.most:
            yield Misfit(
                ("least",),
                Words("most より多くなっています", "is over most"),
                Words(f"0から{self.most}までの整数", f"a whole number from 0 to {self.most}"),
            )


class OfficeCapacity(Table):
    """As many lines as the capacity of the member's private office."""

    kind: Literal["office-capacity"]
    least: Annotated[int, Field(ge=0, le=1000)] = 0


Quota = Annotated[FixedCount | OfficeCapacity, Field(discriminator="kind")]


class Assignment(Table):
    """How a number comes to a line."""

    kind: Literal["next-free"]
    """The next free number is assigned; a wish for one is refused."""
    area_codes: Literal["own-office", "any-offered"]
    """own-office: only the area code of the office that the member is at."""


class FirstOfMonthStart(Table):
    """A line starts on the 1st of its start month; on a closed 1st, on the next business day."""

    kind: Literal["first-of-month"]
    on_business_day_at: TimeOfDay = time(0)
    after_closed_day_at: TimeOfDay
    within_month: Literal["at-once"] = "at-once"
    """A start month that has begun: the line serves from the moment it is rented."""


class MonthEndAfterNotice(Table):
    """A line ends on the last day of the month `months` after the month of the notice."""

    kind: Literal["month-end-after-notice"]
    months: Annotated[int, Field(ge=0, le=12)]
    ends_at: TimeOfDay
    closed_day: Literal["business-day-before", "same-day"]
    """Where that day is no business day."""


class RegisteredPhones(Table):
    """Phones that may control a line and call out through it."""

    limit: Annotated[int, Field(ge=1, le=20)]
    classes: SomeDistinct[NumberClass]

    def misfits(self) -> Iterator[Misfit]:
        for index, number_class in enumerate(self.classes):
            if number_class not in FORWARDABLE:
                yield not_among(("classes", index), sorted(FORWARDABLE))


class NumberZoneCheck(StrEnum):
    """What counts as the base that a number of a fixed area may be lent for."""

    OFFICE = "office"
    BASE_ADDRESS = "base-address"


class Proration(StrEnum):
    NONE = "none"
    """A month is a month, whatever part of it was used."""
    BY_DAY = "by-day"


class Purchase(Table):
    """Buying numbers from the carrier."""

    bundle_id: CarrierReference | None = None
    """The carrier's reference of the papers that the regulator asks for."""
    address_id: CarrierReference | None = None
    """The carrier's reference of the operator's address."""
    most_per_purchase: Annotated[int, Field(ge=1, le=100)] = 20
    most_per_month: Annotated[int, Field(ge=1, le=10_000)] = 100


class NumbersProfile(Table):
    """[numbers]"""

    assignment: Assignment
    number_zone_check: NumberZoneCheck
    quarantine_days: Annotated[int, Field(ge=0, le=3650)]
    """Days from the end of a line until its number can be lent again."""
    transferable: bool
    proration: Proration
    last_line_required: Distinct[Name] = ()
    """Member plans that cannot end their last line while they use the office."""
    number_removal_confirmed: bool
    """After the end the member confirms that the number is off web pages and papers."""
    start: FirstOfMonthStart
    end: MonthEndAfterNotice
    registered_phones: RegisteredPhones
    line_plans: Annotated[Mapping[Name, LinePlan], Field(min_length=1)]
    quotas: Mapping[Name, Quota]
    """By member plan."""
    suspension_reasons: Annotated[Mapping[Name, Bilingual], Field(min_length=1)]
    purchase: Purchase = Purchase()

    def line_plans_for(self, member_plan: str) -> tuple[str, ...]:
        """Names of the line plans that a member plan may take, in the profile's order."""
        return tuple(name for name, plan in self.line_plans.items() if member_plan in plan.member_plans)

    def misfits(self) -> Iterator[Misfit]:
        for plan_name, plan in self.line_plans.items():
            for index, member_plan in enumerate(plan.member_plans):
                if member_plan not in self.quotas:
                    yield Misfit(
                        ("line_plans", plan_name, "member_plans", index),
                        Words("回線数の上限がありません", "has no quota of lines"),
                        Words(
                            f"numbers.quotas に {member_plan} を加える",
                            f"a plan of numbers.quotas (add {member_plan})",
                        ),
                    )
        for index, name in enumerate(self.last_line_required):
            if name not in self.quotas:
                yield not_among(("last_line_required", index), self.quotas)
