"""What the pages say of a month, a call, and a call that has not come yet."""

from __future__ import annotations

import csv
import io

import pytest

from tests.member_stand import MemberStand
from tests.visitor import Visitor


def test_home_answers_where_calls_go_and_what_they_cost(member: Visitor) -> None:
    page = member.get("/").text
    for words in (
        "Your phones ring in turn",
        "Today until 18:30",
        "090-1234-5678",
        "Answered at 事務所 · 3 min 01 s",
        "4,711",  # 4,000 of two lines and 283 of calls, and a tenth
        "Consumption tax 10 %",
        "1 call · 2 units × 32 yen (per 60 s)",
        "NEX-09",
        "Mon–Fri 10:00–18:30",
    ):
        assert words in page


def test_calls_by_day_kind_and_month(stand: MemberStand, member: Visitor) -> None:
    month = member.get("/calls").text
    for words in ("Today", "Yesterday", "Mon 13 July", "Withheld number", "080-2345-6789", "283 yen"):
        assert words in month
    missed = member.get("/calls?kind=missed").text
    assert "090-3333-4444" in missed
    assert "06-6742-1180" not in missed
    assert "Nobody has called in this month." in member.get("/calls?month=2026-01&kind=x").text
    assert "06-6742-1180" not in member.get(f"/calls?before={stand.call_id}").text
    rows = list(csv.reader(io.StringIO(member.get("/calls.csv?month=2026-07").text.lstrip("\ufeff"))))
    assert len(rows) == 7
    assert [row[6] for row in rows[1:]] == ["30", "0", "64", "0", "0", "189"]


def test_one_call_with_its_legs_and_why(stand: MemberStand, member: Visitor) -> None:
    page = member.get(f"/calls/{stand.call_id}").text
    for words in (
        "64<small>",
        "① 事務所 045-670-1234",
        "answered after 9 s",
        "20 s, no answer",
        "Counted in 60 s: 61 s fill 1 s of the last unit.",
        "ringing 29 s, press 1 5 s",
        "1 October 2019",
        "70.4 yen",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("caller=090-3333-4444&day=2026-07-15&time=12:00", "It rings at 事務所."),
        ("caller=090-3333-4444&day=2026-07-15&time=20:00", "Voicemail answers."),
        ("caller=03-6666-7777&day=2026-07-15&time=20:00", "It rings at 事務所."),
        ("caller=0120-000-110&day=2026-07-15&time=12:00", "The caller hears an announcement."),
        ("caller=&day=2026-07-15&time=12:00", "It rings at 事務所."),
    ],
)
def test_a_call_can_be_tried(member: Visitor, query: str, verdict: str) -> None:
    assert verdict in member.get(f"/forwarding/try?{query}").text


@pytest.mark.parametrize("query", ["day=x&time=12:00", "day=2026-07-15&time=", "day=99999-01-01&time=0:0"])
def test_a_moment_that_is_none_is_told(member: Visitor, query: str) -> None:
    answer = member.get(f"/forwarding/try?{query}")
    assert answer.status_code == 422
    assert "Choose a day and a time." in answer.text
