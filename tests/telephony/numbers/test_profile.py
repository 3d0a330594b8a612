from datetime import time
from decimal import Decimal

import pytest

from app.profiles import Profile, load_profile
from coworking.kit.phone import NumberClass
from telephony.numbers.profile import FeeUnit, FixedCount, NumberZoneCheck, OfficeCapacity, Proration


@pytest.fixture(scope="module")
def nex() -> Profile:
    return load_profile("nex")


def test_registered_phones_nex_03(nex: Profile) -> None:
    assert nex.numbers.registered_phones.limit == 3
    assert nex.numbers.registered_phones.classes == (NumberClass.MOBILE, NumberClass.FIXED, NumberClass.IP)


def test_who_may_take_which_line_plan_nex_05(nex: Profile) -> None:
    numbers = nex.numbers
    assert list(numbers.line_plans) == ["fixed-phone", "incoming-outgoing"]
    assert numbers.line_plans_for("rental-office") == ("fixed-phone", "incoming-outgoing")
    assert numbers.line_plans_for("coworking") == ("incoming-outgoing",)
    assert numbers.line_plans_for("virtual-office") == ("incoming-outgoing",)
    assert numbers.line_plans_for("spot-use") == ()
    assert numbers.line_plans["fixed-phone"].desk_phones == 1
    assert numbers.line_plans["incoming-outgoing"].desk_phones == 0


def test_area_codes_on_offer_nex_06(nex: Profile) -> None:
    plans = nex.numbers.line_plans
    assert " ".join(plans["fixed-phone"].area_codes) == "03 042 044 045 052 06 075"
    assert " ".join(plans["incoming-outgoing"].area_codes) == "03 042 044 045 047 048 052 06 075"


def test_assignment_nex_07(nex: Profile) -> None:
    assert nex.numbers.assignment.kind == "next-free"
    assert nex.numbers.assignment.area_codes == "own-office"


@pytest.mark.parametrize(
    ("line_plan", "setup_with_tax", "monthly_with_tax", "unit"),
    [("fixed-phone", 2750, 3300, FeeUnit.DESK_PHONE), ("incoming-outgoing", 2750, 2200, FeeUnit.LINE)],
)
def test_fees_nex_08(
    nex: Profile, line_plan: str, setup_with_tax: int, monthly_with_tax: int, unit: FeeUnit
) -> None:
    plan = nex.numbers.line_plans[line_plan]
    assert plan.setup_fee * Decimal("1.1") == setup_with_tax
    assert plan.monthly_fee * Decimal("1.1") == monthly_with_tax
    assert plan.monthly_fee_per is unit


def test_start_and_end_nex_11_nex_21(nex: Profile) -> None:
    start, end = nex.numbers.start, nex.numbers.end
    assert (start.kind, start.on_business_day_at, start.after_closed_day_at) == (
        "first-of-month",
        time(0),
        time(10),
    )
    assert start.within_month == "at-once"
    assert (end.kind, end.months, end.ends_at, end.closed_day) == (
        "month-end-after-notice",
        1,
        time(15),
        "business-day-before",
    )
    assert nex.numbers.last_line_required == ("rental-office",)


def test_no_proration_nex_12(nex: Profile) -> None:
    assert nex.numbers.proration is Proration.NONE


def test_quotas_nex_13(nex: Profile) -> None:
    assert nex.numbers.quotas == {
        "rental-office": OfficeCapacity(kind="office-capacity", least=1),
        "coworking": FixedCount(kind="fixed-count", most=1),
        "virtual-office": FixedCount(kind="fixed-count", most=1),
    }


def test_reasons_nex_14_nex_19(nex: Profile) -> None:
    assert list(nex.membership.joining.refusal_reasons) == [
        "false-statement",
        "likely-breach",
        "papers-missing",
    ]
    assert list(nex.numbers.suspension_reasons) == ["unpaid", "prohibited-act", "disturbs-others"]


def test_after_the_end_and_transfer_nex_22_nex_23(nex: Profile) -> None:
    assert nex.numbers.number_removal_confirmed is True
    assert nex.numbers.transferable is False
    assert nex.numbers.quarantine_days == 180
    assert nex.numbers.number_zone_check is NumberZoneCheck.OFFICE
