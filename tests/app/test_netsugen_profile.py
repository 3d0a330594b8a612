"""The figures of the rule catalogue that the shipped netsugen profile carries."""

from datetime import date
from decimal import Decimal

import pytest

from app.profiles import Profile, load_profile
from coworking.billing.day_rules import DayOfMonth
from coworking.membership.profile import Deadline, LeavingByDeadline


@pytest.fixture(scope="module")
def netsugen() -> Profile:
    return load_profile("netsugen")


def test_plans_net_02_net_03_net_27(netsugen: Profile) -> None:
    plans = netsugen.membership.plans
    assert {"monthly-personal", "monthly-corporate", "drop-in"} < set(plans)
    assert {name for name, plan in plans.items() if plan.linked_card_required} == {
        "monthly-personal",
        "monthly-corporate-user",
    }
    assert plans["monthly-corporate-user"].of_company == ("monthly-corporate",)
    assert "monthly-corporate-user" not in netsugen.billing.dues
    assert not plans["drop-in"].has_contract
    assert not netsugen.lends_lines


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 6, 1), 1, (10, 1)),
        (date(2026, 6, 20), 1, (10, 1)),
        (date(2026, 6, 21), 2, (10, 2)),
        (date(2026, 6, 30), 2, (10, 2)),
    ],
)
def test_first_payment_net_10(netsugen: Profile, start: date, months: int, due: tuple[int, int]) -> None:
    first = netsugen.billing.first_payment
    rule = first.due_for(start)
    assert isinstance(rule, DayOfMonth)
    assert (first.months_for(start), (rule.day, rule.months)) == (months, due)


def test_dues_are_due_on_the_10th_net_10(netsugen: Profile) -> None:
    due = netsugen.billing.schedule_for("dues", "monthly-personal").due
    assert due == DayOfMonth(kind="day-of-month", day=10, months=0)


def test_leaving_net_11_net_18(netsugen: Profile) -> None:
    assert netsugen.membership.contracts.leaving == LeavingByDeadline(
        kind="month-end-by-deadline", deadline=Deadline(day=20), may_name_later_month=True
    )


def test_means_net_07_net_09(netsugen: Profile) -> None:
    choices = netsugen.billing.choices_for("monthly-corporate", "company")
    brands = {choice.means.value: len(choice.brands) for choice in choices}
    assert brands == {
        "card": 0,
        "payment-slip": 0,
        "counter-card": 7,
        "counter-e-money": 6,
        "counter-qr": 8,
    }
    assert netsugen.billing.payment_changed_by == "office"
    assert {choice.means.value for choice in netsugen.billing.choices_for("drop-in", "person")} == {
        "counter-card",
        "counter-e-money",
        "counter-qr",
    }


def test_slips_go_out_from_the_20th_of_the_month_before_net_09(netsugen: Profile) -> None:
    opens = netsugen.billing.runs.opens
    closes = netsugen.billing.schedule_for("dues", "monthly-personal").closes
    assert isinstance(opens, DayOfMonth)
    assert isinstance(closes, DayOfMonth)
    assert (opens.months, closes.months) == (-1, -1)
    assert 20 <= closes.day < opens.day


def test_arrears_net_14_net_15_net_16(netsugen: Profile) -> None:
    arrears = netsugen.billing.arrears
    assert arrears.reminder_after_days <= 20
    interest = arrears.late_interest
    assert (interest.claimed, interest.days_in_year, interest.interest_floor) == (True, 365, 0)
    assert interest.rates[-1].rate == Decimal("0.025")
    assert not netsugen.billing.refunds


def test_joining_net_01_net_12(netsugen: Profile) -> None:
    joining = netsugen.membership.joining
    assert (joining.confirmation_required, joining.approval_required, joining.reason_disclosed) == (
        True,
        True,
        False,
    )


def test_reasons_of_limits_and_left_things_net_17_net_20(netsugen: Profile) -> None:
    assert list(netsugen.membership.limit_reasons) == [
        "breach",
        "false-data",
        "unpaid",
        "no-answer",
        "no-use",
        "other",
    ]
    assert netsugen.membership.left_things.kept_months == 1


def test_terms_net_23(netsugen: Profile) -> None:
    assert [version.valid_from for version in netsugen.membership.terms] == [
        date(2020, 12, 21),
        date(2023, 11, 1),
        date(2024, 3, 5),
    ]
