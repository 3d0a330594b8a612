from __future__ import annotations

from decimal import Decimal

import pytest

from coworking.kit.errors import Language
from telephony.metering import why
from telephony.metering.rating import Price, rate

MOBILE = Price("forward-to-mobile", 60, Decimal(32), "2019-10-01", ("NEX-09",))
FIXED = Price("forward-to-fixed", 180, Decimal("14.3"), "2026-04-01")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "61秒 → 60秒単位で2 × 32円 = 64円（2019-10-01の料金表、NEX-09）"),
        ("en", "61 s = 2 × 60 s at 32 yen = 64 yen (rate card of 2019-10-01, NEX-09)"),
    ],
)
def test_seconds_units_price_and_where_it_stands(language: Language, sentence: str) -> None:
    assert why(rate(61, MOBILE).reason(), language) == sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ja", "181秒 → 180秒単位で2 × 14.3円 = 28.6円（2026-04-01の料金表）"),
        ("en", "181 s = 2 × 180 s at 14.3 yen = 28.6 yen (rate card of 2026-04-01)"),
    ],
)
def test_a_rate_card_without_a_rule(language: Language, sentence: str) -> None:
    assert why(rate(181, FIXED).reason(), language) == sentence


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ja", "つながらなかった電話は0円です。"), ("en", "A call that nobody answered costs nothing.")],
)
def test_nothing_owed(language: Language, sentence: str) -> None:
    assert why(None, language) == sentence


def test_several_legs_are_added_up() -> None:
    first, second = rate(61, MOBILE), rate(30, FIXED)
    reason = {"line_plan": "x", **first.reason(), "legs": [first.reason(), second.reason()]}
    assert why(reason, "en") == f"{why(first.reason(), 'en')} + {why(second.reason(), 'en')}"
    assert why(reason, "ja") == f"{why(first.reason(), 'ja')} + {why(second.reason(), 'ja')}"


def test_minimum_units_are_the_units_that_are_paid() -> None:
    minimum = Price("forward-to-mobile", 60, Decimal(10), "2026-04-01", minimum_units=3)
    assert why(rate(1, minimum).reason(), "en").startswith("1 s = 3 × 60 s at 10 yen = 30 yen")
