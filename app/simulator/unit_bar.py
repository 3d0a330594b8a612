"""The started units of a talk as boxes, filled as far as somebody talked: why 61 seconds are two minutes."""

from __future__ import annotations

from dataclasses import dataclass

from app.simulator.prices import PriceLine

MOST_BOXES = 12  # more would be stripes
GAP_PERCENT = 1.0


@dataclass(frozen=True, slots=True)
class UnitBox:
    x_percent: float
    width_percent: float
    filled_percent: float  # of the whole bar, like the width


def draw_units(line: PriceLine) -> tuple[UnitBox, ...]:
    """One box per unit that was charged; none where there are too many to tell apart."""
    if not 0 < line.units <= MOST_BOXES:
        return ()
    pitch = 100 / line.units
    width = pitch - GAP_PERCENT
    boxes = []
    for index in range(line.units):
        talked = min(max(line.talk_seconds - index * line.unit_seconds, 0), line.unit_seconds)
        filled = width * talked / line.unit_seconds
        boxes.append(UnitBox(round(index * pitch, 2), round(width, 2), round(filled, 2)))
    return tuple(boxes)
