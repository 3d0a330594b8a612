"""The legs of a call as a drawing without viewBox: x and widths in per cent, y in pixels, so text keeps its size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from app.simulator.snapshot import LegState, SegmentKind

ROW_PIXELS = 40
AXIS_PIXELS = 18
GAP_PERCENT = 0.3  # between bars that follow each other
WORD_FITS_PERCENT = 15.0
# Each divides by three: the axis has marks at nothing, one, two and three thirds.
SPANS_SECONDS = (30, 60, 90, 180, 360, 900, 1800, 3600, 10_800, 43_200, 86_400)


@dataclass(frozen=True, slots=True)
class Bar:
    kind: SegmentKind
    x_percent: float
    width_percent: float
    seconds: int

    @property
    def middle_percent(self) -> float:
        return round(self.x_percent + self.width_percent / 2, 2)

    @property
    def word_fits(self) -> bool:
        return self.width_percent >= WORD_FITS_PERCENT


@dataclass(frozen=True, slots=True)
class Tick:
    x_percent: float
    seconds: int
    anchor: str  # SVG text-anchor


@dataclass(frozen=True, slots=True)
class Timeline:
    rows: tuple[tuple[Bar, ...], ...]
    ticks: tuple[Tick, ...]
    now_percent: float | None  # where the call is now; None for an ended call

    @property
    def axis_pixels(self) -> int:
        return ROW_PIXELS * len(self.rows)

    @property
    def height_pixels(self) -> int:
        return self.axis_pixels + AXIS_PIXELS


def draw_timeline(legs: Sequence[LegState], *, elapsed_seconds: float, live: bool) -> Timeline:
    """One row per leg. A segment without an end lasts until now; longer than a day is cut off."""
    span = next((span for span in SPANS_SECONDS if span >= elapsed_seconds), SPANS_SECONDS[-1])
    return Timeline(
        rows=tuple(_bars(leg, elapsed_seconds, span) for leg in legs),
        ticks=tuple(
            Tick(round(100 * third / 3, 2), span * third // 3, anchor)
            for third, anchor in enumerate(("start", "middle", "middle", "end"))
        ),
        now_percent=round(100 * min(elapsed_seconds / span, 1), 2) if live else None,
    )


def _counted(seconds: float) -> int:
    """As a carrier counts: a second that has begun is one."""
    return ceil(round(seconds, 3))


def _bars(leg: LegState, elapsed_seconds: float, span: int) -> tuple[Bar, ...]:
    bars = []
    for segment in leg["segments"]:
        begins = min(segment["from_s"], span)
        ends = elapsed_seconds if segment["to_s"] is None else segment["to_s"]
        ends = max(min(ends, span), begins)
        width = max(100 * (ends - begins) / span - GAP_PERCENT, GAP_PERCENT)
        bars.append(
            Bar(segment["kind"], round(100 * begins / span, 2), round(width, 2), _counted(ends - begins))
        )
    return tuple(bars)
