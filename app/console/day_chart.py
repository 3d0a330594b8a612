"""Amounts by day and class as stacked bars: a drawing without viewBox, x in per cent, y in pixels. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

TOP_PIXELS = 14
BOTTOM_PIXELS = 194
HEIGHT_PIXELS = 212
FIRST_BAR_PERCENT = 9.0
"""Left of it stand the axis's words."""
BAR_SHARE = 0.6
GAP_PIXELS = 1.0
LEAST_PIXELS = 1.0
MOST_DAY_WORDS = 16
THIRDS = 3
_ROUND = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8")))


@dataclass(frozen=True, slots=True)
class StackedBar:
    tone: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class DayColumn:
    """`word` is the day of the month, "" where words would run into each other."""

    day: date
    x_percent: float
    width_percent: float
    middle_percent: float
    word: str
    is_closed: bool
    bars: tuple[StackedBar, ...]


@dataclass(frozen=True, slots=True)
class AxisLine:
    y: float
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DayChart:
    columns: tuple[DayColumn, ...]
    axis: tuple[AxisLine, ...]
    height_pixels: int = HEIGHT_PIXELS


def draw_days(
    amounts: Mapping[date, Mapping[str, Decimal]],
    days: Sequence[date],
    tones: Sequence[str],
    closed: Collection[date],
) -> DayChart:
    """One column for each of `days`; `amounts` are by day and tone, stacked in the order of `tones` from below."""
    most = max((sum(amounts.get(day, {}).values(), Decimal(0)) for day in days), default=Decimal(0))
    top = _round_top(most)
    pitch = (100 - FIRST_BAR_PERCENT) / max(len(days), 1)
    every = 1 if len(days) <= MOST_DAY_WORDS else 5
    return DayChart(
        columns=tuple(
            DayColumn(
                day=day,
                x_percent=round(FIRST_BAR_PERCENT + pitch * (index + (1 - BAR_SHARE) / 2), 2),
                width_percent=round(pitch * BAR_SHARE, 2),
                middle_percent=round(FIRST_BAR_PERCENT + pitch * (index + 0.5), 2),
                word=str(day.day) if every == 1 or day.day == 1 or day.day % every == 0 else "",
                is_closed=day in closed,
                bars=_stack(amounts.get(day, {}), tones, top),
            )
            for index, day in enumerate(days)
        ),
        axis=tuple(
            AxisLine(_y(top * third / THIRDS, top), top * third / THIRDS) for third in range(THIRDS + 1)
        ),
    )


def _stack(amounts: Mapping[str, Decimal], tones: Sequence[str], top: Decimal) -> tuple[StackedBar, ...]:
    bars = []
    below = Decimal(0)
    for tone in tones:
        amount = amounts.get(tone, Decimal(0))
        if amount <= 0:
            continue
        foot = _y(below, top) - GAP_PIXELS
        height = max(foot - _y(below + amount, top), LEAST_PIXELS)
        bars.append(StackedBar(tone, round(foot - height, 1), round(height, 1)))
        below += amount
    return tuple(bars)


def _y(amount: Decimal, top: Decimal) -> float:
    return round(BOTTOM_PIXELS - (BOTTOM_PIXELS - TOP_PIXELS) * float(amount / top), 1)


def _round_top(most: Decimal) -> Decimal:
    """The axis's end: three steps, each a number that reads well."""
    if most <= 0:
        return Decimal(THIRDS)
    step = Decimal(1)
    while True:
        for factor in _ROUND:
            if step * factor * THIRDS >= most:
                return step * factor * THIRDS
        step *= 10
