"""The legs of a call as a drawing without viewBox: x and widths in per cent, so that text keeps its size. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Literal

GAP_PERCENT = 0.3  # between bars that follow each other
WORD_FITS_PERCENT = 17.0
MOST_TICKS = 4
STEPS_SECONDS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)

SpanKind = Literal["wait", "ring", "ask", "talk"]


@dataclass(frozen=True, slots=True)
class LegTimes:
    """When a leg rang, was picked up, was connected and ended. The caller only waits and talks."""

    begins: datetime
    answered: datetime | None
    bridged: datetime | None
    ended: datetime | None
    is_caller: bool = False


@dataclass(frozen=True, slots=True)
class TimeBar:
    kind: SpanKind
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
class TimeTick:
    seconds: int
    x_percent: float
    anchor: str


@dataclass(frozen=True, slots=True)
class CallTimeline:
    rows: tuple[tuple[TimeBar, ...], ...]
    ticks: tuple[TimeTick, ...]


def draw_call(legs: Sequence[LegTimes], begins: datetime, ends: datetime) -> CallTimeline:
    """One row per leg, from the call's first second to its last; what has no end yet lasts until `ends`."""
    whole = max((ends - begins).total_seconds(), 1.0)
    step = next((step for step in STEPS_SECONDS if whole / step <= MOST_TICKS), STEPS_SECONDS[-1])
    ticks = [
        TimeTick(seconds, round(100 * seconds / whole, 2), _anchor(seconds, whole))
        for seconds in range(0, int(whole) + 1, step)
    ]
    rows = tuple(
        tuple(_bar(kind, start, end or ends, begins, whole) for kind, start, end in _spans(leg))
        for leg in legs
    )
    return CallTimeline(rows, tuple(ticks))


def _spans(leg: LegTimes) -> list[tuple[SpanKind, datetime, datetime | None]]:
    """Waiting or ringing, then pressing 1, then talking; what took no time is left out."""
    picked_up = leg.answered if leg.answered and not leg.is_caller else None
    first: SpanKind = "wait" if leg.is_caller else "ring"
    spans: list[tuple[SpanKind, datetime, datetime | None]] = [
        (first, leg.begins, picked_up or leg.bridged or leg.ended)
    ]
    if picked_up:
        spans.append(("ask", picked_up, leg.bridged or leg.ended))
    if leg.bridged:
        spans.append(("talk", leg.bridged, leg.ended))
    return [(kind, start, end) for kind, start, end in spans if end is None or end > start]


def _bar(kind: SpanKind, start: datetime, end: datetime, begins: datetime, whole: float) -> TimeBar:
    x = 100 * (start - begins).total_seconds() / whole
    width = 100 * (end - start).total_seconds() / whole - GAP_PERCENT
    # As a carrier counts: a second that has begun is one.
    seconds = ceil(round((end - start).total_seconds(), 3))
    return TimeBar(kind, round(x, 2), round(max(width, GAP_PERCENT), 2), seconds)


def _anchor(seconds: int, whole: float) -> str:
    if seconds == 0:
        return "start"
    return "end" if seconds / whole > 0.93 else "middle"
