"""A line is handed to nobody else (NEX-23), unless the operator's terms allow it; its number comes off papers
(NEX-22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from coworking.kit.errors import UserError
from coworking.kit.notices import Notice
from coworking.membership import MembershipNotActive
from telephony.numbers import (
    Line,
    LineNotLive,
    LineSuspended,
    LineTransferred,
    line_of_number,
    register_phone,
    suspend_line,
    write_line_transferred,
)
from telephony.numbers.errors import (
    LastLineRequired,
    LineAlreadyEnding,
    LineNotEnding,
    LinePlanNotAllowed,
    LineQuotaReached,
    NotTransferable,
)
from telephony.numbers.number_removals import confirm_number_removed, number_removals
from telephony.numbers.transfers import transfer_line
from tests.factories.membership import NOW
from tests.factories.numbers import ACTOR
from tests.telephony.numbers.desk import Counter, member, stock, tokyo


@pytest.fixture
def generous(counter: Counter) -> Counter:
    """An operator that allows it."""
    counter.rules = replace(
        counter.rules, profile=counter.rules.profile.model_copy(update={"transferable": True})
    )
    stock(counter)
    return counter


def transfer(counter: Counter, line: Line, to_member_id: int) -> Line:
    return transfer_line(
        counter.session, counter.rules, line.id, to_member_id, actor=ACTOR, now=counter.clock.now()
    )


def test_nex_23_a_line_is_not_transferable(counter: Counter) -> None:
    stock(counter)
    line, other = counter.rent(member(counter)), member(counter)
    with pytest.raises(NotTransferable):
        transfer(counter, line, other.id)
    assert line.status == "active"


def test_the_number_goes_and_what_is_the_members_stays(generous: Counter) -> None:
    line, other = generous.rent(member(generous)), member(generous)
    register_phone(generous.session, generous.rules, line, "090-1234-5678", actor=ACTOR, now=NOW)
    moved = transfer(generous, line, other.id)
    assert (moved.member_id, moved.number, moved.status, moved.line_plan) == (
        other.id,
        line.number,
        "active",
        line.line_plan,
    )
    assert (line.status, line.ends_at) == ("ended", NOW)
    assert moved.registered_phones == []
    assert line_of_number(generous.session, line.number) == moved
    assert moved.stock_number.status == "assigned"
    assert generous.events == [LineTransferred(line.id, moved.id, NOW)]
    write_line_transferred(generous.session, line.id, moved.id, NOW)
    subjects = generous.session.execute(select(Notice.recipient, Notice.subject).order_by(Notice.id)).all()
    assert [tuple(row) for row in subjects] == [
        (f"member:{line.member_id}", "045-411-0001 の譲渡が終わりました"),
        (f"member:{other.id}", "045-411-0001 の譲り受けが終わりました"),
    ]


Change = Callable[[Counter, Line], object]


def suspended(counter: Counter, line: Line) -> object:
    return suspend_line(counter.session, counter.rules, line.id, "unpaid", actor=ACTOR, now=NOW)


def ended(counter: Counter, line: Line) -> object:
    counter.end(line)
    return counter.pass_time(tokyo(2026, 7, 31, 15))


@pytest.mark.parametrize(
    ("change", "refusal"),
    [(suspended, LineSuspended), (Counter.end, LineAlreadyEnding), (ended, LineNotLive)],
)
def test_a_line_that_cannot_go(generous: Counter, change: Change, refusal: type[UserError]) -> None:
    line, other = generous.rent(member(generous)), member(generous)
    change(generous, line)
    with pytest.raises(refusal):
        transfer(generous, line, other.id)


def test_the_other_member_must_be_able_to_have_it(generous: Counter) -> None:
    line = generous.rent(member(generous))
    with_one = member(generous)
    generous.rent(with_one)
    for to, refusal in (
        (with_one, LineQuotaReached),
        (member(generous, "spot-use"), LinePlanNotAllowed),
        (member(generous, status="suspended"), MembershipNotActive),
    ):
        with pytest.raises(refusal):
            transfer(generous, line, to.id)
    office = generous.rent(member(generous, "rental-office", capacity=2))
    with pytest.raises(LastLineRequired):
        transfer(generous, office, member(generous).id)


def test_nex_22_the_removal_of_the_number_is_confirmed(counter: Counter) -> None:
    stock(counter)
    first, second = counter.rent(member(counter)), counter.rent(member(counter))
    with pytest.raises(LineNotEnding):
        confirm_number_removed(counter.session, first, actor=ACTOR, now=NOW)
    counter.end(first)
    ended(counter, second)
    later = counter.clock.now()
    confirm_number_removed(counter.session, second, actor=ACTOR, now=later)
    confirm_number_removed(counter.session, second, actor=ACTOR, now=tokyo(2026, 9, 1))
    assert second.number_removal_confirmed_at == later

    def listed(confirmed: bool | None) -> list[int]:
        found = number_removals(counter.session, confirmed=confirmed, after_id=0, limit=10)
        return [line.id for line in found]

    assert (listed(None), listed(True), listed(False)) == ([first.id, second.id], [second.id], [first.id])
