from __future__ import annotations

from datetime import timedelta

from telephony.forwarding import floods
from telephony.forwarding.floods import Floods
from tests.factories.membership import NOW

LINE, OTHER = "+81454110001", "+81454110002"
MINUTE = timedelta(minutes=1)


def test_one_number_is_flooded_and_the_others_are_not_r22() -> None:
    gate = Floods(most_per_minute=3, most_in_all=1_000)
    let_in = [not gate.is_flood(LINE, f"call {number}", NOW) for number in range(10)]
    assert let_in == [True] * 3 + [False] * 7
    assert not gate.is_flood(OTHER, "call 11", NOW)


def test_a_minute_later_calls_are_let_in_again() -> None:
    gate = Floods(most_per_minute=1, most_in_all=100_000)
    assert not gate.is_flood(LINE, "first", NOW)
    assert gate.is_flood(LINE, "second", NOW + MINUTE - timedelta(microseconds=1))
    assert not gate.is_flood(LINE, "third", NOW + MINUTE)


def test_a_call_that_the_carrier_asks_about_again_is_no_further_one() -> None:
    gate = Floods(most_per_minute=1, most_in_all=100_000)
    assert [gate.is_flood(LINE, "same", NOW) for _ in range(3)] == [False] * 3
    two = Floods(most_per_minute=2, most_in_all=100_000)
    assert [two.is_flood(LINE, call, NOW) for call in ("same", "same", "other")] == [False] * 3


def test_what_is_remembered_has_a_limit() -> None:
    gate = Floods(most_per_minute=1, most_in_all=100_000)
    for number in range(floods.MOST_NUMBERS + 5):
        gate.is_flood(f"+81{number}", "call", NOW)
    assert len(gate._of_number) == floods.MOST_NUMBERS


def test_all_numbers_together_have_a_limit_r19() -> None:
    gate = Floods(most_per_minute=3, most_in_all=4)
    let_in = [not gate.is_flood(f"+8145411000{number}", f"call {number}", NOW) for number in range(6)]
    assert let_in == [True] * 4 + [False] * 2
    assert not gate.is_flood(LINE, "later", NOW + MINUTE)
