"""Lines suspended and taken up again (NEX-19), and the acts that are a ground for it (NEX-27)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.errors import NotFound, UserError
from coworking.kit.notices import Notice
from telephony.numbers import (
    Line,
    LineNotLive,
    LineSuspended,
    SuspensionBegun,
    SuspensionLifted,
    lift_suspension,
    open_suspension,
    suspend_line,
    write_suspension,
    write_suspension_lifted,
)
from telephony.numbers.errors import DayToCome, LineNotSuspended, ProhibitedActUnknown, ReasonUnknown
from telephony.numbers.prohibited_acts import list_prohibited_acts, record_prohibited_act
from telephony.numbers.suspensions import list_suspensions
from tests.factories.membership import NOW, nex
from tests.factories.numbers import ACTOR
from tests.telephony.numbers.desk import SECOND, Counter, member, stock, tokyo


def suspend(counter: Counter, line: Line, reason: str = "unpaid", act: int | None = None) -> Line:
    return suspend_line(
        counter.session,
        counter.rules,
        line.id,
        reason,
        prohibited_act_id=act,
        actor=ACTOR,
        now=counter.clock.now(),
    )


def lift(counter: Counter, line: Line) -> Line:
    return lift_suspension(counter.session, line.id, actor=ACTOR, now=counter.clock.now())


def act_on(counter: Counter, line: Line, kind: str = "mass-mail", on: date = date(2026, 6, 1)) -> int:
    return record_prohibited_act(
        counter.session,
        counter.rules,
        nex().membership.prohibited_acts,
        line,
        kind=kind,
        happened_on=on,
        evidence="通信記録",
        actor=ACTOR,
        now=counter.clock.now(),
    ).id


@pytest.fixture
def line(counter: Counter) -> Line:
    stock(counter)
    return counter.rent(member(counter))


def test_nex_19_a_line_is_suspended_and_comes_back(counter: Counter, line: Line) -> None:
    counter.told.clear()
    suspend(counter, line)
    assert line.status == "suspended"
    counter.clock.advance_to(NOW + timedelta(days=3))
    lift(counter, line)
    assert line.status == "active"
    assert [told.line_id for told in counter.told] == [line.id, line.id]
    assert counter.events == [
        SuspensionBegun(line.id, "unpaid", NOW),
        SuspensionLifted(line.id, NOW + timedelta(days=3)),
    ]
    [kept] = list_suspensions(counter.session, member_id=None, line_id=line.id, after_id=0, limit=10)
    assert (kept.reason, kept.suspended_at, kept.lifted_at) == ("unpaid", NOW, NOW + timedelta(days=3))
    assert (kept.suspended_by, kept.lifted_by) == (ACTOR, ACTOR)
    actions = counter.session.scalars(
        select(AuditEntry.action).where(AuditEntry.subject == f"line:{line.id}").order_by(AuditEntry.id)
    ).all()
    assert actions == ["line.rented", "line.suspended", "line.suspension-lifted"]


def test_a_suspended_line_keeps_its_end(counter: Counter, line: Line) -> None:
    counter.end(line)
    ends_at = line.ends_at
    suspend(counter, line)
    assert line.ends_at == ends_at == tokyo(2026, 7, 31, 15)
    lift(counter, line)
    assert line.status == "ending"
    suspend(counter, line)
    counter.pass_time(tokyo(2026, 7, 31, 15))
    assert line.status == "ended"
    assert open_suspension(counter.session, line.id) is None


def test_notice_can_be_given_for_a_suspended_line(counter: Counter, line: Line) -> None:
    suspend(counter, line)
    counter.end(line)
    assert line.status == "suspended"
    assert lift(counter, line).status == "ending"


def test_a_line_that_waits_for_its_start_goes_on_waiting(counter: Counter) -> None:
    stock(counter)
    line = counter.rent(member(counter), starts_month=date(2026, 7, 1))
    suspend(counter, line)
    assert lift(counter, line).status == "pending"
    suspend(counter, line)
    counter.pass_time(line.starts_at + SECOND)
    assert line.status == "suspended"
    assert lift(counter, line).status == "active"


def test_an_act_on_record_is_a_ground(counter: Counter, line: Line) -> None:
    act = act_on(counter, line)
    suspend(counter, line, "prohibited-act", act)
    suspension = open_suspension(counter.session, line.id)
    assert suspension is not None
    assert suspension.prohibited_act_id == act
    other = counter.rent(member(counter))
    with pytest.raises(NotFound):
        suspend(counter, other, "prohibited-act", act)
    [kept] = list_prohibited_acts(counter.session, line_id=line.id, after_id=0, limit=10)
    assert (kept.kind, kept.happened_on, kept.evidence, kept.recorded_by) == (
        "mass-mail",
        date(2026, 6, 1),
        "通信記録",
        ACTOR,
    )
    assert list_prohibited_acts(counter.session, line_id=other.id, after_id=0, limit=10) == []


@pytest.mark.parametrize(
    ("kind", "on", "refusal"),
    [
        ("noise", date(2026, 6, 1), ProhibitedActUnknown),
        ("crime", date(2026, 6, 11), DayToCome),
    ],
)
def test_an_act_that_cannot_be(
    counter: Counter, line: Line, kind: str, on: date, refusal: type[UserError]
) -> None:
    with pytest.raises(refusal):
        act_on(counter, line, kind, on)


def test_refusals(counter: Counter, line: Line) -> None:
    with pytest.raises(LineNotSuspended):
        lift(counter, line)
    with pytest.raises(ReasonUnknown) as refused:
        suspend(counter, line, "dislike")
    assert "disturbs-others" in refused.value.sentence("en")
    suspend(counter, line)
    with pytest.raises(LineSuspended):
        suspend(counter, line)
    lift(counter, line)
    counter.end(line)
    counter.pass_time(tokyo(2026, 7, 31, 15))
    with pytest.raises(LineNotLive):
        suspend(counter, line)
    with pytest.raises(NotFound):
        lift_suspension(counter.session, line.id + 1000, actor=ACTOR, now=NOW)


@pytest.mark.parametrize(
    ("language", "subjects", "reason"),
    [
        (
            "ja",
            ["045-411-0001 のご利用を停止しました", "045-411-0001 のご利用を再開しました"],
            "料金の未払い",
        ),
        ("en", ["045-411-0001 is suspended", "045-411-0001 serves again"], "Charges are unpaid"),
    ],
)
def test_the_member_reads_of_it(
    counter: Counter, line: Line, language: str, subjects: list[str], reason: str
) -> None:
    counter.session.get_one(type(member(counter)), line.member_id).person.language = language
    write_suspension(counter.session, counter.rules, line.id, "unpaid", NOW)
    write_suspension_lifted(counter.session, line.id, NOW)
    notices = counter.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [notice.subject for notice in notices] == subjects
    assert reason in notices[0].body
