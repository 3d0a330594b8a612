from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.db import Database
from coworking.kit.errors import UserError
from coworking.kit.phone import NumberClass
from telephony.forwarding import CallRules, Change, WantedDestination, destinations, set_forwarding
from telephony.forwarding.destinations import destination, forwarding_of
from telephony.forwarding.errors import (
    DestinationMissing,
    DestinationNotAllowed,
    DestinationTwice,
    ForwardingLoop,
    RingSecondsOutOfRange,
    TooManyDestinations,
)
from telephony.forwarding.models import Destination
from telephony.numbers import Line, LineNotLive
from tests.factories.forwarding import FIXED, MOBILE, call_rules, forward
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import make_line

IP = "+815012345678"
OTHER_MOBILE = "+818023456789"


@pytest.fixture
def operator_id(session: Session) -> int:
    return make_operator(session)


@pytest.fixture
def line(session: Session, operator_id: int) -> Line:
    return make_line(session, operator_id)


def put(session: Session, line: Line, change: Change, rules: CallRules | None = None) -> None:
    set_forwarding(session, rules or call_rules(), line, change, actor="account:7", channel="portal", now=NOW)


def to(*numbers: str, ring_seconds: int | None = None) -> Change:
    return Change(is_on=True, destinations=[WantedDestination(one, ring_seconds) for one in numbers])


def numbers_of(session: Session, line: Line) -> list[str]:
    statement = select(Destination).where(Destination.line_id == line.id).order_by(Destination.position)
    return [one.number for one in session.scalars(statement)]


def test_a_new_line_forwards_nothing_and_has_the_operators_defaults(session: Session, line: Line) -> None:
    forwarding = forwarding_of(session, call_rules(), line)
    assert (forwarding.is_on, forwarding.destinations) == (False, ())
    assert (forwarding.strategy, forwarding.press_one, forwarding.withheld) == ("in-turn", False, "forward")


def test_destinations_ring_in_the_order_given_and_as_long_as_asked(session: Session, line: Line) -> None:
    wanted = [
        WantedDestination("090-1234-5678"),
        WantedDestination("０４５（６７０）１２３４", 5),
        WantedDestination("+81 50-1234-5678", 60),
    ]
    put(session, line, Change(is_on=True, destinations=wanted))
    after = forwarding_of(session, call_rules(), line)
    assert [(one.position, one.number, one.ring_seconds) for one in after.destinations] == [
        (1, MOBILE, 20),
        (2, FIXED, 5),
        (3, IP, 60),
    ]


def test_what_is_left_out_stays_as_it_is(session: Session, line: Line) -> None:
    put(session, line, to(MOBILE, FIXED))
    put(session, line, Change(strategy="at-once"))
    put(session, line, Change(press_one=True))
    put(session, line, Change(withheld="announcement"))
    put(session, line, Change(is_on=False))
    after = forwarding_of(session, call_rules(), line)
    assert (after.is_on, after.strategy, after.press_one) == (False, "at-once", True)
    assert after.withheld == "announcement"
    assert numbers_of(session, line) == [MOBILE, FIXED]


def test_destinations_are_replaced_as_a_whole(session: Session, line: Line) -> None:
    put(session, line, to(MOBILE, FIXED, IP))
    put(session, line, to(IP, MOBILE))
    assert numbers_of(session, line) == [IP, MOBILE]


def test_every_change_is_audited_with_masked_numbers(session: Session, line: Line) -> None:
    put(session, line, to(MOBILE))
    put(session, line, to(FIXED))
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action == "forwarding.changed").order_by(AuditEntry.id)
    ).all()
    assert len(entries) == 2
    last = entries[-1]
    assert (last.actor, last.channel, last.subject) == ("account:7", "portal", f"line:{line.id}")
    assert last.details["before"]["on"] is True
    assert last.details["after"]["to"] == ["+8145*****34"]
    assert not any(number[1:] in str(entry.details) for entry in entries for number in (MOBILE, FIXED))


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (to(MOBILE, FIXED, IP, OTHER_MOBILE), TooManyDestinations),
        (to(MOBILE, "０９０−１２３４−５６７８"), DestinationTwice),
        (to(MOBILE, ring_seconds=4), RingSecondsOutOfRange),
        (to(MOBILE, ring_seconds=61), RingSecondsOutOfRange),
        (to(MOBILE, ring_seconds=-1), RingSecondsOutOfRange),
        (to("0570-012-345"), DestinationNotAllowed),
        (to("119"), DestinationNotAllowed),
        (to("184-090-1234-5678"), DestinationNotAllowed),
        (to("+1 415 555 0100"), DestinationNotAllowed),
        (to("佐藤さん"), DestinationNotAllowed),
        (to(""), DestinationNotAllowed),
        (to(), DestinationMissing),
        (Change(is_on=True), DestinationMissing),
    ],
)
def test_refusals(session: Session, line: Line, change: Change, error: type[UserError]) -> None:
    with pytest.raises(error) as refused:
        put(session, line, change)
    for language in ("ja", "en"):
        assert "{" not in refused.value.sentence(language)


