"""How a call travels over the destinations, as a drawing without viewBox: x in per cent, y in pixels. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

GAP_PERCENT = 1.0
LAST_PERCENT = 24.0
"""Room for what callers get in the end."""
ROW_PIXELS = 30
BAR_PIXELS = 26
AXIS_PIXELS = 16
WORD_FITS_PERCENT = 16.0


@dataclass(frozen=True, slots=True)
class RingBar:
    """A phone's ringing (tone "on"), or what comes after it ("warn")."""

    tone: str
    word: str
    x_percent: float
    width_percent: float
    y_pixels: int

    @property
    def middle_percent(self) -> float:
        return round(self.x_percent + self.width_percent / 2, 2)


@dataclass(frozen=True, slots=True)
class RingTick:
    seconds: int
    x_percent: float
    anchor: str


@dataclass(frozen=True, slots=True)
class RingChart:
    bars: tuple[RingBar, ...]
    ticks: tuple[RingTick, ...]
    rows: int
    seconds: int
    """After which callers get what comes last."""

    @property
    def axis_pixels(self) -> int:
        return self.rows * ROW_PIXELS

    @property
    def height_pixels(self) -> int:
        return self.axis_pixels + AXIS_PIXELS


def draw_ringing(phones: Sequence[tuple[str, int]], last: str, *, at_once: bool) -> RingChart | None:
    """Phones as (name, seconds that it rings) in their order; None without any."""
    if not phones:
        return None
    whole = max(seconds for _, seconds in phones) if at_once else sum(seconds for _, seconds in phones)
    bars, ticks, begins = [], [RingTick(0, 0, "start")], 0
    for index, (name, seconds) in enumerate(phones):
        x, end = _place(begins, whole), _place(begins + seconds, whole)
        width = round(end - x - GAP_PERCENT, 2)
        word = name if width >= WORD_FITS_PERCENT else str(index + 1)
        bars.append(RingBar("on", word, x, width, 1 + (index * ROW_PIXELS if at_once else 0)))
        if not at_once:
            begins += seconds
            ticks.append(RingTick(begins, end, "middle"))
    if at_once:
        ticks.append(RingTick(whole, _place(whole, whole), "middle"))
    last_x = _place(whole, whole)
    bars.append(RingBar("warn", last, last_x, round(100 - last_x - 0.2, 2), 1))
    return RingChart(tuple(bars), tuple(ticks), len(phones) if at_once else 1, whole)


def _place(seconds: int, whole: int) -> float:
    return round((100 - LAST_PERCENT) * seconds / whole, 2)
