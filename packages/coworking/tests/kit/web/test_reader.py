from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest

from coworking.kit.errors import Language
from coworking.kit.web.reader import Reader, stopwatch

AT = datetime(2026, 7, 14, 4, 8, 4, tzinfo=UTC)  # 13:08:04 in Tokyo, a Tuesday


def reader(language: Language) -> Reader:
    return Reader(language, ZoneInfo("Asia/Tokyo"), NullTranslations())


@pytest.mark.parametrize(
    ("amount", "ja", "en"),
    [
        (Decimal("4461"), "4,461円", "4,461 yen"),
        (Decimal("14.300"), "14.3円", "14.3 yen"),
        (Decimal("0"), "0円", "0 yen"),
        (Decimal("-64"), "-64円", "-64 yen"),
    ],
)
def test_money(amount: Decimal, ja: str, en: str) -> None:
    assert reader("ja").yen(amount) == ja
    assert reader("en").yen(amount) == en


def test_times_are_in_the_readers_zone_and_manner() -> None:
    assert reader("ja").moment(AT) == "7月14日（火）13:08"
    assert reader("en").moment(AT) == "Tue 14 July, 13:08"
    assert reader("ja").clock_time(AT) == "13:08:04"
    assert reader("ja").date(AT.date()) == "2026年7月14日"
    assert reader("en").date(AT.date()) == "14 July 2026"


def test_a_stored_number_is_shown_as_people_write_it_and_anything_else_as_it_is() -> None:
    assert reader("en").phone("+81312345678") == "03-1234-5678"
    assert reader("ja").phone("117") == "117"


@pytest.mark.parametrize(("seconds", "shown"), [(12, "0:12"), (61, "1:01"), (3723, "1:02:03"), (-1, "0:00")])
def test_the_stopwatch(seconds: int, shown: str) -> None:
    assert stopwatch(seconds) == shown
