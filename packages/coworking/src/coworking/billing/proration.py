"""What a month costs of which only a part is used. Pure."""

from __future__ import annotations

from calendar import monthrange
from decimal import ROUND_DOWN, Decimal

from coworking.billing.price_fields import PartMonth


def days_in_month(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def part_of_month(price: Decimal, used_days: int, month_days: int, part_month: PartMonth) -> Decimal:
    """What `used_days` of a month of `month_days` days cost.

    By day (SAK-04): price times used days by the days of the month, rounded down to the yen; each part of a month is
    rounded by itself, so that the parts of a month split into n are together less than n yen below the month. Whole:
    the price, once any day is used. A full month always costs its price, and no day costs nothing.
    """
    if not 0 <= used_days <= month_days:
        raise ValueError(f"{used_days} of {month_days} days")
    if used_days == 0:
        return Decimal(0)
    if part_month is PartMonth.WHOLE or used_days == month_days:
        return price
    return (price * used_days / month_days).quantize(Decimal(1), rounding=ROUND_DOWN)