def test_a_class_that_the_profile_does_not_allow_is_refused() -> None:
    rules = call_rules()
    fixed_only = rules.forwarding.destinations.model_copy(update={"classes": (NumberClass.FIXED,)})
    narrow = CallRules(
        rules.forwarding.model_copy(update={"destinations": fixed_only}), rules.tariffs, rules.language
    )
    assert destination(narrow, "045-670-1234").e164 == FIXED
    with pytest.raises(DestinationNotAllowed):
        destination(narrow, "090-1234-5678")


def test_the_refusal_repeats_no_more_than_what_fits_a_number() -> None:
    with pytest.raises(DestinationNotAllowed) as refused:
        destination(call_rules(), "x" * 500)
    assert refused.value.facts == {"number": "x" * 40}


def test_an_ended_line_is_not_changed(session: Session, line: Line) -> None:
    line.status = "ended"
    with pytest.raises(LineNotLive):
        put(session, line, to(MOBILE))


def test_no_line_forwards_to_itself_r18(session: Session, line: Line) -> None:
    with pytest.raises(ForwardingLoop):
        put(session, line, to(MOBILE, line.number))


@pytest.mark.parametrize("length", [2, 3, 8])
def test_no_lines_forward_in_a_circle_r18(session: Session, operator_id: int, length: int) -> None:
    lines = [make_line(session, operator_id) for _ in range(length)]
    for line, following in pairwise(lines):
        put(session, line, to(FIXED, following.number))
    with pytest.raises(ForwardingLoop):
        put(session, lines[-1], to(MOBILE, lines[0].number))
    put(session, lines[-1], to(MOBILE))


def test_a_line_that_is_switched_off_still_counts_r18(session: Session, operator_id: int) -> None:
    one, other = make_line(session, operator_id), make_line(session, operator_id)
    forward(session, one, other.number, is_on=False)
    with pytest.raises(ForwardingLoop):
        put(session, other, to(one.number))


def test_an_ended_line_leads_nowhere(session: Session, operator_id: int) -> None:
    one, other = make_line(session, operator_id), make_line(session, operator_id)
    put(session, one, to(other.number))
    one.status = "ended"
    put(session, other, to(one.number))
    assert numbers_of(session, other) == [one.number]


def test_lines_that_fan_out_are_no_circle(session: Session, operator_id: int) -> None:
    """Only lines of ours count for the longest chain, not the phones that they ring."""
    lines = [make_line(session, operator_id) for _ in range(12)]
    for index, line in enumerate(lines[:-1]):
        outside = (f"+819012340{index:03}", f"+818012340{index:03}")
        put(session, line, to(*outside, lines[index + 1].number))
    assert numbers_of(session, lines[0])[-1] == lines[1].number


def test_a_chain_without_end_is_a_circle(
    session: Session, operator_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(destinations, "LONGEST_CHAIN", 4)
    lines = [make_line(session, operator_id) for _ in range(6)]
    for line, following in reversed(list(pairwise(lines[1:]))):
        put(session, line, to(following.number))
    with pytest.raises(ForwardingLoop):
        put(session, lines[0], to(lines[1].number))
    put(session, lines[0], to(lines[2].number))


def _at_the_same_time(
    database: Database, operator_id: int, changes: Sequence[tuple[int, Change]]
) -> list[str]:
    """Each change in a transaction and thread of its own; `done` or the code of the refusal."""
    together = threading.Barrier(len(changes))

    def work(line_id: int, change: Change) -> str:
        together.wait(10)
        try:
            with database.transaction(operator_id) as session:
                line = session.get(Line, line_id)
                assert line is not None
                put(session, line, change)
        except UserError as refused:
            return refused.code
        return "done"

    with ThreadPoolExecutor(len(changes)) as pool:
        futures = [pool.submit(work, line_id, change) for line_id, change in changes]
        return sorted(future.result(30) for future in futures)


def _committed_lines(database: Database, count: int) -> tuple[int, list[Line]]:
    with database.transaction() as session:
        operator_id = make_operator(session)
        return operator_id, [make_line(session, operator_id) for _ in range(count)]


@pytest.mark.parametrize("count", [2, 3])
def test_lines_pointed_at_each_other_at_once_make_no_circle_r18(clean_database: Database, count: int) -> None:
    operator_id, lines = _committed_lines(clean_database, count)
    for _ in range(3):
        circle = zip(lines, [*lines[1:], lines[0]], strict=True)
        outcomes = _at_the_same_time(
            clean_database, operator_id, [(one.id, to(following.number)) for one, following in circle]
        )
        assert outcomes == ["done"] * (count - 1) + ["forwarding-loop"]
        with clean_database.transaction(operator_id) as session:
            for line in lines:
                put(session, line, Change(is_on=False, destinations=[]))


def test_two_changes_of_a_line_at_once_both_hold(clean_database: Database) -> None:
    operator_id, [line] = _committed_lines(clean_database, 1)
    changes = [
        to(MOBILE),
        Change(press_one=True),
        Change(strategy="at-once"),
        Change(withheld="announcement"),
    ]
    outcomes = _at_the_same_time(clean_database, operator_id, [(line.id, change) for change in changes])
    assert outcomes == ["done"] * len(changes)
    with clean_database.transaction(operator_id) as session:
        after = forwarding_of(session, call_rules(), line)
    assert (after.is_on, after.press_one, after.strategy) == (True, True, "at-once")
    assert after.withheld == "announcement"
