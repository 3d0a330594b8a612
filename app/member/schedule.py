"""The hours of a line: a week, public holidays, special days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Literal

from starlette.responses import Response

from app.member.errors import DayNotUnderstood, HoursNotUnderstood, TooManyExceptions
from app.member.notes import Note
from app.member.visits import MemberVisit
from app.member.week_chart import draw_week, hours_words
from app.member.weekdays import WEEKDAY_WORDS
from coworking.kit.errors import UserError
from coworking.kit.web.forms import Form
from telephony.forwarding import Change, set_forwarding
from telephony.forwarding.destinations import forwarding_of
from telephony.forwarding.schedules import (
    MOST_EXCEPTIONS,
    MOST_WINDOWS_A_DAY,
    WEEKDAYS,
    Day,
    Schedule,
    ScheduleUnreadable,
    Window,
)

SCHEDULE_PATH = "/forwarding/schedule"
_OFFICE_DAY: Day = ((time(9), time(18)),)
USUAL = Schedule(week=dict.fromkeys(WEEKDAYS[:5], _OFFICE_DAY), holidays="closed")
"""What is offered to who has no hours yet."""

Holidays = Literal["closed", "as-week"]
Windows = tuple[tuple[str, str], ...]
"""From, to, as the form has them."""


class DayRefused(HoursNotUnderstood):
    """Hours of one day that cannot be; `day` is a name of the week's or "exception"."""

    def __init__(self, day: str) -> None:
        self.day = day
        super().__init__()


@dataclass(frozen=True, slots=True)
class DayForm:
    name: str
    word: str
    windows: Windows
    problem: str


def show_schedule(visit: MemberVisit) -> Response:
    if visit.line is None:
        return visit.go("/")
    schedule = _schedule(visit)
    week = {name: _texts((schedule or USUAL).week.get(name, ())) for name in WEEKDAYS}
    return _page(visit, schedule, week, by_hours=schedule is not None, closed=(schedule or USUAL).holidays)


def save_schedule(visit: MemberVisit, form: Form) -> Response:
    if form.get("when") == "any":
        change = Change(any_time=True)
    else:
        week = {name: _day(form, name) for name in WEEKDAYS}
        schedule = _schedule(visit) or USUAL
        holidays: Holidays = "closed" if "holidays" in form else "as-week"
        change = Change(schedule=replace(schedule, week=week, holidays=holidays))
    _set(visit, change)
    return visit.go(SCHEDULE_PATH, Note("hours-saved"))


def add_exception(visit: MemberVisit, form: Form) -> Response:
    try:
        on = date.fromisoformat(form.get("on", ""))
    except ValueError as error:
        raise DayNotUnderstood from error
    schedule = _schedule(visit) or USUAL
    if on not in schedule.exceptions and len(schedule.exceptions) >= MOST_EXCEPTIONS:
        raise TooManyExceptions(most=MOST_EXCEPTIONS)
    day = () if form.get("is_open") != "1" else _day(form, "exception")
    if form.get("is_open") == "1" and not day:
        raise DayRefused("exception")
    _set(visit, Change(schedule=replace(schedule, exceptions={**schedule.exceptions, on: day})))
    return visit.go(SCHEDULE_PATH, Note("exception-added"))


def remove_exception(visit: MemberVisit, form: Form) -> Response:
    schedule = _schedule(visit)
    if schedule is not None:
        kept = {on: day for on, day in schedule.exceptions.items() if on.isoformat() != form.get("on")}
        _set(visit, Change(schedule=replace(schedule, exceptions=kept)))
    return visit.go(SCHEDULE_PATH, Note("exception-removed"))


def schedule_refused(visit: MemberVisit, form: Form, error: UserError) -> Response:
    """The page as it was filled, with the sentence at the day that it is about."""
    schedule = _schedule(visit)
    if any(f"{name}-from1" in form for name in WEEKDAYS):
        week: Mapping[str, Windows] = {name: _typed(form, name) for name in WEEKDAYS}
    else:
        week = {name: _texts((schedule or USUAL).week.get(name, ())) for name in WEEKDAYS}
    return _page(
        visit,
        schedule,
        week,
        by_hours=form.get("when") != "any",
        closed="closed" if "holidays" in form else "as-week",
        error=error,
        form=form,
    )


def _page(
    visit: MemberVisit,
    schedule: Schedule | None,
    week: Mapping[str, Windows],
    *,
    by_hours: bool,
    closed: str,
    error: UserError | None = None,
    form: Form | None = None,
) -> Response:
    reader = visit.reader
    today = visit.operator.calendar.local_date(visit.now)
    at = error.day if isinstance(error, DayRefused) else "exception"
    sentence = error.sentence(reader.language) if error else ""
    return visit.render(
        "member/schedule.html",
        tab="forwarding",
        status=422 if error else 200,
        days=[
            DayForm(name, reader.gettext(word), _with_room(week[name]), sentence if at == name else "")
            for name, word in zip(WEEKDAYS, WEEKDAY_WORDS, strict=True)
        ],
        by_hours=by_hours,
        closed=closed,
        week=draw_week(schedule, today, reader) if schedule else None,
        exceptions=[
            (on.isoformat(), reader.date(on), hours_words(day, reader))
            for on, day in sorted((schedule.exceptions if schedule else {}).items())
        ],
        exception_problem=sentence if at == "exception" else "",
        exception_form=form or {},
        today=today.isoformat(),
    )


def _schedule(visit: MemberVisit) -> Schedule | None:
    return forwarding_of(visit.session, visit.rules, visit.own_line()).schedule


def _set(visit: MemberVisit, change: Change) -> None:
    set_forwarding(
        visit.session,
        visit.rules,
        visit.own_line(),
        change,
        actor=visit.actor.reference,
        channel="web",
        now=visit.now,
    )


def _day(form: Form, name: str) -> Day:
    """The windows of a day; those that were left empty are none. Midnight as an end is the end of the day. Raises
    `DayRefused`."""
    windows = [
        [start, "24:00" if end == "00:00" else end] for start, end in _typed(form, name) if start or end
    ]
    try:
        return Schedule.read({"week": {WEEKDAYS[0]: windows}}).week[WEEKDAYS[0]]
    except ScheduleUnreadable as error:
        raise DayRefused(name) from error


def _typed(form: Form, name: str) -> Windows:
    return tuple(
        (form.get(f"{name}-from{index}", "")[:5], form.get(f"{name}-to{index}", "")[:5])
        for index in range(1, MOST_WINDOWS_A_DAY + 1)
        if f"{name}-from{index}" in form
    )


def _texts(day: Day) -> Windows:
    return tuple(_text(window) for window in day)


def _text(window: Window) -> tuple[str, str]:
    start, end = window
    return f"{start:%H:%M}", f"{end:%H:%M}" if end else "00:00"


def _with_room(windows: Windows) -> Windows:
    """The windows with one to fill, as long as a day may have more."""
    filled = tuple(window for window in windows if any(window))
    return (*filled, ("", ""))[:MOST_WINDOWS_A_DAY]
