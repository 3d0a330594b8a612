from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.errors import NotFound
from coworking.kit.events import Subscriptions
from coworking.kit.outbox import Resources, run_due
from coworking.kit.phone import NumberClass
from telephony.forwarding import CallRules, rewrite_all_cards, rewrite_card
from telephony.forwarding.card import Card
from telephony.forwarding.cards import read_card
from telephony.forwarding.routing import Announce, Ring, decide
from telephony.numbers import Line, LineChanged, RulesOfLines, get_line, give_notice
from tests.factories.forwarding import FIXED, MOBILE, call_rules, forward
from tests.factories.membership import NOW, make_operator, nex
from tests.factories.numbers import line_rules, make_line

CALLER = "+81366667777"

CALENDAR = nex().calendar()


def rewrite_on_change(session: Session, told: LineChanged) -> None:
    rewrite_card(session, call_rules(), told.line_id, told.at)


@pytest.fixture
def wired_database(clean_database: Database) -> Iterator[Database]:
    """A database as the application wires it: cards follow every change of a line."""
    before, clean_database.subscriptions = clean_database.subscriptions, Subscriptions()
    clean_database.subscriptions.subscribe(LineChanged, rewrite_on_change)
    yield clean_database
    clean_database.subscriptions = before


@pytest.fixture
def operator_id(session: Session) -> int:
    subscriptions = Subscriptions()
    subscriptions.subscribe(LineChanged, rewrite_on_change)
    session.info["subscriptions"] = subscriptions
    return make_operator(session)


@pytest.fixture
def line(session: Session, operator_id: int) -> Line:
    return make_line(session, operator_id)


def card_of(session: Session, number: str) -> Card:
    card = read_card(session, number)
    assert card is not None
    return card


def decided(session: Session, line: Line, at: datetime = NOW) -> str:
    decision = decide(read_card(session, line.number), CALLER, at, CALENDAR)
    return decision.decided_by if isinstance(decision, Announce) else decision.targets[0].number


def test_a_rented_line_has_a_card_at_once(session: Session, line: Line) -> None:
    card = card_of(session, line.number)
    assert (card.line_id, card.version, card.status, card.is_on) == (line.id, 1, "lent", False)
    assert (card.starts_at, card.ends_at) == (line.starts_at, None)
    assert (card.time_limit_seconds, card.language) == (14_400, "ja")
    assert decided(session, line) == "forwarding-off"


def test_the_next_call_goes_by_what_was_set(session: Session, line: Line) -> None:
    forward(session, line, MOBILE)
    assert decided(session, line) == MOBILE
    forward(session, line, FIXED, strategy="at-once", press_one=True)
    card = card_of(session, line.number)
    assert (card.version, card.strategy, card.press_one) == (3, "at-once", True)
    assert decided(session, line) == FIXED
    forward(session, line, is_on=False)
    assert decided(session, line) == "forwarding-off"


def test_a_change_that_is_undone_leaves_the_card_as_it_was(session: Session, line: Line) -> None:
    forward(session, line, MOBILE)
    undone = session.begin_nested()
    forward(session, line, FIXED)
    undone.rollback()
    assert decided(session, line) == MOBILE


def test_notice_puts_the_end_on_the_card(session: Session, line: Line) -> None:
    forward(session, line, MOBILE)
    give_notice(session, line_rules(), line, actor="account:1", now=NOW)
    assert line.ends_at is not None
    assert card_of(session, line.number).ends_at == line.ends_at
    assert decided(session, line, line.ends_at - timedelta(microseconds=1)) == MOBILE
    assert decided(session, line, line.ends_at) == "ended"


def test_a_suspended_line_is_announced(session: Session, line: Line) -> None:
    forward(session, line, MOBILE)
    line.status = "suspended"
    rewrite_card(session, call_rules(), line.id, NOW)
    assert decided(session, line) == "suspended"
    line.status = "active"
    rewrite_card(session, call_rules(), line.id, NOW)
    assert decided(session, line) == MOBILE


