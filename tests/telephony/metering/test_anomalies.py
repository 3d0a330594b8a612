from __future__ import annotations

from typing import Any

import pytest

from telephony.metering import LineMonth, find_anomalies
from tests.factories.membership import nex

UNUSUAL = nex().metering.unusual


@pytest.mark.parametrize(
    ("figures", "found"),
    [
        ({}, []),
        ({"shown_calls": 100, "foreign_calls": 29}, []),
        ({"shown_calls": 100, "foreign_calls": 30}, [("countries", 50)]),
        ({"shown_calls": 60, "foreign_calls": 60}, [("countries", 100)]),
        ({"shown_calls": 9, "foreign_calls": 9}, []),
        ({"night_calls": 4}, []),
        ({"night_calls": 5}, [("hours", 50)]),
        ({"night_calls": 50, "night_calls_before": 1}, []),
        ({"long_calls": 1, "longest_seconds": 7200}, [("lengths", 50)]),
        ({"long_calls": 1, "calls_at_limit": 1, "longest_seconds": 14400}, [("lengths", 100)]),
        ({"calls_from_own_lines": 2, "calls_back_and_forth": 2}, []),
        ({"calls_from_own_lines": 3}, [("loops", 50)]),
        ({"calls_back_and_forth": 6}, [("loops", 100)]),
        ({"most_short_calls": 29}, []),
        ({"most_short_calls": 45}, [("bursts", 75)]),
        ({"most_short_calls": 30, "night_calls": 10}, [("hours", 100), ("bursts", 50)]),
    ],
)
def test_what_is_worth_a_look(figures: dict[str, Any], found: list[tuple[str, int]]) -> None:
    anomalies = find_anomalies([LineMonth(line_id=7, **figures)], UNUSUAL)
    assert [(one.kind, one.score) for one in anomalies] == found
    assert all(one.sentence("ja") != one.sentence("en") for one in anomalies)


def test_the_furthest_from_usual_comes_first() -> None:
    months = [LineMonth(line_id=line_id, night_calls=5 + line_id) for line_id in (1, 3, 2)]
    assert [one.line_id for one in find_anomalies(months, UNUSUAL)] == [3, 2, 1]
