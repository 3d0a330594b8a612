from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from coworking.kit.errors import ValidationFailed
from telephony.metering.errors import RateCardDoesNotFit
from telephony.metering.profile import RateCard
from telephony.metering.what_if import read_rate_card, what_if
from tests.factories.forwarding import FIXED
from tests.factories.membership import NOW
from tests.telephony.metering.books import Books, forwarded

NIGHT = datetime(2026, 6, 10, 15, 30, tzinfo=UTC)
MOBILE = {"unit_seconds": 30, "unit_price": 20}
FIXED_PRICE = {"unit_seconds": 180, "unit_price": "14.5"}


def card(mobile: dict[str, Any], **others: Any) -> RateCard:
    prices = {"forward-to-mobile": mobile, "forward-to-fixed": FIXED_PRICE, "control": MOBILE}
    return read_rate_card(
        {
            "valid_from": "2027-04-01",
            "control_free_from_desk_phone": True,
            "line_plans": {"incoming-outgoing": prices},
            **others,
        }
    )


@pytest.mark.parametrize(
    ("mobile", "then"),
    [
        (MOBILE, 3 * 20 + 20),
        ({**MOBILE, "minimum_units": 4}, 2 * 4 * 20),
        ({**MOBILE, "free_units": 2}, 20 + 20),
        ({**MOBILE, "night": {"starts_at": "00:00:00", "ends_at": "05:00:00", "unit_price": 1}}, 3 * 20 + 1),
    ],
)
def test_a_month_under_another_card(books: Books, mobile: dict[str, Any], then: int) -> None:
    books.settle(
        forwarded(books.line, 61),
        forwarded(books.line, 20, answered_at=NIGHT),
        forwarded(books.line, 181, number=FIXED),
        forwarded(books.line, 600, answered_at=NOW - timedelta(days=30)),
    )
    found = what_if(books.session, books.rules, "2026-06", card(mobile))
    member_id = books.line.member_id
    assert [(one.member_id, one.call_class, one.legs) for one in found] == [
        (member_id, "forward-to-fixed", 1),
        (member_id, "forward-to-mobile", 2),
    ]
    assert [one.amount_now for one in found] == [30, 96]
    assert [one.amount_then for one in found] == [29, then]
    assert sum(one.difference for one in found) == Decimal(then - 96 - 1)


def test_the_card_in_force_gives_what_was_charged(books: Books) -> None:
    books.settle(forwarded(books.line, 61), forwarded(books.line, 181, number=FIXED))
    found = what_if(books.session, books.rules, "2026-06", books.rules.metering.rate_cards[-1])
    assert [one.difference for one in found] == [0, 0]


def test_a_card_without_a_price_for_what_was_billed_is_refused(books: Books) -> None:
    books.settle(forwarded(books.line, 61))
    lacking = card(MOBILE, line_plans={"fixed-phone": {"control": MOBILE}})
    with pytest.raises(RateCardDoesNotFit, match="incoming-outgoing: forward-to-mobile"):
        what_if(books.session, books.rules, "2026-06", lacking)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"valid_from": "x"},
        {"valid_from": "2027-04-01", "control_free_from_desk_phone": True, "line_plans": {}},
        {"line_plans": {"a": {"control": {"unit_seconds": 60, "unit_price": 14.3}}}},
        {"a": float("nan")},
        {"a": "\ud800"},
    ],
)
def test_what_is_no_rate_card_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed):
        read_rate_card(document)
