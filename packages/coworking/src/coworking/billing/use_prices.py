"""What a use costs by its started units, its day and what is free of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from coworking.billing.price_fields import UnitPrice

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PricedUse:
    """`units` are the started ones that are paid for; `amount` may be less than their price where the day's limit
    cuts it."""

    units: int
    amount: Decimal
    free_minutes: int = 0


def price_of_time(
    price: UnitPrice,
    duration: timedelta,
    *,
    charged_that_day: Decimal = Decimal(0),
    free_minutes_left: int = 0,
) -> PricedUse:
    """What a time of use costs: free minutes first (whole minutes of it that the plan holds), then every started unit,
    together with what that day has cost already at most the price's limit for a day (SAK-16, SAK-17, SAK-26, SAK-28).
    """
    if price.unit_minutes is None:
        raise ValueError("the price counts things")
    if duration <= timedelta(0):
        raise ValueError("a use takes time")
    minutes = -(-duration // MINUTE)
    free = min(minutes, free_minutes_left)
    paid = max(duration - free * MINUTE, timedelta(0))
    units = -(-paid // timedelta(minutes=price.unit_minutes))
    return PricedUse(units, _within_day(price, units * price.amount, charged_that_day), free)


def price_of_things(
    price: UnitPrice, quantity: int, *, charged_that_day: Decimal = Decimal(0), is_included: bool = False
) -> PricedUse:
    """What so many things cost; nothing where an option of the member includes them (SAK-24)."""
    if price.unit_minutes is not None:
        raise ValueError("the price counts time")
    if is_included:
        return PricedUse(quantity, Decimal(0))
    return PricedUse(quantity, _within_day(price, quantity * price.amount, charged_that_day))


def _within_day(price: UnitPrice, amount: Decimal, charged_that_day: Decimal) -> Decimal:
    if price.most_a_day is None:
        return amount
    return min(amount, max(price.most_a_day - charged_that_day, Decimal(0)))
