"""The figures of the rule catalogue that the shipped sakura profile carries."""

from datetime import time
from decimal import Decimal

import pytest

from app.profiles import Profile, load_profile
from coworking.billing.day_rules import DayOfMonth, DayRule, DaysAfter, DayShift, MonthEnd
from coworking.billing.price_fields import FixedFee, MonthlyDues, PartMonth
from coworking.billing.profile import PaymentMeans
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Weekday
from coworking.membership.profile import Deadline, LeavingByDeadline, Plan

WEEK = frozenset(list(Weekday)[:5])
WEEKEND = frozenset(list(Weekday)[5:])
OPEN = {WEEK: (time(7, 30), time(22)), WEEKEND: (time(7, 30), time(19))}
# SAK-25: dues, hours, free hours, people.
PLANS = {
    "all-day": (13_750, OPEN, 0, 1),
    "night-weekend": (11_550, {**OPEN, WEEK: (time(17), time(22))}, 0, 1),
    "weekday": (10_450, {WEEK: OPEN[WEEK]}, 0, 1),
    "night": (9_350, {WEEK: (time(17), time(22))}, 0, 1),
    "weekend": (8_800, {WEEKEND: OPEN[WEEKEND]}, 0, 1),
    "daytime": (8_250, {WEEK: (time(7, 30), time(17))}, 0, 1),
    "morning": (4_950, {WEEK: (time(7, 30), time(13))}, 0, 1),
    "flex-12h": (5_500, OPEN, 0, 1),
    "cpa": (9_350, OPEN, 0, 1),
    "group-2": (24_200, OPEN, 15, 2),
    "group-3": (36_300, OPEN, 30, 3),
    "group-5": (52_800, OPEN, 60, 5),
    "group-10": (93_500, OPEN, 100, 10),
    "virtual-office": (5_500, {}, 0, 1),
}
GROUPS = [name for name in PLANS if name.startswith("group-")]
DEADLINE = Deadline(day=10, at=time(17))


@pytest.fixture(scope="module")
def sakura() -> Profile:
    return load_profile("sakura")


def hours_of(plan: Plan) -> dict[frozenset[Weekday], tuple[time, time]]:
    return {frozenset(each.weekdays): (each.from_at, each.until_at) for each in plan.hours}


@pytest.mark.parametrize("name", PLANS)
def test_plans_sak_25(sakura: Profile, name: str) -> None:
    plan, dues = sakura.membership.plans[name], sakura.billing.dues[name]
    assert (dues.amount, hours_of(plan), plan.free_space_hours, plan.most_people) == PLANS[name]


def test_who_has_no_lines(sakura: Profile) -> None:
    assert not sakura.lends_lines
    assert set(sakura.membership.plans) == {*PLANS, "drop-in"}
    assert not sakura.membership.plans["drop-in"].has_contract


def test_part_of_a_month_sak_04(sakura: Profile) -> None:
    whole = {
        name
        for name, dues in sakura.billing.dues.items()
        if isinstance(dues, MonthlyDues) and dues.part_month is PartMonth.WHOLE
    }
    assert whole == {"flex-12h", "virtual-office"}


def test_hours_sak_01(sakura: Profile) -> None:
    staffed = {
        frozenset(each.weekdays): (each.opens_at, each.closes_at)
        for each in sakura.membership.office_hours
        if each.staffed
    }
    assert staffed == {WEEK: (time(12, 30), time(18, 30)), WEEKEND: (time(13), time(17))}
    for days, (opens_at, closes_at) in OPEN.items():
        rows = [each for each in sakura.membership.office_hours if frozenset(each.weekdays) == days]
        assert [rows[0].opens_at, *(row.closes_at for row in rows)] == [
            opens_at,
            *(row.opens_at for row in rows[1:]),
            closes_at,
        ]


def test_contracts_sak_11_sak_29_sak_30(sakura: Profile) -> None:
    contracts = sakura.membership.contracts
    assert isinstance(contracts.leaving, LeavingByDeadline)
    assert contracts.plan_change is not None
    assert contracts.pause is not None
    assert {contracts.leaving.deadline, contracts.plan_change.deadline, contracts.pause.deadline} == {
        DEADLINE
    }
    assert (contracts.pause.least_months, contracts.pause.most_months, contracts.pause.answer_days) == (
        1,
        3,
        14,
    )
    paused = {name for name, plan in sakura.membership.plans.items() if plan.can_pause}
    assert paused == set(PLANS) - {"virtual-office"}


def test_options_sak_20_sak_23_sak_24(sakura: Profile) -> None:
    prices = {name: (price.amount, price.part_month) for name, price in sakura.billing.options.items()}
    assert prices == {
        "address-mail": (2_200, PartMonth.WHOLE),
        "company-registration": (3_300, PartMonth.WHOLE),
        "locker-large": (1_100, PartMonth.BY_DAY),
        "locker-medium": (880, PartMonth.BY_DAY),
        "locker-small": (660, PartMonth.BY_DAY),
        "unlimited-printing": (1_100, PartMonth.BY_DAY),
    }
    options = sakura.membership.options
    assert options["company-registration"].needs == ("address-mail",)
    assert options["company-registration"].most_per_member == 1
    stock = [options[f"locker-{size}"].stock for size in ("large", "medium", "small")]
    assert stock == [16, 13, 12]
    assert set(sakura.membership.plans["virtual-office"].includes) == {"address-mail", "company-registration"}


