"""The life of a line: its end, its number afterwards, its record (NEX-21)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.db import belong_to
from coworking.kit.errors import NotFound
from coworking.kit.outbox import due
from telephony.numbers import (
    LineNotLive,
    LineRules,
    get_line,
    line_of_number,
    lines_of_calls,
    list_lines,
    member_of,
)
from telephony.numbers.errors import (
    LastLineRequired,
    LineAlreadyEnding,
    NoFreeNumber,
)
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import ACTOR
from tests.telephony.numbers.desk import SECOND, Counter, member, stock, tokyo

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


def test_a_suspended_member_may_end_a_line(counter: Counter) -> None:
    tenant = member(counter)
    stock(counter)
    line = counter.rent(tenant)
    tenant.status = "suspended"
    counter.session.flush()
    assert counter.end(line).ends_at is not None
