"""The prices of an operator's profile: dues, options, uses, fees. Pure data."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.kit.profile_fields import Bilingual, Distinct, Name, Table, Words, Yen

CHARGE_PURPOSE_WORDS = Words(
    "請求項目の名前（例 dues, call, option:locker-small）",
    "what a charge is for, such as dues, call, option:locker-small",
)
ChargePurpose = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?$", max_length=60),
    WithJsonSchema({"type": "string", "allowed": list(CHARGE_PURPOSE_WORDS)}),
]


class FixedFee(Table):
    """A fee of one amount each time."""

    kind: Literal["fixed"]
    title: Bilingual
    amount: Yen
    member_plans: Distinct[Name] = ()
    """Who can be charged it; empty: every plan."""


class FeeAtCost(Table):
    """A fee of what it cost, which staff enter with its record."""

    kind: Literal["at-cost"]
    title: Bilingual
    member_plans: Distinct[Name] = ()


Fee = Annotated[FixedFee | FeeAtCost, Field(discriminator="kind")]


class PartMonth(StrEnum):
    """What a month costs of which only a part was used."""

    BY_DAY = "by-day"
    """Price times usable days by the days of the month, rounded down to the yen."""
    WHOLE = "whole"


class MonthlyPrice(Table):
    """A price for a calendar month."""

    per: Literal["month"]
    amount: Yen
    part_month: PartMonth


class YearlyPrice(Table):
    """A price for a year that begins on the 1st of a month and is charged whole, whenever in it one joins."""

    per: Literal["year"]
    amount: Yen
    starts_in_month: Annotated[int, Field(ge=1, le=12)]


class DuesTitle(StrEnum):
    """What the papers call what a plan costs."""

    DUES = "dues"
    CONTRIBUTION = "contribution"


class MonthlyDues(MonthlyPrice):
    charged_as: DuesTitle = DuesTitle.DUES


class YearlyDues(YearlyPrice):
    charged_as: DuesTitle = DuesTitle.DUES


Dues = Annotated[MonthlyDues | YearlyDues, Field(discriminator="per")]


class UnitPrice(Table):
    """A price for each started piece of use: of time (`unit_minutes`) or of things (pages, parcels …)."""

    title: Bilingual
    amount: Yen
    unit_minutes: Annotated[int, Field(ge=1, le=1440)] | None = None
    most_a_day: Yen | None = None
    """What a day costs at most."""
    member_plans: Distinct[Name] = ()
    """Whose price it is; empty: everybody's. Of several prices for one use the first that matches counts."""
    included_in: Distinct[Name] = ()
    """Options whose holders use it without a price."""
    staffed_only: Distinct[Name] = ()
    """Plans whose members use it only while staff are there."""
