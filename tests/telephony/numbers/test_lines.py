"""Lines: who gets which, from when to when (NEX-05, NEX-06, NEX-07, NEX-11, NEX-13, NEX-21)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.clock import VirtualClock
from coworking.kit.db import belong_to
from coworking.kit.errors import NotFound, UserError
from coworking.kit.events import Subscriptions
from coworking.kit.outbox import OutboxTask, Resources, TaskContext, due
from coworking.membership.models import Member
from telephony.numbers import (
    Line,
    LineChanged,
    LineNotLive,
    LineRules,
    RulesOfLines,
    get_line,
    give_notice,
    line_of_number,
    lines_of_calls,
    list_lines,
    member_of,
    rent_line,
)
from telephony.numbers.errors import (
    AreaCodeNotOffered,
    LastLineRequired,
    LineAlreadyEnding,
    LinePlanNotAllowed,
    LineQuotaReached,
    NoFreeNumber,
    StartMonthPast,
)
from telephony.numbers.lines import begin_line, finish_line, free_number
from telephony.numbers.models import StockNumber
from tests.factories.membership import NOW, make_member, make_operator, nex
from tests.factories.numbers import ACTOR, line_rules, make_line, make_stock

TOKYO = ZoneInfo("Asia/Tokyo")
TASKS = {task.name: task for task in (begin_line, finish_line, free_number)}
SECOND = timedelta(seconds=1)


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO).astimezone(UTC)  # type: ignore[arg-type, misc]


@dataclass
class Counter:
    """An operator's counter: rents lines, gives notice, and lets time pass."""

    session: Session
    operator_id: int
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))
    rules: LineRules = field(default_factory=line_rules)
    told: list[LineChanged] = field(default_factory=list)

    def rent(
        self,
        member: Member,
        *,
        line_plan: str = "incoming-outgoing",
        area_code: str | None = None,
        starts_month: date | None = None,
    ) -> Line:
        return rent_line(
            self.session,
            self.rules,
            member_id=member.id,
            line_plan=line_plan,
            area_code=area_code,
            starts_month=starts_month,
            base_address=None,
            actor=ACTOR,
            now=self.clock.now(),
        )

    def end(self, line: Line) -> Line:
        return give_notice(self.session, self.rules, line, actor=ACTOR, now=self.clock.now())

    def pass_time(self, to: datetime) -> None:
        """Everything that falls due until then happens at its time."""
        while True:
            row = self.session.scalar(
                select(OutboxTask).where(OutboxTask.due_at <= to).order_by(OutboxTask.due_at).limit(1)
            )
            if row is None:
                break
            self.clock.advance_to(max(row.due_at, self.clock.now()))
            self.session.delete(row)
            self.perform(row.name, **row.arguments)
        self.clock.advance_to(to)

    def perform(self, name: str, **arguments: Any) -> None:
        resources = Resources(RulesOfLines({self.operator_id: self.rules}))
        TASKS[name].run(TaskContext(self.session, self.clock, self.operator_id, resources), **arguments)
        self.session.flush()


@pytest.fixture
def counter(session: Session) -> Counter:
    counter = Counter(session, make_operator(session))
    subscriptions = Subscriptions()
    subscriptions.subscribe(LineChanged, lambda _, told: counter.told.append(told))
    session.info["subscriptions"] = subscriptions
    return counter


def member(counter: Counter, plan: str = "virtual-office", **changes: Any) -> Member:
    return make_member(counter.session, counter.operator_id, plan=plan, **changes)


def stock(counter: Counter, area_code: str = "045", count: int = 5, first: int = 1) -> list[StockNumber]:
    return make_stock(counter.session, counter.operator_id, area_code, count, first=first)


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


# Until when


@pytest.mark.parametrize(
    ("noticed_at", "ends_at"),
    [
        (tokyo(2026, 12, 5, 12), tokyo(2027, 1, 29, 15)),  # 31 and 30 January are a weekend
        (tokyo(2026, 6, 10, 12), tokyo(2026, 7, 31, 15)),
        (tokyo(2026, 6, 30, 23, 59), tokyo(2026, 7, 31, 15)),
        (tokyo(2026, 7, 1, 0), tokyo(2026, 8, 31, 15)),
        (tokyo(2026, 7, 1, 8), tokyo(2026, 8, 31, 15)),  # June in UTC
        (tokyo(2027, 3, 5, 12), tokyo(2027, 4, 30, 15)),
        (tokyo(2027, 1, 5, 12), tokyo(2027, 2, 26, 15)),  # 28 February is a Sunday
        (tokyo(2028, 1, 5, 12), tokyo(2028, 2, 29, 15)),
        (tokyo(2026, 11, 30, 12), tokyo(2026, 12, 31, 15)),
    ],
)
def test_nex_21_end(counter: Counter, noticed_at: datetime, ends_at: datetime) -> None:
    stock(counter)
    line = counter.rent(member(counter))
    counter.clock.advance_to(noticed_at)
    counter.end(line)
    assert (line.status, line.ends_at) == ("ending", ends_at)
    counter.pass_time(ends_at - SECOND)
    assert line.status == "ending"
    counter.pass_time(ends_at)
    assert line.status == "ended"


def test_notice_is_given_once(counter: Counter) -> None:
    stock(counter)
    line = counter.end(counter.rent(member(counter)))
    with pytest.raises(LineAlreadyEnding):
        counter.end(line)
    assert line.ends_at is not None
    counter.pass_time(line.ends_at)
    with pytest.raises(LineNotLive):
        counter.end(line)


def test_a_line_that_has_not_begun_ends_too(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 7, 1))
    counter.end(line)
    assert (line.status, line.ends_at) == ("pending", tokyo(2026, 7, 31, 15))
    counter.pass_time(tokyo(2026, 7, 1, 0))
    assert line.status == "ending"
    counter.pass_time(tokyo(2026, 7, 31, 15))
    assert line.status == "ended"


