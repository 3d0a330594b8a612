from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.member.call_timeline import LegTimes, draw_call
from app.member.notes import Note, read_note
from app.member.ring_chart import draw_ringing

AT = datetime(2026, 7, 14, 3, 8, tzinfo=UTC)


@given(st.lists(st.integers(5, 120), min_size=1, max_size=10), st.booleans())
def test_ringing_fills_the_drawing_and_never_overlaps(seconds: list[int], at_once: bool) -> None:
    chart = draw_ringing([(f"phone {n}", one) for n, one in enumerate(seconds)], "Voicemail", at_once=at_once)
    assert chart is not None
    assert chart.seconds == (max(seconds) if at_once else sum(seconds))
    assert all(bar.x_percent >= 0 and bar.x_percent + bar.width_percent <= 100 for bar in chart.bars)
    by_row: dict[int, float] = {}
    for bar in chart.bars[:-1]:
        assert bar.x_percent >= by_row.get(bar.y_pixels, 0)
        by_row[bar.y_pixels] = bar.x_percent + bar.width_percent


def test_without_phones_there_is_nothing_to_draw() -> None:
    assert draw_ringing([], "Voicemail", at_once=False) is None


@given(
    st.integers(0, 60),
    st.none() | st.integers(0, 60),
    st.none() | st.integers(0, 20),
    st.none() | st.integers(0, 20_000),
)
def test_a_leg_is_drawn_within_its_call(
    begins: int, picks_up: int | None, presses: int | None, talks: int | None
) -> None:
    def at(*seconds: int | None) -> datetime | None:
        total = 0
        for one in seconds:
            if one is None:
                return None
            total += one
        return AT + timedelta(seconds=total)

    start = AT + timedelta(seconds=begins)
    leg = LegTimes(
        start, at(begins, picks_up), at(begins, picks_up, presses), at(begins, picks_up, presses, talks)
    )
    ends = leg.ended or start + timedelta(seconds=200)
    drawn = draw_call([leg], AT, ends)
    for bar in drawn.rows[0]:
        assert 0 <= bar.x_percent <= 100
        assert bar.width_percent > 0
    assert 1 <= len(drawn.ticks) <= 6


def test_a_cookie_of_others_is_no_note() -> None:
    assert read_note(Note("moved", 2).written()) == Note("moved", 2)
    for text in (None, "", "moved", "moved.x", "else.1", "<b>.1", "moved.１"):
        assert read_note(text) is None
