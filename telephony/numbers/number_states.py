"""The states of a number in stock, and which may follow which. The one place that changes a number's state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.numbers.errors import NumberStateRefused

if TYPE_CHECKING:
    from telephony.numbers.models import StockNumber

FOLLOWING: dict[str, frozenset[str]] = {
    # Ordered from another carrier, not here yet.
    "porting-in": frozenset({"available", "assigned", "releasing"}),
    "available": frozenset({"reserved", "assigned", "control", "releasing", "ported-out"}),
    # Kept for one member until a time.
    "reserved": frozenset({"available", "assigned", "ported-out"}),
    "assigned": frozenset({"quarantined", "available", "ported-out"}),
    "quarantined": frozenset({"available", "ported-out"}),
    # Members steer their lines by calling it; it is lent to nobody.
    "control": frozenset({"available", "ported-out"}),
    # Given back, and the carrier has not confirmed it yet.
    "releasing": frozenset({"released", "available"}),
    # What was bought or ported again comes back.
    "released": frozenset({"available", "porting-in", "assigned"}),
    "ported-out": frozenset({"available", "porting-in", "assigned"}),
}
NUMBER_STATES = tuple(FOLLOWING)


def move(number: StockNumber, to: str) -> None:
    """Bring a number into another state. Raises `NumberStateRefused` where that may not follow."""
    if to not in FOLLOWING[number.status]:
        raise NumberStateRefused(status=number.status, wanted=to)
    number.status = to
    if to != "reserved":
        number.reserved_for_member_id = number.reserved_until = None
    if to != "quarantined":
        number.quarantined_until = None
