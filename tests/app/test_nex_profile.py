"""The figures of the rule catalogue that membership and billing of the shipped nex profile carry."""

from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from app.profiles import SHIPPED, Profile, load_profile
from coworking.billing.day_rules import DaysAfter, MonthEnd
from coworking.billing.price_fields import FeeAtCost, FixedFee
from coworking.billing.profile import PaymentMeans
from coworking.kit.money import TaxMode
from coworking.membership.profile import MemberKind

PLANS = ["rental-office", "coworking", "virtual-office", "spot-use"]


@pytest.fixture(scope="module")
def nex() -> Profile:
    return load_profile("nex")


def test_name(nex: Profile) -> None:
    assert nex.name == "nex"
    assert nex.title.spoken("en").startswith("nex")
    assert nex.membership.language == "ja"


def test_plans(nex: Profile) -> None:
    assert list(nex.membership.plans) == PLANS
    assert all(
        plan.kinds == (MemberKind.PERSON, MemberKind.COMPANY) for plan in nex.membership.plans.values()
    )
    assert [name for name, plan in nex.membership.plans.items() if plan.has_private_office] == [
        "rental-office"
    ]


def test_offices_nex_06_nex_07(nex: Profile) -> None:
    assert {name: office.area_code for name, office in nex.membership.offices.items()} == {
        "tokyo": "03",
        "tachikawa": "042",
        "kawasaki": "044",
        "yokohama": "045",
        "funabashi": "047",
        "saitama": "048",
        "nagoya": "052",
        "osaka": "06",
        "kyoto": "075",
    }
    assert nex.membership.default_office == "tokyo"


def test_calendar_nex_11_nex_21(nex: Profile) -> None:
    calendar = nex.calendar()
    assert calendar.zone.key == "Asia/Tokyo"
    assert calendar.closed_weekdays == {5, 6}
    assert calendar.next_business_day(date(2027, 5, 1)) == date(2027, 5, 6)
    assert calendar.business_day_before(date(2027, 1, 31)) == date(2027, 1, 29)


def test_office_hours_nex_25(nex: Profile) -> None:
    (hours,) = nex.membership.office_hours
    assert [day.number for day in hours.weekdays] == [0, 1, 2, 3, 4]
    assert (hours.opens_at, hours.closes_at, hours.on_holidays) == (time(10), time(18, 30), False)


def test_prohibited_acts_nex_27(nex: Profile) -> None:
    assert len(nex.membership.prohibited_acts) == 11


def test_terms_nex_29(nex: Profile) -> None:
    assert [terms.valid_from for terms in nex.membership.terms] == [date(2025, 1, 10)]


def test_tax(nex: Profile) -> None:
    assert nex.billing.tax_mode is TaxMode.EXCLUDED
    assert nex.billing.tax_rate_on(date(2026, 6, 1)) == Decimal("0.10")
    assert nex.billing.tax_rate_on(date(2019, 9, 30)) == 0


@pytest.mark.parametrize(
    ("purpose", "amount", "plans"),
    [
        ("registered-phone-change", 2000, ()),
        ("notification-address-change", 2000, ()),
        ("technician", 35000, ("rental-office",)),
    ],
)
def test_fees_nex_15_nex_16(nex: Profile, purpose: str, amount: int, plans: tuple[str, ...]) -> None:
    fee = nex.billing.fees[purpose]
    assert isinstance(fee, FixedFee)
    assert (fee.amount, fee.member_plans) == (amount, plans)


def test_recovery_is_charged_at_cost_nex_28(nex: Profile) -> None:
    assert isinstance(nex.billing.fees["recovery"], FeeAtCost)


@pytest.mark.parametrize("day", [1, 15, 31])
def test_first_payment_nex_17(nex: Profile, day: int) -> None:
    assert nex.billing.first_payment.months_for(date(2026, 7, day)) == 2
    assert nex.billing.first_payment.due == DaysAfter(kind="days-after", days=7)


@pytest.mark.parametrize(
    ("purpose", "plan", "months"),
    [
        ("line-monthly", "rental-office", -2),
        ("line-monthly", "coworking", -1),
        ("line-monthly", "virtual-office", -1),
        ("call", "rental-office", 1),
        ("call", "coworking", 1),
        ("control-call", "virtual-office", 1),
        ("technician", "rental-office", 1),
        ("recovery", "spot-use", 1),
    ],
)
def test_due_dates_nex_18(nex: Profile, purpose: str, plan: str, months: int) -> None:
    assert nex.billing.schedule_for(purpose, plan).due == MonthEnd(kind="month-end", months=months)


def test_payment_nex_18(nex: Profile) -> None:
    means = [choice.means for choice in nex.billing.payment_choices]
    assert means == [PaymentMeans.BANK_TRANSFER, PaymentMeans.CARD, PaymentMeans.DIRECT_DEBIT]


def test_arrears_nex_30(nex: Profile) -> None:
    arrears = nex.billing.arrears
    assert (arrears.reminder_after_days, arrears.suspension_after_days) == (7, 30)
    interest = arrears.late_interest
    assert (interest.claimed, interest.rates, interest.days_in_year, interest.interest_floor) == (
        False,
        (),
        365,
        0,
    )


@pytest.mark.parametrize("rule", [f"NEX-{number:02}" for number in range(1, 31)])
def test_every_rule_has_a_place_and_a_comment(nex: Profile, rule: str) -> None:
    assert nex.tables.rules[rule]
    comments = [line.partition("#")[2] for line in Path(SHIPPED / "nex.toml").read_text("utf-8").splitlines()]
    assert any(rule in comment for comment in comments)


def test_rules_at_a_key(nex: Profile) -> None:
    assert nex.rules_at("numbers.start") == ("NEX-11",)
    assert nex.rules_at("numbers.quotas.coworking") == ("NEX-13",)
    assert nex.rules_at("numbers.startled") == ()
