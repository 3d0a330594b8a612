"""When a line takes calls: a week, public holidays, single days. Pure.

Times are local to the operator's calendar and half-open: a window from 10:00 to 18:30 ends with the second before
18:30. A window that ends at 24:00 runs to the end of its day; one over midnight is two windows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from typing import Any, Literal

from coworking.kit.calendars import BusinessCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
END_OF_DAY = "24:00"
MOST_WINDOWS_A_DAY = 4
MOST_EXCEPTIONS = 60

Window = tuple[time, time | None]
"""From, to; None is the end of the day."""
Day = tuple[Window, ...]


class ScheduleUnreadable(ValueError):
    """A schedule that is none; the text says what is wrong, without a value."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`week` has a day for each of `WEEKDAYS`; `holidays` "closed" closes public holidays, "as-week" treats them as
    their day of the week; `exceptions` are single days that replace all of that."""

    week: Mapping[str, Day]
    holidays: Literal["closed", "as-week"] = "as-week"
    exceptions: Mapping[date, Day] = field(default_factory=dict)

    def is_open(self, at: datetime, calendar: BusinessCalendar) -> bool:
        local = calendar.local(at)
        return any(
            start <= local.time() and (end is None or local.time() < end)
            for start, end in self.day(local.date(), calendar)
        )

    def day(self, on: date, calendar: BusinessCalendar) -> Day:
        """The windows of a local day."""
        if on in self.exceptions:
            return self.exceptions[on]
        if self.holidays == "closed" and calendar.is_holiday(on):
            return ()
        return self.week.get(WEEKDAYS[on.weekday()], ())

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Schedule:
        """From JSON: `{"week": {"mon": [["10:00", "18:30"]]}, "holidays": "closed", "exceptions": {"2026-12-31": []}}`.
        Days left out are closed. Raises `ScheduleUnreadable`."""
        if set(document) - {"week", "holidays", "exceptions"}:
            raise ScheduleUnreadable("unknown key")
        week = document.get("week", {})
        holidays = document.get("holidays", "as-week")
        exceptions = document.get("exceptions", {})
        if not isinstance(week, Mapping) or not isinstance(exceptions, Mapping):
            raise ScheduleUnreadable("week and exceptions are tables")
        if set(week) - set(WEEKDAYS) or holidays not in ("closed", "as-week"):
            raise ScheduleUnreadable("unknown weekday or treatment of holidays")
        if len(exceptions) > MOST_EXCEPTIONS:
            raise ScheduleUnreadable(f"more than {MOST_EXCEPTIONS} exceptions")
        return cls(
            week={name: _day(windows) for name, windows in week.items()},
            holidays=holidays,
            exceptions={_date(text): _day(windows) for text, windows in exceptions.items()},
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "week": {name: _windows(self.week[name]) for name in WEEKDAYS if name in self.week},
            "holidays": self.holidays,
            "exceptions": {on.isoformat(): _windows(day) for on, day in sorted(self.exceptions.items())},
        }


def _day(windows: Sequence[Any]) -> Day:
    if not isinstance(windows, list | tuple) or len(windows) > MOST_WINDOWS_A_DAY:
        raise ScheduleUnreadable(f"a day has at most {MOST_WINDOWS_A_DAY} windows")
    day = tuple(_window(window) for window in windows)
    for (_, end), (start, _) in pairwise(day):
        if end is None or start < end:
            raise ScheduleUnreadable("windows of a day overlap or are out of order")
    return day


def _window(window: Any) -> Window:
    if not isinstance(window, list | tuple) or len(window) != 2:
        raise ScheduleUnreadable("a window is a pair of times")
    start, end = _time(window[0]), None if window[1] == END_OF_DAY else _time(window[1])
    if end is not None and end <= start:
        raise ScheduleUnreadable("a window ends before it starts")
    return start, end


def _time(text: Any) -> time:
    try:
        found = time.fromisoformat(text).replace(tzinfo=None)
    except (TypeError, ValueError) as error:
        raise ScheduleUnreadable("a time is written HH:MM") from error
    if found.second or found.microsecond:  # they would not be kept
        raise ScheduleUnreadable("a time is written HH:MM")
    return found


def _date(text: Any) -> date:
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise ScheduleUnreadable("a day is written YYYY-MM-DD") from error


def _windows(day: Day) -> list[list[str]]:
    return [[f"{start:%H:%M}", f"{end:%H:%M}" if end else END_OF_DAY] for start, end in day]
