"""What an item is follows from its history; words and days of storage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_handling.histories import ENDS, state_after
from mail_handling.models import WHATS
from mail_handling.profile import Storage
from mail_handling.storage import days_to_charge, first_charged_day, warning_day
from mail_handling.words import beginning, words_of

DAY = date(2026, 6, 1)


@dataclass(frozen=True)
class Line:
    what: str
    by: str = "account:1"
    member_id: int | None = 7
    location: str | None = "A-1"
    instruction: str | None = "keep"
    disposable_on: date | None = None


whats = st.sampled_from([what.strip("' ") for what in WHATS.split(",")])


@given(st.lists(whats, max_size=12))
def test_nobody_has_what_was_put_back_and_an_end_leaves_nothing_to_do(happened: list[str]) -> None:
    back = state_after([*map(Line, happened), Line("put-back")])
    assert (back.member_id, back.status, back.instruction) == (None, "unassigned", None)
    for end in ENDS:
        over = state_after([*map(Line, happened), Line(end)])
        assert (over.status, over.instruction, over.disposable_on, over.location) == (end, None, None, None)


@given(st.lists(whats, max_size=12))
def test_reading_a_history_in_two_parts_is_reading_it_once(happened: list[str]) -> None:
    lines = [*map(Line, happened)]
    state = state_after(lines[:5])
    for line in lines[5:]:
        state = state.after(line)
    assert state == state_after(lines)


@pytest.mark.parametrize(
    ("printed", "typed"),
    [
        ("株式会社サクラ商事 佐藤花子 様", "サクラ"),
        ("株式会社サクラ商事 佐藤花子 様", "ｻｸﾗ"),
        ("株式会社サクラ商事 佐藤花子 様", "さくら商事"),
        ("株式会社サクラ商事 佐藤花子 様", "佐藤"),
        ("佐藤　花子", "佐藤花子"),
        ("ＡＣＭＥ Inc. Hanako Sato", "acme"),
        ("ＡＣＭＥ Inc. Hanako Sato", "sato"),
        ("㈱みどり", "みどり"),
    ],
)
def test_an_item_is_found_by_how_a_word_begins(printed: str, typed: str) -> None:
    assert any(word.startswith(beginning(typed)) for word in words_of([printed]))


def test_storage_is_charged_from_the_day_after_the_free_ones_each_day_once() -> None:
    storage = Storage(free_days=30, warning_days_before=5)
    assert first_charged_day(storage, DAY) == date(2026, 7, 1)
    assert warning_day(storage, DAY) == date(2026, 6, 26)
    assert days_to_charge(storage, DAY, None, date(2026, 6, 30)) == []
    assert days_to_charge(storage, DAY, None, date(2026, 7, 2)) == [date(2026, 7, 1), date(2026, 7, 2)]
    assert days_to_charge(storage, DAY, date(2026, 7, 1), date(2026, 7, 2)) == [date(2026, 7, 2)]


@given(st.integers(0, 400), st.integers(0, 400))
def test_when_it_is_counted_does_not_change_which_days_cost(first_look: int, later: int) -> None:
    storage = Storage(free_days=30, warning_days_before=5)
    middle, end = DAY + timedelta(days=first_look), DAY + timedelta(days=first_look + later)
    early = days_to_charge(storage, DAY, None, middle)
    late = days_to_charge(storage, DAY, early[-1] if early else None, end)
    at_once = days_to_charge(storage, DAY, None, end)
    assert (early + late)[: len(at_once)] == at_once
