from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.simulator.snapshot import LegState, Segment
from app.simulator.timeline import GAP_PERCENT, SPANS_SECONDS, draw_timeline


def leg(*segments: Segment) -> LegState:
    return {"role": "forward", "to": "+819012345678", "state": "in-progress", "segments": list(segments)}


def segment(kind: str, from_s: float, to_s: float | None) -> Segment:
    return {"kind": kind, "from_s": from_s, "to_s": to_s}  # type: ignore[typeddict-item]  # kinds by name


def test_a_call_of_12_seconds_is_drawn_over_30() -> None:
    drawn = draw_timeline(
        [leg(segment("wait", 0, None)), leg(segment("ring", 0, None))], elapsed_seconds=12, live=True
    )
    assert [tick.seconds for tick in drawn.ticks] == [0, 10, 20, 30]
    assert drawn.now_percent == 40
    (bar,) = drawn.rows[1]
    assert (bar.kind, bar.x_percent, bar.width_percent, bar.seconds) == ("ring", 0, 39.7, 12)
    assert (drawn.axis_pixels, drawn.height_pixels) == (80, 98)


def test_an_ended_call_has_no_now() -> None:
    drawn = draw_timeline([leg(segment("talk", 14, 75))], elapsed_seconds=75, live=False)
    assert drawn.now_percent is None
    assert drawn.ticks[-1].seconds == 90
    assert drawn.rows[0][0].seconds == 61


def test_a_word_stands_only_where_it_fits() -> None:
    drawn = draw_timeline(
        [leg(segment("ring", 0, 2), segment("talk", 2, 30))], elapsed_seconds=30, live=False
    )
    assert [bar.word_fits for bar in drawn.rows[0]] == [False, True]


@given(
    st.lists(st.tuples(st.floats(0, 200_000), st.floats(0, 200_000)), max_size=6),
    st.floats(0, 200_000),
    st.booleans(),
)
def test_nothing_is_drawn_outside(segments: list[tuple[float, float]], elapsed: float, live: bool) -> None:
    drawn = draw_timeline(
        [leg(*(segment("talk", *ends) for ends in segments))], elapsed_seconds=elapsed, live=live
    )
    assert drawn.ticks[-1].seconds in SPANS_SECONDS
    for bar in drawn.rows[0]:
        assert 0 <= bar.x_percent <= 100
        assert 0 < bar.width_percent <= 100
        assert bar.x_percent + bar.width_percent <= 100 + GAP_PERCENT
    assert drawn.now_percent is None or 0 <= drawn.now_percent <= 100