DUE = {  # SAK-07, SAK-08, SAK-09, by purpose and means: closes, due
    ("dues", PaymentMeans.CARD): ((10, -1), (26, 0)),
    ("dues", PaymentMeans.DIRECT_DEBIT): ((10, -1), (27, 0)),
    ("dues", PaymentMeans.BANK_TRANSFER): ((10, -1), (None, 0)),
    ("option:locker-small", PaymentMeans.CARD): ((10, 0), (26, 0)),
    ("option:locker-small", PaymentMeans.DIRECT_DEBIT): ((10, 0), (27, 0)),
    ("option:locker-small", PaymentMeans.BANK_TRANSFER): ((10, 0), (None, 0)),
    ("printing", PaymentMeans.CARD): ((None, 0), (26, 1)),
    ("overtime", PaymentMeans.DIRECT_DEBIT): ((None, 0), (27, 1)),
    ("space:meeting-room", PaymentMeans.BANK_TRANSFER): ((None, 0), (None, 1)),
}


@pytest.mark.parametrize(("purpose", "means"), DUE)
def test_schedules_sak_07_sak_08(sakura: Profile, purpose: str, means: PaymentMeans) -> None:
    schedule = sakura.billing.schedule_for(purpose, "group-2", means)
    assert (day_of(schedule.closes), day_of(schedule.due)) == DUE[purpose, means]
    shifted = means is not PaymentMeans.BANK_TRANSFER
    assert schedule.due.shift is (DayShift.NEXT_BANK_DAY if shifted else DayShift.NONE)


def day_of(rule: DayRule) -> tuple[int | None, int]:
    """Day (None: the last of the month) and month."""
    assert isinstance(rule, DayOfMonth | MonthEnd)
    return (rule.day if isinstance(rule, DayOfMonth) else None, rule.months)


def test_first_payment_sak_05(sakura: Profile) -> None:
    first = sakura.billing.first_payment
    assert [(step.from_day, step.months) for step in first.monthly_fees] == [(1, 2)]
    assert first.fees == ("admission",)
    assert first.due == DaysAfter(kind="days-after", days=0)
    assert not sakura.billing.refunds


@pytest.mark.parametrize(
    ("plan", "kind", "means"),
    [
        ("all-day", "person", ["card"]),
        *((group, "company", ["card", "bank-transfer", "direct-debit"]) for group in GROUPS),
        ("virtual-office", "person", ["card"]),
        ("virtual-office", "company", ["card", "bank-transfer", "direct-debit"]),
        ("drop-in", "person", ["card", "counter-cash", "counter-card", "counter-e-money", "counter-qr"]),
    ],
)
def test_means_sak_09(sakura: Profile, plan: str, kind: str, means: list[str]) -> None:
    assert [choice.means for choice in sakura.billing.choices_for(plan, kind)] == means


@pytest.mark.parametrize(
    ("purpose", "plan", "amount", "unit_minutes", "most_a_day"),
    [
        ("drop-in", "drop-in", 300, 30, 3_600),
        ("drop-in", "virtual-office", 300, 30, 3_600),
        ("overtime", "weekday", 150, 30, 1_800),
        ("overtime:after-closing", "weekday", 300, 30, None),
        ("space:meeting-room", "drop-in", 850, 30, None),
        ("space:meeting-room", "virtual-office", 850, 30, None),
        ("space:meeting-room", "group-2", 425, 30, None),
        ("space:sound-booth-1", "drop-in", 150, 30, None),
        ("space:sound-booth-3", "all-day", 75, 30, None),
        ("printing:black", "all-day", 10, None, None),
        ("printing:colour", "drop-in", 50, None, None),
    ],
)
def test_uses_sak_16_sak_17_sak_24_sak_26_sak_28(
    sakura: Profile, purpose: str, plan: str, amount: int, unit_minutes: int | None, most_a_day: int | None
) -> None:
    price = sakura.billing.price_of_use(purpose, plan)
    assert price is not None
    assert (price.amount, price.unit_minutes, price.most_a_day) == (amount, unit_minutes, most_a_day)


def test_fees_sak_06_sak_12_sak_29_sak_35(sakura: Profile) -> None:
    fees = sakura.billing.fees
    amounts = {name: fee.amount for name, fee in fees.items() if isinstance(fee, FixedFee)}
    for name in ("admission", "mail-scan", "mail-storage"):
        assert amounts.pop(name) > 0  # the source has no amount
    assert amounts == {
        "ic-card": Decimal(1_100),
        "plan-change": 1_100,
        "lost:ic-card": 3_300,
        "lost:drop-in-card": 3_300,
        "lost:locker-key": 3_300,
    }
    assert fees["damage"].kind == "at-cost"
    assert sakura.billing.tax_mode is TaxMode.INCLUDED


def test_ten_prohibited_acts_and_lent_accounts_sak_39_sak_34(sakura: Profile) -> None:
    assert len(set(sakura.membership.prohibited_acts) - {"lends-account", "lets-in-others"}) == 10
