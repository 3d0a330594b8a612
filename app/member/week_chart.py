"""A week of hours as a drawing without viewBox, and the same in words. Pure but for the words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from app.member.weekdays import WEEKDAY_WORDS, weekday_span
from coworking.kit.web.reader import Reader
from telephony.forwarding.schedules import WEEKDAYS, Day, Schedule

LEFT_PERCENT = 9.0
DAY_MINUTES = 24 * 60
AXIS_HOURS = (0, 6, 12, 18, 24)


@dataclass(frozen=True, slots=True)
class HoursBar:
    x_percent: float
    width_percent: float


@dataclass(frozen=True, slots=True)
class DayRow:
    word: str
    is_today: bool
    bars: tuple[HoursBar, ...]


@dataclass(frozen=True, slots=True)
class HourTick:
    hour: int
    x_percent: float
    anchor: str


@dataclass(frozen=True, slots=True)
class WeekChart:
    """`told` are the days that are alike, in words, with their hours; empty hours are a closed day."""

    rows: tuple[DayRow, ...]
    ticks: tuple[HourTick, ...]
    told: tuple[tuple[str, str], ...]


def draw_week(schedule: Schedule, today: date, reader: Reader) -> WeekChart:
    days = [schedule.week.get(name, ()) for name in WEEKDAYS]
    rows = [
        DayRow(reader.gettext(word), index == today.weekday(), _bars(day))
        for index, (word, day) in enumerate(zip(WEEKDAY_WORDS, days, strict=True))
    ]
    if schedule.holidays == "closed":
        rows.append(DayRow(reader.gettext("Hol"), False, ()))
    ticks = tuple(
        HourTick(hour, _x(hour * 60), "start" if hour == 0 else "end" if hour == AXIS_HOURS[-1] else "middle")
        for hour in AXIS_HOURS
    )
    return WeekChart(tuple(rows), ticks, _told(days, schedule, reader))


def hours_words(day: Day, reader: Reader) -> str:
    """ "10:00–12:00, 13:00–18:30", "–24:00" for the end of the day; "Closed" for none."""
    if not day:
        return reader.gettext("Closed")
    return reader.gettext(", ").join(
        f"{start:%-H:%M}–{end:%-H:%M}" if end else f"{start:%-H:%M}–24:00" for start, end in day
    )


def _told(days: Sequence[Day], schedule: Schedule, reader: Reader) -> tuple[tuple[str, str], ...]:
    alike: dict[Day, list[int]] = {}
    for index, day in enumerate(days):
        alike.setdefault(day, []).append(index)
    told = [(weekday_span(reader, indexes), hours_words(day, reader)) for day, indexes in alike.items()]
    if schedule.holidays == "closed":
        told.append((reader.gettext("Public holidays"), reader.gettext("Closed")))
    return tuple(told)


def _bars(day: Day) -> tuple[HoursBar, ...]:
    return tuple(
        HoursBar(_x(_minutes(start)), round(_x(_minutes(end)) - _x(_minutes(start)), 2)) for start, end in day
    )


def _minutes(at: time | None) -> int:
    return DAY_MINUTES if at is None else at.hour * 60 + at.minute


def _x(minutes: int) -> float:
    return round(LEFT_PERCENT + (100 - LEFT_PERCENT) * minutes / DAY_MINUTES, 2)
