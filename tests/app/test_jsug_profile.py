"""The figures of the rule catalogue that the shipped jsug profile carries."""

from datetime import date

import pytest

from app.profiles import Profile, load_profile
from coworking.billing.price_fields import DuesTitle, YearlyDues
from coworking.kit.money import TaxMode
from coworking.membership.profile import LeavingAtOnce, MemberKind

COMPANIES = ("corporate", "supporting", "supporter")


@pytest.fixture(scope="module")
def jsug() -> Profile:
    return load_profile("jsug")


def test_classes_jsug_01_jsug_02_jsug_12(jsug: Profile) -> None:
    plans = jsug.membership.plans
    assert set(plans) == {*COMPANIES, "employee"}
    for name in COMPANIES:
        assert plans[name].kinds == (MemberKind.COMPANY,)
        assert plans[name].office_changes_only
    assert plans["employee"].of_company == COMPANIES
    assert not jsug.lends_lines


def test_employees_are_free_of_charge_jsug_02(jsug: Profile) -> None:
    assert set(jsug.billing.dues) == set(COMPANIES)


def test_only_supporters_are_listed_for_everybody_jsug_11(jsug: Profile) -> None:
    assert [name for name, plan in jsug.membership.plans.items() if plan.listed_publicly] == ["supporter"]


def test_papers_are_outside_tax_jsug_13(jsug: Profile) -> None:
    billing = jsug.billing
    assert billing.tax_mode is TaxMode.OUTSIDE
    assert billing.tax_rate_on(date(2026, 7, 1)) == 0
    assert billing.papers.issuer.registration_number is None
    assert billing.papers.outside_tax_words is not None


def test_leaving_jsug_15(jsug: Profile) -> None:
    assert isinstance(jsug.membership.contracts.leaving, LeavingAtOnce)


def test_dues_jsug_16(jsug: Profile) -> None:
    dues = jsug.billing.dues
    assert all(isinstance(each, YearlyDues) for each in dues.values())
    assert [dues[name].charged_as for name in COMPANIES] == [
        DuesTitle.DUES,
        DuesTitle.DUES,
        DuesTitle.CONTRIBUTION,
    ]
    assert jsug.billing.fees["event-fee"].kind == "at-cost"
