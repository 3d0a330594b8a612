"""Renting: who gets which line, and from when (NEX-05, NEX-06, NEX-07, NEX-11, NEX-13)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from coworking.kit.errors import NotFound, UserError
from coworking.kit.outbox import due
from coworking.membership.models import Member
from telephony.numbers import (
    LineChanged,
    LineRules,
)
from telephony.numbers.errors import (
    AreaCodeNotOffered,
    LinePlanNotAllowed,
    LineQuotaReached,
    StartMonthPast,
)
from tests.factories.membership import NOW, nex
from tests.factories.numbers import ACTOR, make_line
from tests.telephony.numbers.desk import SECOND, Counter, member, stock, tokyo

# Who


@pytest.mark.parametrize(
    ("plan", "line_plan", "allowed"),
    [
        ("rental-office", "fixed-phone", True),
        ("rental-office", "incoming-outgoing", True),
        ("coworking", "fixed-phone", False),
        ("coworking", "incoming-outgoing", True),
        ("virtual-office", "fixed-phone", False),
        ("virtual-office", "incoming-outgoing", True),
        ("spot-use", "fixed-phone", False),
        ("spot-use", "incoming-outgoing", False),
        ("rental-office", "unheard-of", False),
    ],
)
def test_nex_05_which_plan_takes_which_line(
    counter: Counter, plan: str, line_plan: str, allowed: bool
) -> None:
    stock(counter)
    of_plan = member(counter, plan, capacity=1 if plan == "rental-office" else None)
    if allowed:
        assert counter.rent(of_plan, line_plan=line_plan).line_plan == line_plan
        return
    with pytest.raises(LinePlanNotAllowed) as refused:
        counter.rent(of_plan, line_plan=line_plan)
    assert refused.value.code == "plan-not-allowed"
    listed = nex().numbers.line_plans_for(plan)
    assert refused.value.facts["allowed"] == (", ".join(listed) or "–")


# What


@pytest.mark.parametrize("office", nex().membership.offices)
@pytest.mark.parametrize("line_plan", ["fixed-phone", "incoming-outgoing"])
def test_nex_06_and_07_the_area_code_is_that_of_the_office(
    counter: Counter, office: str, line_plan: str
) -> None:
    at_office = member(counter, "rental-office", office=office, capacity=3)
    area_code = nex().membership.offices[office].area_code
    stock(counter, area_code)
    if area_code in nex().numbers.line_plans[line_plan].area_codes:
        line = counter.rent(at_office, line_plan=line_plan)
        assert line.stock_number.area_code == area_code
        assert counter.rent(at_office, line_plan=line_plan, area_code=area_code).id != line.id
        refused_code = "06" if area_code == "03" else "03"
    else:
        refused_code = area_code
    stock(counter, refused_code, first=100)
    with pytest.raises(AreaCodeNotOffered) as refused:
        counter.rent(at_office, line_plan=line_plan, area_code=refused_code)
    assert refused.value.facts["area_code"] == refused_code


@pytest.mark.parametrize("office", ["funabashi", "saitama"])
def test_nex_06_no_fixed_phone_in_047_and_048(counter: Counter, office: str) -> None:
    at_office = member(counter, "rental-office", office=office, capacity=1)
    with pytest.raises(AreaCodeNotOffered) as refused:
        counter.rent(at_office, line_plan="fixed-phone")
    assert refused.value.facts["allowed"] == "–"


def test_nex_07_the_next_free_number_is_assigned(counter: Counter) -> None:
    free = stock(counter, count=3)
    lines = [counter.rent(member(counter)) for _ in range(3)]
    assert [line.number for line in lines] == [number.number for number in free]
    assert {number.status for number in free} == {"assigned"}


def test_any_offered_area_code_where_the_profile_says_so(counter: Counter) -> None:
    numbers = counter.rules.profile
    assignment = numbers.assignment.model_copy(update={"area_codes": "any-offered"})
    counter.rules = LineRules(numbers.model_copy(update={"assignment": assignment}), counter.rules.calendar)
    stock(counter, "03")
    assert counter.rent(member(counter), area_code="03").stock_number.area_code == "03"
    with pytest.raises(AreaCodeNotOffered):
        counter.rent(member(counter), area_code="011")


# How many


@pytest.mark.parametrize(
    ("plan", "capacity", "most"),
    [
        ("coworking", None, 1),
        ("virtual-office", None, 1),
        ("virtual-office", 9, 1),
        ("rental-office", 3, 3),
        ("rental-office", 1, 1),
        ("rental-office", None, 1),
    ],
)
def test_nex_13_quota(counter: Counter, plan: str, capacity: int | None, most: int) -> None:
    stock(counter)
    of_plan = member(counter, plan, capacity=capacity)
    for _ in range(most):
        counter.rent(of_plan)
    with pytest.raises(LineQuotaReached) as refused:
        counter.rent(of_plan)
    assert refused.value.facts == {"most": most}
    assert counter.rent(member(counter)).status == "active"  # another's lines do not count


def test_nex_13_a_line_counts_until_it_has_ended(counter: Counter) -> None:
    stock(counter)
    tenant = member(counter)
    line = counter.end(counter.rent(tenant))
    assert line.ends_at is not None
    with pytest.raises(LineQuotaReached):
        counter.rent(tenant)
    counter.pass_time(line.ends_at)
    assert counter.rent(tenant).number != line.number


# The order of refusals


def test_refusals_come_in_the_order_who_what_how_many_details(counter: Counter) -> None:
    """Everything is wrong at once; one by one it is put right."""
    tenant = member(counter, "virtual-office", office="yokohama", status="suspended", identity=False)
    wish: dict[str, Any] = {
        "line_plan": "fixed-phone",
        "area_code": "03",
        "starts_month": date(2026, 5, 1),
    }
    held = make_line(counter.session, counter.operator_id, serial=50)
    held.member_id = tenant.id
    counter.session.flush()
    steps: list[tuple[str, Callable[[], object]]] = [
        ("membership-not-active", lambda: setattr(tenant, "status", "active")),
        ("identity-not-verified", lambda: make_identity(counter, tenant)),
        ("plan-not-allowed", lambda: wish.update(line_plan="incoming-outgoing")),
        ("area-code-not-offered", lambda: wish.update(area_code="045")),
        ("line-quota-reached", lambda: setattr(held, "member_id", make_member_id(counter))),
        ("start-month-past", lambda: wish.update(starts_month=date(2026, 7, 1))),
        ("no-free-number", lambda: stock(counter, count=1)),
    ]
    for code, put_right in steps:
        with pytest.raises(UserError) as refused:
            counter.rent(tenant, **wish)
        assert refused.value.code == code
        put_right()
        counter.session.flush()
    assert counter.rent(tenant, **wish).status == "pending"


def make_identity(counter: Counter, tenant: Member) -> None:
    from coworking.membership import confirm_identity

    confirm_identity(
        counter.session, tenant.id, method="x", operator_id=counter.operator_id, actor=ACTOR, now=NOW
    )


def make_member_id(counter: Counter) -> int:
    return member(counter).id


def test_a_member_of_nobody_is_not_there(counter: Counter) -> None:
    with pytest.raises(NotFound):
        counter.rent(Member(id=1))


# From when


@pytest.mark.parametrize(
    ("now", "starts_month", "starts_at"),
    [
        # 2027-05-01 is a Saturday, 3 to 5 May are holidays
        (tokyo(2027, 4, 10, 12), date(2027, 5, 1), tokyo(2027, 5, 6, 10)),
        (tokyo(2026, 6, 10, 12), date(2026, 7, 1), tokyo(2026, 7, 1, 0)),  # a Wednesday
        (tokyo(2026, 6, 10, 12), date(2026, 8, 1), tokyo(2026, 8, 3, 10)),  # a Saturday
        (tokyo(2026, 6, 10, 12), date(2026, 11, 1), tokyo(2026, 11, 2, 10)),  # a Sunday
        (tokyo(2026, 12, 10, 12), date(2027, 1, 1), tokyo(2027, 1, 4, 10)),  # New Year, then a weekend
        (tokyo(2026, 6, 30, 23, 59), date(2026, 7, 1), tokyo(2026, 7, 1, 0)),
        (tokyo(2026, 6, 10, 12), date(2026, 6, 1), tokyo(2026, 6, 10, 12)),  # begun: at once
        (tokyo(2026, 6, 10, 12), None, tokyo(2026, 6, 10, 12)),
        (tokyo(2026, 7, 1, 0), date(2026, 7, 1), tokyo(2026, 7, 1, 0)),
        (tokyo(2027, 5, 2, 9), date(2027, 5, 1), tokyo(2027, 5, 6, 10)),  # its first business day is to come
        (tokyo(2027, 5, 6, 10, 1), None, tokyo(2027, 5, 6, 10, 1)),
    ],
)
def test_nex_11_start(
    counter: Counter, now: datetime, starts_month: date | None, starts_at: datetime
) -> None:
    stock(counter)
    counter.clock.advance_to(max(now, NOW))
    line = counter.rent(member(counter), starts_month=starts_month)
    assert line.starts_at == starts_at
    assert line.status == ("pending" if starts_at > counter.clock.now() else "active")
    assert line.applied_at == counter.clock.now()


@pytest.mark.parametrize(
    ("now", "starts_month", "refused"),
    [
        (tokyo(2026, 7, 1, 0), date(2026, 6, 1), True),
        (tokyo(2026, 6, 30, 23, 59), date(2026, 6, 1), False),  # still June in Tokyo, and in UTC
        (tokyo(2026, 7, 1, 8, 59), date(2026, 6, 1), True),  # July in Tokyo, June in UTC
    ],
)
def test_a_month_that_is_over_is_refused(
    counter: Counter, now: datetime, starts_month: date, refused: bool
) -> None:
    stock(counter)
    counter.clock.advance_to(now)
    tenant = member(counter)
    if not refused:
        assert counter.rent(tenant, starts_month=starts_month).status == "active"
        return
    with pytest.raises(StartMonthPast) as error:
        counter.rent(tenant, starts_month=starts_month)
    assert error.value.facts == {"starts_month": "2026-06"}


def test_a_line_begins_by_itself_at_its_time(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 8, 1))
    counter.told.clear()
    counter.pass_time(line.starts_at - SECOND)
    assert line.status == "pending"
    assert counter.told == []
    counter.pass_time(line.starts_at)
    assert line.status == "active"
    assert counter.told == [LineChanged(line.id, line.starts_at)]
    assert due(counter.session, tokyo(2099, 1, 1)) == []


def test_an_operator_may_lend_without_an_identity_record(counter: Counter) -> None:
    stock(counter)
    unknown = member(counter, identity=False)
    counter.rules = replace(counter.rules, identity_required=False)
    assert counter.rent(unknown).status == "active"
