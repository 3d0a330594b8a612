"""What contracts owe for a month, by plan, day and what was agreed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coworking.billing.closing_days import month_after
from coworking.billing.owed_months import owed_in
from coworking.membership import Contract
from tests.factories.contracts import contract, rules


def owed(operator: str, one: Contract, month: str) -> dict[str, int]:
    """The key without its member, and the yen."""
    found = owed_in(rules(operator), one, date.fromisoformat(f"{month}-01"))
    return {each.key.removeprefix("member:7:"): int(each.amount) for each in found}


@pytest.mark.parametrize(
    ("operator", "one", "month", "expected"),
    [
        # SAK-04: dues by the days that are left; Flex 12H and Virtual Office whole.
        ("sakura", contract("all-day 2026-06-17"), "2026-06", {"dues:2026-06": 6_416}),
        ("sakura", contract("all-day 2026-06-17"), "2026-07", {"dues:2026-07": 13_750}),
        ("sakura", contract("all-day 2026-06-17"), "2026-05", {}),
        ("sakura", contract("all-day 2026-06-01"), "2026-06", {"dues:2026-06": 13_750}),
        ("sakura", contract("virtual-office 2026-06-30"), "2026-06", {"dues:2026-06": 5_500}),
        ("sakura", contract("flex-12h 2026-06-30"), "2026-06", {"dues:2026-06": 5_500}),
        ("sakura", contract("drop-in 2026-06-01"), "2026-06", {}),
        # SAK-11: the last month is owed whole, however it ends.
        (
            "sakura",
            contract("all-day 2026-05-01..2026-06-12", ends="2026-06-12"),
            "2026-06",
            {"dues:2026-06": 13_750},
        ),
        ("sakura", contract("all-day 2026-05-01..2026-06-30", ends="2026-06-30"), "2026-07", {}),
        # SAK-29: a dearer plan within the month costs the difference from its first day; from the 1st its own dues.
        (
            "sakura",
            contract("daytime 2026-05-01..2026-06-15", "all-day 2026-06-16"),
            "2026-06",
            {"dues:2026-06": 8_250, "dues:2026-06:from-16": 2_750},
        ),
        (
            "sakura",
            contract("all-day 2026-05-01..2026-06-15", "daytime 2026-06-16"),
            "2026-06",
            {"dues:2026-06": 13_750},
        ),
        (
            "sakura",
            contract("daytime 2026-05-01..2026-06-30", "all-day 2026-07-01"),
            "2026-07",
            {"dues:2026-07": 13_750},
        ),
        (
            "sakura",
            contract("drop-in 2026-05-01..2026-06-16", "all-day 2026-06-17"),
            "2026-06",
            {"dues:2026-06": 6_416},
        ),
        # SAK-30: no dues in a pause; the month of the return by day.
        ("sakura", contract("all-day 2026-05-01", pauses=("2026-07-01..2026-08-31",)), "2026-07", {}),
        (
            "sakura",
            contract("all-day 2026-05-01", pauses=("2026-07-01..2026-08-16",)),
            "2026-08",
            {"dues:2026-08": 6_653},
        ),
        # SAK-20: whole months; SAK-23 and SAK-29: other options by day.
        (
            "sakura",
            contract("all-day 2026-06-01", options=("address-mail 2026-06-17", "locker-small 2026-06-17")),
            "2026-06",
            {"dues:2026-06": 13_750, "option:1:2026-06": 2_200, "option:2:2026-06": 308},
        ),
        (
            "sakura",
            contract("all-day 2026-06-01", options=("locker-small 2026-06-17..2026-07-31",)),
            "2026-08",
            {"dues:2026-08": 13_750},
        ),
        # SAK-14: while the address has not moved, dues and the option that lends it go on; a locker does not.
        (
            "sakura",
            contract(
                "all-day 2026-05-01..2026-06-30",
                options=(
                    "company-registration 2026-05-01..2026-06-30",
                    "locker-small 2026-05-01..2026-06-30",
                ),
                ends="2026-06-30",
                address_held=True,
            ),
            "2026-08",
            {"dues:2026-08": 13_750, "option:1:2026-08": 3_300},
        ),
        (
            "sakura",
            contract(
                "virtual-office 2026-05-01..2026-06-30",
                ends="2026-06-30",
                address_held=True,
                address_released="2026-07-20",
            ),
            "2026-07",
            {"dues:2026-07": 5_500},
        ),
        (
            "sakura",
            contract(
                "virtual-office 2026-05-01..2026-06-30",
                ends="2026-06-30",
                address_held=True,
                address_released="2026-07-20",
            ),
            "2026-08",
            {},
        ),
        # JSUG-16: a year's dues in its month, and whole in the month of joining; JSUG-02: employees owe nothing.
        ("jsug", contract("corporate 2026-06-15"), "2026-06", {"dues:2026-04": 100_000}),
        ("jsug", contract("corporate 2026-06-15"), "2026-07", {}),
        ("jsug", contract("corporate 2026-06-15"), "2027-04", {"dues:2027-04": 100_000}),
        ("jsug", contract("corporate 2026-04-10"), "2026-04", {"dues:2026-04": 100_000}),
        ("jsug", contract("corporate 2026-06-15..2027-03-31", ends="2027-03-31"), "2027-04", {}),
        ("jsug", contract("supporter 2026-02-01"), "2026-02", {"dues:2025-04": 1_000_000}),
        ("jsug", contract("employee 2026-06-15"), "2026-06", {}),
        ("netsugen", contract("monthly-personal 2026-06-25"), "2026-06", {"dues:2026-06": 11_000}),
        ("sakura", contract("group-2 2026-06-01", belongs_to=3), "2026-06", {}),
    ],
)
def test_what_a_month_costs(operator: str, one: Contract, month: str, expected: dict[str, int]) -> None:
    assert owed(operator, one, month) == expected


@given(joined=st.dates(date(2026, 1, 1), date(2027, 12, 31)), changed_after=st.integers(1, 60))
def test_a_term_that_is_split_costs_the_same(joined: date, changed_after: int) -> None:
    """A second term of the same plan changes nothing, wherever it begins."""
    changed = date.fromordinal(joined.toordinal() + changed_after)
    before = date.fromordinal(changed.toordinal() - 1)
    whole = contract(f"all-day {joined}")
    split = contract(f"all-day {joined}..{before}", f"all-day {changed}")
    for months in range(4):
        month = month_after(joined, months)
        assert [(each.key, each.amount) for each in owed_in(rules(), split, month)] == [
            (each.key, each.amount) for each in owed_in(rules(), whole, month)
        ]
