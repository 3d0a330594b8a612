from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from telephony.forwarding.schedules import Schedule, ScheduleUnreadable
from telephony.forwarding.schemas import DryRunBody
from tests.factories.membership import nex

CALENDAR = nex().calendar()
JAPAN = ZoneInfo("Asia/Tokyo")
OFFICE: dict[str, Any] = {
    "week": {
        "mon": [["09:00", "12:00"], ["13:00", "18:30"]],
        "fri": [["22:00", "24:00"]],
        "sat": [["00:00", "02:00"]],
    },
    "holidays": "closed",
    "exceptions": {"2026-06-01": [["15:00", "16:00"]], "2026-07-20": [["10:00", "11:00"]]},
}


@pytest.mark.parametrize(
    ("local", "is_open"),
    [
        pytest.param("2026-06-08T09:00", True, id="the first instant of a window"),
        pytest.param("2026-06-08T08:59:59", False, id="a second before"),
        pytest.param("2026-06-08T11:59:59", True, id="the last second"),
        pytest.param("2026-06-08T12:00", False, id="the end is not in it"),
        pytest.param("2026-06-08T13:00", True, id="the second window"),
        pytest.param("2026-06-09T10:00", False, id="a day that is left out"),
        pytest.param("2026-06-12T23:59:59", True, id="to the end of the day"),
        pytest.param("2026-06-13T01:59", True, id="over midnight into the next day"),
        pytest.param("2026-06-01T10:00", False, id="an exception replaces the week"),
        pytest.param("2026-06-01T15:30", True, id="within an exception"),
        pytest.param("2026-09-21T10:00", False, id="a public holiday is closed"),
        pytest.param("2026-07-20T10:30", True, id="an exception on a public holiday counts"),
    ],
)
def test_a_line_takes_calls_in_its_hours(local: str, is_open: bool) -> None:
    at = datetime.fromisoformat(local).replace(tzinfo=JAPAN)
    assert Schedule.read(OFFICE).is_open(at, CALENDAR) is is_open


def test_holidays_may_be_days_like_others() -> None:
    schedule = Schedule.read({**OFFICE, "holidays": "as-week"})
    assert schedule.is_open(datetime(2026, 9, 21, 10, tzinfo=JAPAN), CALENDAR)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+09:00"])
def test_what_would_happen_is_asked_of_times_that_every_zone_has(at: str) -> None:
    with pytest.raises(ValidationError):
        DryRunBody.model_validate_json(f'{{"at": "{at}"}}')


def test_a_schedule_comes_back_from_json_as_it_was() -> None:
    schedule = Schedule.read(OFFICE)
    assert Schedule.read(schedule.to_json()) == schedule
    assert schedule.exceptions[date(2026, 6, 1)] == schedule.day(date(2026, 6, 1), CALENDAR)


@pytest.mark.parametrize(
    "document",
    [
        {"weeks": {}},
        {"week": []},
        {"week": {"monday": []}},
        {"week": {"mon": "09:00"}},
        {"week": {"mon": [["09:00"]]}},
        {"week": {"mon": [["9", "10"]]}},
        {"week": {"mon": [["12:00", "09:00"]]}},
        {"week": {"mon": [["09:00", "09:00"]]}},
        {"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}},
        {"week": {"mon": [["13:00", "14:00"], ["09:00", "10:00"]]}},
        {"week": {"mon": [["20:00", "24:00"], ["21:00", "22:00"]]}},
        {"week": {"mon": [["01:00", "02:00"]] * 5}},
        {"week": {"mon": [["10:00:10", "10:00:40"]]}},
        {"week": {"mon": [[9, 12]]}},
        {"holidays": "sometimes"},
        {"exceptions": {"tomorrow": []}},
        {"exceptions": {f"20{year}-01-01": [] for year in range(10, 80)}},
    ],
)
def test_what_is_no_schedule_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ScheduleUnreadable):
        Schedule.read(document)
