from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from coworking.kit.phone import NumberClass
from telephony.metering.profile import CallClass, CallPrice, NightPrice, RateCard
from telephony.metering.tariffs import PriceMissing, TariffRules, forward_price, price_of_class
from tests.factories.forwarding import tariff_rules

NOON = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)  # 12:00 in Tokyo


def card(valid_from: date, of_all: CallPrice) -> RateCard:
    prices = {CallClass.FORWARD_TO_MOBILE: of_all, CallClass.CONTROL: of_all}
    return RateCard(valid_from=valid_from, control_free_from_desk_phone=False, line_plans={"basic": prices})


def price(yen: int, **more: Any) -> CallPrice:
    return CallPrice.model_validate({"unit_seconds": 60, "unit_price": yen, **more})


def rules_with(*cards: RateCard) -> TariffRules:
    rules = tariff_rules()
    return replace(rules, metering=rules.metering.model_copy(update={"rate_cards": cards}))


@pytest.mark.parametrize(
    ("line_plan", "number_class", "unit_seconds", "per_unit", "rate_class"),
    [
        ("incoming-outgoing", NumberClass.MOBILE, 60, 32, "forward-to-mobile"),
        ("incoming-outgoing", NumberClass.FIXED, 180, 15, "forward-to-fixed"),
        ("incoming-outgoing", NumberClass.IP, 180, 15, "forward-to-fixed"),
        ("fixed-phone", NumberClass.MOBILE, 60, 27, "forward-to-mobile"),
        ("fixed-phone", NumberClass.FIXED, 180, 13, "forward-to-fixed"),
        ("fixed-phone", NumberClass.IP, 180, 13, "forward-to-fixed"),
    ],
)
def test_forwarded_calls_nex_09_nex_26(
    line_plan: str, number_class: NumberClass, unit_seconds: int, per_unit: int, rate_class: str
) -> None:
    found = forward_price(tariff_rules(), line_plan, number_class, NOON)
    assert (found.unit_seconds, found.per_unit) == (unit_seconds, Decimal(per_unit))
    assert (found.rate_class, found.rules, found.rate_card) == (rate_class, ("NEX-09",), "2019-10-01")


@pytest.mark.parametrize(
    ("answered_at", "per_unit"),
    [
        (datetime(2026, 6, 30, 14, 59, 59, 999_999, tzinfo=UTC), 32),
        (datetime(2026, 6, 30, 15, 0, tzinfo=UTC), 40),  # midnight in Tokyo
        (datetime(2026, 7, 31, 14, 59, 59, tzinfo=UTC), 40),
        (datetime(2026, 7, 31, 15, 0, tzinfo=UTC), 41),
    ],
)
def test_the_card_of_the_local_day_of_answering(answered_at: datetime, per_unit: int) -> None:
    rules = rules_with(
        card(date(2019, 10, 1), price(32)),
        card(date(2026, 7, 1), price(40)),
        card(date(2026, 8, 1), price(41)),
    )
    assert forward_price(rules, "basic", NumberClass.MOBILE, answered_at).per_unit == per_unit


@pytest.mark.parametrize(
    ("local_hour", "minute", "per_unit"),
    [(21, 59, 32), (22, 0, 20), (23, 59, 20), (0, 0, 20), (5, 59, 20), (6, 0, 32), (12, 0, 32)],
)
def test_the_night_has_a_price_of_its_own_over_midnight(local_hour: int, minute: int, per_unit: int) -> None:
    night = NightPrice.model_validate({"starts_at": time(22), "ends_at": time(6), "unit_price": 20})
    rules = rules_with(card(date(2019, 10, 1), price(32, night=night)))
    at = rules.calendar.instant(date(2026, 6, 10), time(local_hour, minute))
    assert forward_price(rules, "basic", NumberClass.MOBILE, at).per_unit == per_unit


def test_minimum_units_and_a_card_without_a_rule() -> None:
    rules = rules_with(card(date(2019, 10, 1), price(32, minimum_units=2)))
    found = forward_price(rules, "basic", NumberClass.MOBILE, NOON)
    assert (found.minimum_units, found.rules) == (2, ())


@pytest.mark.parametrize("number_class", [NumberClass.PREMIUM, NumberClass.FOREIGN, NumberClass.EMERGENCY])
def test_a_class_that_no_call_is_put_through_to_has_no_price(number_class: NumberClass) -> None:
    with pytest.raises(PriceMissing, match="no rate class"):
        forward_price(tariff_rules(), "incoming-outgoing", number_class, NOON)


def test_before_the_first_card_nothing_has_a_price() -> None:
    with pytest.raises(PriceMissing, match="no rate card on 2019-09-30"):
        forward_price(
            tariff_rules(),
            "incoming-outgoing",
            NumberClass.MOBILE,
            datetime(2019, 9, 30, 14, 59, 59, tzinfo=UTC),
        )


def test_what_a_plan_does_not_offer_has_no_price() -> None:
    with pytest.raises(PriceMissing, match="has no price for desk-to-fixed"):
        price_of_class(tariff_rules(), "incoming-outgoing", CallClass.DESK_TO_FIXED, NOON)
