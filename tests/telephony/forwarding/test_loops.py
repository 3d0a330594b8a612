from __future__ import annotations

from datetime import timedelta

import pytest

from telephony.forwarding import loops
from telephony.forwarding.loops import Loops
from tests.factories.membership import NOW

LINE = 7
CALLER = "+81366667777"
BETWEEN = "+819012345678"


def sid_of(number: int) -> str:
    return f"CA{number:032x}"


@pytest.mark.parametrize(
    ("what", "calls", "verdicts"),
    [
        ("shows the first caller", [(CALLER, None)] * 4, [False, False, True, True]),
        ("shows the phone in between", [(CALLER, None), *[(BETWEEN, None)] * 3], [False, False, False, True]),
        ("withheld", [(CALLER, None), *[(None, None)] * 3], [False, False, False, True]),
        (
            "tells who forwarded, under another number each time",
            [(CALLER, None), *[(f"+8190000000{number}", BETWEEN) for number in (10, 11, 12)]],
            [False, False, False, True],
        ),
        ("different people", [(f"+8190000000{number}", None) for number in (10, 11, 12)], [False] * 3),
        (
            "nobody says who forwarded",
            [(f"+819000000{number}", None) for number in range(100, 106)],
            [False] * 6,
        ),
    ],
)
def test_a_circle_ends_within_three_legs_r18(
    what: str, calls: list[tuple[str | None, str | None]], verdicts: list[bool]
) -> None:
    seen = Loops()
    told = [
        seen.seen(LINE, caller, forwarded_from, sid_of(number), NOW + timedelta(seconds=3 * number))
        for number, (caller, forwarded_from) in enumerate(calls)
    ]
    assert told == verdicts, what


def test_a_call_that_is_asked_about_again_is_no_further_one() -> None:
    seen = Loops()
    for _ in range(2):
        told = [seen.seen(LINE, CALLER, None, sid_of(number), NOW) for number in range(3)]
        assert told == [False, False, True]


def test_a_caller_who_hangs_up_may_call_again() -> None:
    seen = Loops()
    for number in range(10):
        assert not seen.seen(LINE, CALLER, None, sid_of(number), NOW)
        seen.ended(sid_of(number))
    seen.ended(sid_of(99))


def test_calls_of_another_line_or_of_half_a_minute_ago_do_not_count() -> None:
    seen = Loops()
    assert not seen.seen(LINE, CALLER, None, sid_of(1), NOW)
    assert not seen.seen(LINE, CALLER, None, sid_of(2), NOW)
    assert not seen.seen(LINE + 1, CALLER, None, sid_of(3), NOW)
    assert not seen.seen(LINE, CALLER, None, sid_of(4), NOW + loops.WINDOW + timedelta(seconds=1))


def test_what_is_remembered_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "MOST_CALLS", 5)
    seen = Loops()
    for number in range(50):
        seen.seen(number, CALLER, None, sid_of(number), NOW)
    assert (len(seen._calls), len(seen._of_line)) == (5, 5)
    for number in range(50):
        seen.ended(sid_of(number))
    assert (len(seen._calls), len(seen._of_line)) == (0, 0)
