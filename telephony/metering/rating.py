"""Seconds to units to an amount: the one place where a call gets its price. Pure; no rounding but to whole units."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """What a started unit costs. `rate_class` names the row of the rate card, `rules` the operator's own rules."""

    rate_class: str
    unit_seconds: int
    per_unit: Decimal
    rate_card: str
    rules: tuple[str, ...] = ()
    minimum_units: int = 0
    free_units: int = 0
    """Of a line and month; who gets them is not decided here."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A priced duration with its reason. Of `units`, `free_units` cost nothing."""

    price: Price
    seconds: int
    units: int
    amount: Decimal
    free_units: int = 0

    def reason(self) -> dict[str, object]:
        """The reason as it is kept with a charge: JSON values, amounts as decimal text, no phone number."""
        reason: dict[str, object] = {
            "rate_class": self.price.rate_class,
            "seconds": self.seconds,
            "unit_seconds": self.price.unit_seconds,
            "units": self.units,
            "unit_price": str(self.price.per_unit),
            "rate_card": self.price.rate_card,
            "rules": list(self.price.rules),
        }
        if self.free_units:
            reason["free_units"] = self.free_units
        return reason


def units_of(seconds: int, unit_seconds: int) -> int:
    """Started units: 0 s are none, 61 s of 60 are two."""
    if seconds < 0 or unit_seconds <= 0:
        raise ValueError("seconds cannot be negative and a unit lasts at least a second")
    return -(-seconds // unit_seconds)


def rate(seconds: int, price: Price, free_units: int = 0) -> Rated:
    """Price an answered duration; one that nobody answered (0 s) costs nothing, whatever the minimum. Free units
    beyond those that it has are not used."""
    units = units_of(seconds, price.unit_seconds)
    if units:
        units = max(units, price.minimum_units)
    free = min(free_units, units)
    return Rated(
        price=price, seconds=seconds, units=units, amount=(units - free) * price.per_unit, free_units=free
    )
