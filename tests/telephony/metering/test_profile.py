from datetime import date, time
from decimal import Decimal

import pytest

from app.profiles import Profile, load_profile
from coworking.kit.phone import NumberClass
from telephony.metering.profile import CallClass, MonthOf, NightPrice, Origin, ReceptionCalls

JUNE = date(2026, 6, 1)


@pytest.fixture(scope="module")
def nex() -> Profile:
    return load_profile("nex")


@pytest.mark.parametrize(
    ("line_plan", "call_class", "unit_seconds", "with_tax"),
    [
        ("fixed-phone", CallClass.FORWARD_TO_FIXED, 180, "14.3"),
        ("fixed-phone", CallClass.FORWARD_TO_MOBILE, 60, "29.7"),
        ("fixed-phone", CallClass.DESK_TO_FIXED, 60, "33.0"),
        ("fixed-phone", CallClass.DESK_TO_MOBILE, 60, "51.7"),
        ("fixed-phone", CallClass.MOBILE_TO_FIXED, 60, "51.7"),
        ("fixed-phone", CallClass.MOBILE_TO_MOBILE, 60, "69.3"),
        ("fixed-phone", CallClass.CONTROL, 60, "22.0"),
        ("incoming-outgoing", CallClass.FORWARD_TO_FIXED, 180, "16.5"),
        ("incoming-outgoing", CallClass.FORWARD_TO_MOBILE, 60, "35.2"),
        ("incoming-outgoing", CallClass.MOBILE_TO_FIXED, 60, "51.7"),
        ("incoming-outgoing", CallClass.MOBILE_TO_MOBILE, 60, "69.3"),
        ("incoming-outgoing", CallClass.CONTROL, 60, "22.0"),
    ],
)
def test_call_charges_nex_09_nex_10(
    nex: Profile, line_plan: str, call_class: CallClass, unit_seconds: int, with_tax: str
) -> None:
    card = nex.metering.rate_card_on(JUNE)
    assert card is not None
    price = card.price(line_plan, call_class)
    assert price is not None
    assert price.unit_seconds == unit_seconds
    assert price.unit_price * Decimal("1.1") == Decimal(with_tax)
    assert price.unit_price == int(price.unit_price)
    assert (price.minimum_units, price.free_units, price.night) == (0, 0, None)


def test_what_a_plan_does_not_offer_has_no_price_nex_09(nex: Profile) -> None:
    card = nex.metering.rate_cards[0]
    assert len(card.line_plans["fixed-phone"]) == 7
    assert len(card.line_plans["incoming-outgoing"]) == 5
    assert card.price("incoming-outgoing", CallClass.DESK_TO_FIXED) is None
    assert card.price("no-such-plan", CallClass.CONTROL) is None


def test_control_calls_from_the_desk_phone_are_free_nex_10(nex: Profile) -> None:
    card = nex.metering.rate_cards[0]
    assert card.control_free_from_desk_phone is True
    assert (card.rule, card.control_rule) == ("NEX-09", "NEX-10")


def test_050_counts_as_fixed_nex_26(nex: Profile) -> None:
    call_class = nex.metering.call_class
    assert call_class(Origin.FORWARD, NumberClass.IP) is CallClass.FORWARD_TO_FIXED
    assert call_class(Origin.FORWARD, NumberClass.MOBILE) is CallClass.FORWARD_TO_MOBILE
    assert call_class(Origin.MOBILE, NumberClass.FIXED) is CallClass.MOBILE_TO_FIXED
    assert call_class(Origin.FORWARD, NumberClass.TOLL_FREE) is None
    assert call_class(Origin.FORWARD, NumberClass.EMERGENCY) is None


def test_month_and_reception_nex_24(nex: Profile) -> None:
    assert nex.metering.month_of is MonthOf.ANSWER
    assert nex.metering.reception_to_desk_phone is ReceptionCalls.FREE


def test_before_the_first_card_there_is_no_price(nex: Profile) -> None:
    assert nex.metering.rate_card_on(date(2019, 9, 30)) is None
    assert nex.metering.rate_card_on(date(2019, 10, 1)) is nex.metering.rate_cards[0]


@pytest.mark.parametrize(
    ("starts", "ends", "inside", "outside"),
    [
        (time(23), time(8), [time(23), time(0), time(7, 59)], [time(8), time(22, 59)]),
        (time(1), time(5), [time(1), time(4, 59)], [time(5), time(0, 59)]),
    ],
)
def test_night_is_half_open_and_may_pass_midnight(
    starts: time, ends: time, inside: list[time], outside: list[time]
) -> None:
    night = NightPrice(starts_at=starts, ends_at=ends, unit_price=1)  # type: ignore[arg-type]  # as TOML gives it
    assert all(night.covers(at) for at in inside)
    assert not any(night.covers(at) for at in outside)


def test_every_pair_of_origin_and_rate_class_is_a_class() -> None:
    pairs = {f"{origin}-to-{rate}" for origin in Origin for rate in ("fixed", "mobile", "ip")}
    assert pairs | {"control"} == set(CallClass)