@pytest.mark.parametrize("status", ["available", "released", "ported-out"])
def test_a_number_that_is_nobodys_has_no_card(session: Session, line: Line, status: str) -> None:
    line.status, line.stock_number.status = "ended", status
    rewrite_card(session, call_rules(), line.id, NOW)
    assert read_card(session, line.number) is None
    assert decided(session, line) == "unknown-number"


def test_a_number_in_quarantine_says_that_it_ended(session: Session, line: Line) -> None:
    line.status, line.ends_at, line.stock_number.status = "ended", NOW, "quarantined"
    rewrite_card(session, call_rules(), line.id, NOW)
    assert decided(session, line) == "ended"


def test_the_card_is_of_who_holds_the_number_now(session: Session, operator_id: int, line: Line) -> None:
    line.status, line.ends_at, line.stock_number.status = "ended", NOW, "available"
    session.flush()
    again = make_line(session, operator_id, serial=1)
    assert again.number == line.number
    forward(session, again, MOBILE)
    rewrite_card(session, call_rules(), line.id, NOW)
    assert card_of(session, line.number).line_id == again.id
    assert decided(session, line) == MOBILE


def test_all_cards_follow_a_change_of_the_profile(session: Session, operator_id: int) -> None:
    lines = [make_line(session, operator_id) for _ in range(3)]
    for line in lines:
        forward(session, line, MOBILE)
    rules = call_rules()
    fixed_only = rules.forwarding.destinations.model_copy(update={"classes": (NumberClass.FIXED,)})
    narrow = rules.forwarding.model_copy(update={"destinations": fixed_only})
    assert rewrite_all_cards(session, CallRules(narrow, rules.tariffs, "en"), NOW) == 3
    for line in lines:
        assert card_of(session, line.number).language == "en"
        assert decided(session, line) == "no-destination"


def test_there_is_no_card_of_no_line(session: Session, operator_id: int) -> None:
    with pytest.raises(NotFound):
        rewrite_card(session, call_rules(), 10**9, NOW)


def test_notice_and_a_change_at_once_both_stand_on_the_card(wired_database: Database) -> None:
    """Whichever comes second writes the card from what the first has left."""
    with wired_database.transaction() as session:
        operator_id = make_operator(session)
        lines = [make_line(session, operator_id) for _ in range(8)]
    together = threading.Barrier(2)

    def change(line_id: int) -> None:
        with wired_database.transaction(operator_id) as session:
            line = get_line(session, line_id)
            together.wait(10)
            forward(session, line, MOBILE)

    def end(line_id: int) -> None:
        with wired_database.transaction(operator_id) as session:
            line = get_line(session, line_id)
            together.wait(10)
            give_notice(session, line_rules(), line, actor="account:1", now=NOW)

    with ThreadPoolExecutor(2) as pool:
        for line in lines:
            for future in [pool.submit(change, line.id), pool.submit(end, line.id)]:
                future.result(30)
    with wired_database.transaction(operator_id) as session:
        for line in lines:
            card = card_of(session, line.number)
            assert card.ends_at == get_line(session, line.id).ends_at is not None
            assert isinstance(decide(card, CALLER, NOW, CALENDAR), Ring)


def test_when_a_line_ends_its_card_follows(wired_database: Database) -> None:
    clock = VirtualClock(NOW)
    with wired_database.transaction() as session:
        operator_id = make_operator(session)
        line = make_line(session, operator_id)
        forward(session, line, MOBILE)
        give_notice(session, line_rules(), line, actor="account:1", now=NOW)
    assert line.ends_at is not None
    resources = Resources(RulesOfLines({operator_id: line_rules()}))
    versions = []
    for days in (0, line_rules().profile.quarantine_days):
        clock.advance_to(line.ends_at + timedelta(days=days))
        assert run_due(wired_database, clock, resources) == 1
        with wired_database.transaction(operator_id) as session:
            card = read_card(session, line.number)
            versions.append(card.version if card else None)
    assert versions == [4, None]
