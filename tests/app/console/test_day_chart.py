from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.console.day_chart import BOTTOM_PIXELS, FIRST_BAR_PERCENT, TOP_PIXELS, draw_days

FIRST = date(2026, 7, 1)
TONES = ("c1", "c2")


def days(count: int) -> list[date]:
    return [FIRST + timedelta(days=index) for index in range(count)]


def test_bars_stand_on_each_other_in_their_order() -> None:
    amounts = {FIRST: {"c2": Decimal(100), "c1": Decimal(200)}}
    chart = draw_days(amounts, days(2), TONES, {days(2)[1]})
    below, above = chart.columns[0].bars
    assert (below.tone, above.tone) == ("c1", "c2")
    assert below.height == pytest.approx(2 * above.height, abs=2)
    assert above.y + above.height < below.y
    assert chart.columns[1].bars == ()
    assert [column.is_closed for column in chart.columns] == [False, True]
    assert [line.amount for line in chart.axis] == [0, 100, 200, 300]


@pytest.mark.parametrize(
    ("most", "top"),
    [("0", "3"), ("3", "3"), ("4", "4.5"), ("350", "450"), ("20758", "24000"), ("1000001", "1200000")],
)
def test_the_axis_ends_on_a_number_that_reads_well(most: str, top: str) -> None:
    chart = draw_days({FIRST: {"c1": Decimal(most)}}, days(1), TONES, ())
    assert chart.axis[-1].amount == Decimal(top)


@pytest.mark.parametrize(("count", "words"), [(3, "1 2 3"), (31, "1 5 10 15 20 25 30")])
def test_day_words_do_not_run_into_each_other(count: int, words: str) -> None:
    chart = draw_days({}, days(count), TONES, ())
    assert " ".join(column.word for column in chart.columns if column.word) == words


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 10**9)), min_size=1, max_size=62))
def test_nothing_is_drawn_outside(amounts: list[tuple[int, int]]) -> None:
    by_day = {
        FIRST + timedelta(days=index): {"c1": Decimal(one), "c2": Decimal(other)}
        for index, (one, other) in enumerate(amounts)
    }
    chart = draw_days(by_day, days(len(amounts)), TONES, ())
    for column in chart.columns:
        assert column.x_percent >= FIRST_BAR_PERCENT
        assert column.x_percent + column.width_percent <= 100
        for bar in column.bars:
            assert bar.y >= TOP_PIXELS - 3
            assert bar.y + bar.height <= BOTTOM_PIXELS
