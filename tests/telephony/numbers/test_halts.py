"""The service interrupted, or restricted to priority lines (NEX-20)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.notices import Notice
from coworking.kit.outbox import OutboxTask
from telephony.numbers import Line, end_halt, halt_of, interrupt, list_halts, reason_among, restrict
from telephony.numbers import halts as halts_module
from telephony.numbers.errors import HaltEnded, ReasonUnknown
from telephony.numbers.halts import Reason, lines_of_halt, set_priority
from tests.factories.membership import NOW, make_operator, nex
from tests.factories.numbers import ACTOR, make_line
from tests.telephony.numbers.desk import Counter, member, stock

REASONS = nex().forwarding.interruption_reasons


def reason(name: str = "maintenance") -> Reason:
    return reason_among(REASONS, name)


@pytest.fixture
def lines(counter: Counter) -> list[Line]:
    """Three lines of three members, the last of priority."""
    stock(counter)
    lines = [counter.rent(member(counter)) for _ in range(3)]
    set_priority(counter.session, lines[2], True, actor=ACTOR, now=NOW)
    counter.told.clear()
    return lines


def halted(counter: Counter, lines: list[Line]) -> list[str | None]:
    return [halt_of(counter.session, line) for line in lines]


@pytest.mark.parametrize(
    ("interrupted", "restricted", "expected"),
    [
        (None, None, [None, None, None]),
        ("all", None, ["interrupted"] * 3),
        ([1], None, [None, "interrupted", None]),
        (None, "all", ["restricted", "restricted", None]),
        (None, [1, 2], [None, "restricted", None]),
        ([1], "all", ["restricted", "interrupted", None]),
        ([2], "all", ["restricted", "restricted", "interrupted"]),
    ],
)
def test_nex_20_what_keeps_a_line_from_being_served(
    counter: Counter,
    lines: list[Line],
    interrupted: list[int] | str | None,
    restricted: list[int] | str | None,
    expected: list[str | None],
) -> None:
    def chosen(which: list[int] | str) -> list[int] | None:
        return None if which == "all" else [lines[int(index)].id for index in which]

    session, operator_id = counter.session, counter.operator_id
    started = []
    if interrupted is not None:
        started.append(interrupt(session, operator_id, reason(), chosen(interrupted), actor=ACTOR, now=NOW))
    if restricted is not None:
        started.append(restrict(session, operator_id, chosen(restricted), actor=ACTOR, now=NOW))
    assert halted(counter, lines) == expected
    for halt in started:
        end_halt(session, halt.id, halt.kind, actor=ACTOR, now=NOW + timedelta(hours=1))
    assert halted(counter, lines) == [None, None, None]


def test_the_lines_and_members_concerned_are_told_both_times(counter: Counter, lines: list[Line]) -> None:
    session = counter.session
    halt = restrict(session, counter.operator_id, None, actor=ACTOR, now=NOW)
    assert [told.line_id for told in counter.told] == [line.id for line in lines[:2]]
    end_halt(session, halt.id, "restriction", actor=ACTOR, now=NOW)
    assert [told.line_id for told in counter.told] == [line.id for line in lines[:2]] * 2
    found = session.execute(select(Notice.kind, Notice.recipient).order_by(Notice.id)).all()
    members = [f"member:{line.member_id}" for line in lines[:2]]
    assert [tuple(row) for row in found] == [
        (f"restriction-{phase}", who) for phase in ("started", "ended") for who in members
    ]


def test_a_member_gets_one_notice_for_all_their_lines(counter: Counter) -> None:
    stock(counter)
    office = member(counter, "rental-office", capacity=2)
    office.person.language = "en"
    for _ in range(2):
        counter.rent(office)
    interrupt(counter.session, counter.operator_id, reason("disaster"), None, actor=ACTOR, now=NOW)
    notice = counter.session.scalars(select(Notice)).one()
    assert notice.subject == "The telephone service is interrupted"
    assert "045-411-0001\n  045-411-0002\nReason: Disaster" in notice.body


def test_many_members_are_told_by_tasks(
    counter: Counter, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halts_module, "MEMBERS_A_BATCH", 1)
    halt = interrupt(counter.session, counter.operator_id, reason(), None, actor=ACTOR, now=NOW)
    assert [told.line_id for told in counter.told] == [lines[0].id]
    counter.pass_time(NOW)
    assert [told.line_id for told in counter.told] == [line.id for line in lines]
    counter.told.clear()
    end_halt(counter.session, halt.id, "interruption", actor=ACTOR, now=NOW)
    counter.pass_time(NOW)
    assert [told.line_id for told in counter.told] == [line.id for line in lines]
    assert len(counter.session.scalars(select(Notice.id)).all()) == 6


def test_what_ended_meanwhile_is_not_told_as_begun(
    counter: Counter, lines: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halts_module, "MEMBERS_A_BATCH", 2)
    halt = interrupt(counter.session, counter.operator_id, reason(), None, actor=ACTOR, now=NOW)
    end_halt(counter.session, halt.id, "interruption", actor=ACTOR, now=NOW)
    counter.pass_time(NOW)
    kinds = counter.session.scalars(select(Notice.kind).order_by(Notice.id)).all()
    assert kinds == ["interruption-started"] * 2 + ["interruption-ended"] * 3
    assert (
        counter.session.scalars(select(OutboxTask).where(OutboxTask.name == "numbers.tell-halt")).all() == []
    )


def test_the_record_shows_from_when_to_when(counter: Counter, lines: list[Line]) -> None:
    session, later = counter.session, NOW + timedelta(hours=2)
    wanted = [lines[1].id, lines[0].id, lines[1].id]
    halt = interrupt(session, counter.operator_id, reason(), wanted, actor=ACTOR, now=NOW)
    end_halt(session, halt.id, "interruption", actor="account:2", now=later)
    [kept] = list_halts(session, "interruption")
    assert (kept.reason, kept.reason_ja, kept.covers_all) == ("maintenance", "設備の保守・工事", False)
    assert (kept.started_at, kept.started_by, kept.ended_at, kept.ended_by) == (
        NOW,
        ACTOR,
        later,
        "account:2",
    )
    assert lines_of_halt(session, halt.id) == [lines[0].id, lines[1].id]
    assert list_halts(session, "restriction") == []


def test_refusals(counter: Counter, lines: list[Line]) -> None:
    session, operator_id = counter.session, counter.operator_id
    with pytest.raises(ReasonUnknown):
        reason("weather")
    with pytest.raises(NotFound):
        restrict(session, operator_id, [lines[0].id, lines[2].id + 1000], actor=ACTOR, now=NOW)
    halt = restrict(session, operator_id, None, actor=ACTOR, now=NOW)
    with pytest.raises(NotFound):
        end_halt(session, halt.id, "interruption", actor=ACTOR, now=NOW)
    end_halt(session, halt.id, "restriction", actor=ACTOR, now=NOW)
    with pytest.raises(HaltEnded):
        end_halt(session, halt.id, "restriction", actor=ACTOR, now=NOW)


def test_another_operators_halt_is_its_own(session: Session) -> None:
    first = make_operator(session, "first")
    interrupt(session, first, reason(), None, actor=ACTOR, now=NOW)
    second = make_operator(session, "second")
    assert halt_of(session, make_line(session, second, serial=9)) is None
