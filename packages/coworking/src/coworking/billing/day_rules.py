"""The days that an operator's profile names: when something closes, falls due, runs. Pure data."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from coworking.kit.profile_fields import Table


class DayShift(StrEnum):
    """What happens to a day on which the operator or the banks are closed."""

    NONE = "none"
    NEXT_BUSINESS_DAY = "next-business-day"
    BUSINESS_DAY_BEFORE = "business-day-before"
    NEXT_BANK_DAY = "next-bank-day"


class MonthEnd(Table):
    """The last calendar day of the service month, or of a month `months` after it (before it if negative)."""

    kind: Literal["month-end"]
    months: Annotated[int, Field(ge=-12, le=12)]
    shift: DayShift = DayShift.NONE


class DayOfMonth(Table):
    """A day of the service month, or of a month `months` after it (before it if negative)."""

    kind: Literal["day-of-month"]
    day: Annotated[int, Field(ge=1, le=28)]
    months: Annotated[int, Field(ge=-12, le=12)]
    shift: DayShift = DayShift.NONE


class DaysAfter(Table):
    """A number of calendar days after the charge was posted."""

    kind: Literal["days-after"]
    days: Annotated[int, Field(ge=0, le=366)]
    shift: DayShift = DayShift.NONE


DayRule = Annotated[MonthEnd | DayOfMonth | DaysAfter, Field(discriminator="kind")]