def test_a_line_never_ends_before_it_begins(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 12, 1))
    counter.end(line)
    assert line.ends_at == line.starts_at == tokyo(2026, 12, 1, 0)
    counter.pass_time(line.starts_at)
    assert line.status == "ended"
    assert due(counter.session, line.starts_at + timedelta(days=1)) == []


def test_nex_21_the_last_line_of_a_rental_office_stays(counter: Counter) -> None:
    stock(counter)
    tenant = member(counter, "rental-office", capacity=3)
    first, second = counter.rent(tenant), counter.rent(tenant)
    counter.end(first)
    with pytest.raises(LastLineRequired):
        counter.end(second)
    third = counter.rent(tenant)
    counter.end(second)
    with pytest.raises(LastLineRequired):
        counter.end(third)
    other = member(counter)
    assert counter.end(counter.rent(other)).status == "ending"


# The number afterwards


def test_a_number_rests_before_the_next_member_gets_it(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    line = counter.end(counter.rent(member(counter)))
    assert line.ends_at is not None
    counter.pass_time(line.ends_at)
    assert (number.status, number.quarantined_until) == ("quarantined", line.ends_at + timedelta(days=180))
    waiting = member(counter)
    free_at = number.quarantined_until
    assert free_at is not None
    counter.pass_time(free_at - SECOND)
    with pytest.raises(NoFreeNumber):
        counter.rent(waiting)
    counter.told.clear()
    counter.pass_time(free_at)
    assert (number.status, number.quarantined_until) == ("available", None)
    assert [told.line_id for told in counter.told] == [line.id]
    again = counter.rent(waiting)
    assert again.number == line.number
    found = line_of_number(counter.session, line.number)
    assert found is not None
    assert found.id == again.id
    assert lines_of_calls(counter.session, [], [line.number]).find(None, line.number) is not None
    assert lines_of_calls(counter.session, [line.id], []).by_id[line.id].member_id == line.member_id


def test_without_a_quarantine_a_number_is_free_at_once(counter: Counter) -> None:
    counter.rules = LineRules(
        counter.rules.profile.model_copy(update={"quarantine_days": 0}), counter.rules.calendar
    )
    [number] = stock(counter, count=1)
    line = counter.end(counter.rent(member(counter)))
    assert line.ends_at is not None
    counter.pass_time(line.ends_at)
    assert number.status == "available"
    assert due(counter.session, tokyo(2099, 1, 1)) == []
    assert counter.rent(member(counter)).number == number.number


# Tasks come again, early or late


def test_a_task_that_comes_early_twice_or_too_late_changes_nothing(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 7, 1))
    counter.told.clear()
    counter.perform("numbers.begin-line", line_id=line.id)
    counter.perform("numbers.finish-line", line_id=line.id)
    counter.perform("numbers.free-number", stock_number_id=line.stock_number_id)
    assert (line.status, line.stock_number.status, counter.told) == ("pending", "assigned", [])
    counter.pass_time(line.starts_at)
    counter.end(line)
    assert line.ends_at is not None
    counter.pass_time(line.ends_at)
    counter.told.clear()
    counter.perform("numbers.begin-line", line_id=line.id)
    counter.perform("numbers.finish-line", line_id=line.id)
    counter.perform("numbers.free-number", stock_number_id=line.stock_number_id)
    assert (line.status, line.stock_number.status, counter.told) == ("ended", "quarantined", [])
    for name, reference in (
        ("numbers.begin-line", {"line_id": 0}),
        ("numbers.finish-line", {"line_id": 0}),
        ("numbers.free-number", {"stock_number_id": 0}),
    ):
        counter.perform(name, **reference)


# On record


def test_every_step_of_a_line_is_on_record_and_told(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 7, 1))
    counter.pass_time(line.starts_at)
    counter.end(line)
    assert line.ends_at is not None
    counter.pass_time(line.ends_at)
    entries = counter.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == f"line:{line.id}").order_by(AuditEntry.id)
    ).all()
    assert [(entry.action, entry.actor, entry.at) for entry in entries] == [
        ("line.rented", ACTOR, NOW),
        ("line.begun", "task", line.starts_at),
        ("line.notice-given", ACTOR, line.starts_at),
        ("line.ended", "task", line.ends_at),
    ]
    assert [told.line_id for told in counter.told] == [line.id] * 4
    assert line.number not in str([entry.details for entry in entries])


# Reading


def test_lines_are_found_by_their_owner_only(counter: Counter) -> None:
    stock(counter)
    tenants = [member(counter) for _ in range(3)]
    lines = [counter.rent(tenant) for tenant in tenants]
    session = counter.session
    assert get_line(session, lines[0].id, member_id=tenants[0].id).id == lines[0].id
    with pytest.raises(NotFound):
        get_line(session, lines[0].id, member_id=tenants[1].id)
    assert [line.id for line in list_lines(session)] == [line.id for line in lines]
    assert [line.id for line in list_lines(session, member_id=tenants[1].id)] == [lines[1].id]
    assert [line.id for line in list_lines(session, after_id=lines[0].id, limit=1)] == [lines[1].id]
    assert member_of(session, lines[2]).id == tenants[2].id
    assert line_of_number(session, "+81300000000") is None
    make_operator(session, "other")
    session.expunge_all()
    with pytest.raises(NotFound):
        get_line(session, lines[0].id)
    assert list_lines(session) == []
    assert line_of_number(session, "+81454110001") is None
    assert lines_of_calls(session, [lines[0].id], ["+81454110001"]).by_id == {}
    belong_to(session, counter.operator_id)
    assert line_of_number(session, "+81454110001") is not None
