"""R14, R15: what a PIN opens, who counts against it, and that guessing never gets there."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.notices import Notice
from coworking.membership import Passwords
from telephony.forwarding.control import Contacts, pins, read_texts, set_pin
from telephony.forwarding.control.models import LinePin
from telephony.forwarding.control.pins import Checked, check_pin, lines_of_phone
from telephony.numbers import Line, LineNotLive, get_line, register_phone
from tests.factories.forwarding import MOBILE, call_rules, forward
from tests.factories.membership import NOW, PASSWORDS, make_member, make_operator
from tests.factories.numbers import ACTOR, line_rules, make_line
from tests.telephony.forwarding.control.steered import (
    PHONE,
    PIN,
    WRONG_PIN,
    ControlCall,
    forwarding,
    open_control_number,
    steerable,
)
from tests.telephony.forwarding.door import Door

CONTACTS = Contacts(call_rules(), "https://rusuban.example")
GUESSES = 10_000
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _texts() -> None:
    read_texts()


@pytest.fixture
def operator_id(session: Session) -> int:
    return make_operator(session)


def give(session: Session, line: Line, pin: str = PIN, now: datetime = NOW) -> LinePin:
    return set_pin(session, CONTACTS, PASSWORDS, line, pin, actor=ACTOR, now=now)


def check(session: Session, lines: list[Line], pin: str, now: datetime = NOW) -> Checked:
    return check_pin(session, CONTACTS, PASSWORDS, lines, pin, channel="ivr", now=now)


def words(session: Session, lines: list[Line], pins_tried: list[str]) -> list[str]:
    return [check(session, lines, pin).verdict for pin in pins_tried]


def test_ten_thousand_guesses_open_nothing_and_forwarding_goes_on_r15(
    session: Session, operator_id: int
) -> None:
    line = make_line(session, operator_id)
    before = forward(session, line, MOBILE)
    give(session, line, f"{GUESSES - 1:06}")  # the very last of the guesses, were it ever looked at
    now, verdicts = NOW, []
    for guess in range(GUESSES):
        verdicts.append(check(session, [line], f"{guess:06}", now).verdict)
        now += timedelta(minutes=17)  # more than any delay
    assert verdicts == ["pin-wrong"] * 10 + ["pin-locked"] * (GUESSES - 10)
    assert session.get_one(LinePin, line.id).locked_at is not None
    changes = session.scalars(select(AuditEntry).where(AuditEntry.action == "forwarding.changed")).all()
    assert len(changes) == 1
    assert before.is_on
    locked = session.scalars(select(Notice).where(Notice.kind == "pin-locked")).all()
    assert [notice.recipient for notice in locked] == [f"member:{line.member_id}"]


def test_from_the_fifth_on_not_even_the_right_one_is_looked_at_until_the_delay_is_over(
    session: Session, operator_id: int
) -> None:
    line = make_line(session, operator_id)
    give(session, line)
    assert words(session, [line], [WRONG_PIN] * 5 + [PIN]) == ["pin-wrong"] * 5 + ["pin-locked"]
    assert check(session, [line], PIN, NOW + timedelta(seconds=59)).verdict == "pin-locked"
    assert check(session, [line], PIN, NOW + timedelta(seconds=60)).verdict == "right"
    assert session.get_one(LinePin, line.id).failures == 0


def test_a_new_pin_unlocks(session: Session, operator_id: int) -> None:
    line = make_line(session, operator_id)
    give(session, line)
    now = NOW
    for _ in range(10):
        check(session, [line], WRONG_PIN, now)
        now += timedelta(hours=1)
    assert check(session, [line], PIN, now).verdict == "pin-locked"
    give(session, line, "605173", now)
    assert check(session, [line], PIN, now).verdict == "pin-wrong"
    assert check(session, [line], "605173", now).verdict == "right"


def test_another_line_of_the_member_does_not_count_what_opened_this_one(
    session: Session, operator_id: int
) -> None:
    member = make_member(session, operator_id, plan="rental-office", capacity=3)
    lines = [make_line(session, operator_id, member=member) for _ in range(2)]
    for line, pin in zip(lines, (PIN, "605173"), strict=True):
        give(session, line, pin)
    for _ in range(12):
        assert check(session, lines, PIN).lines == (lines[0],)
    assert check(session, lines, "605173").lines == (lines[1],)


def test_a_line_of_another_member_counts_it(session: Session, operator_id: int) -> None:
    """Or somebody who puts the member's phone on a line of their own could guess for ever, each time with a PIN that
    opens theirs."""
    theirs, own = make_line(session, operator_id), make_line(session, operator_id)
    give(session, theirs)
    give(session, own, WRONG_PIN)
    for _ in range(5):
        assert check(session, [theirs, own], WRONG_PIN).lines == (own,)
    assert session.get_one(LinePin, theirs.id).failures == 5


class CountingPasswords(Passwords):
    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_kib=8, parallelism=1)
        self.matched = 0

    def matches(self, password_hash: str | None, password: str) -> bool:
        self.matched += 1
        return super().matches(password_hash, password)


def test_an_answer_costs_as_much_whether_the_phone_is_known_the_pin_set_or_locked(
    session: Session, operator_id: int
) -> None:
    line, bare, locked = (make_line(session, operator_id) for _ in range(3))
    give(session, line)
    give(session, locked).locked_at = NOW
    for lines in ([], [line], [bare], [locked]):
        passwords = CountingPasswords()
        check_pin(session, CONTACTS, passwords, lines, WRONG_PIN, channel="ivr", now=NOW)
        assert passwords.matched == 1


def test_a_phone_steers_the_lines_that_it_is_registered_on_and_that_live(
    session: Session, operator_id: int
) -> None:
    line, ended, other = (make_line(session, operator_id) for _ in range(3))
    for one in (line, ended):
        register_phone(session, line_rules(), one, PHONE, actor=ACTOR, now=NOW)
    ended.status = "ended"
    session.flush()
    assert lines_of_phone(session, PHONE) == [line]
    assert lines_of_phone(session, None) == []
    assert other not in lines_of_phone(session, PHONE)


def test_an_ended_line_gets_no_pin(session: Session, operator_id: int) -> None:
    line = make_line(session, operator_id)
    line.status = "ended"
    with pytest.raises(LineNotLive):
        give(session, line)


def test_a_pin_is_kept_as_a_hash_and_on_no_record(session: Session, operator_id: int) -> None:
    line = make_line(session, operator_id)
    assert give(session, line).pin_hash.startswith("$argon2id$")
    entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "pin.set")).all()
    assert [(entry.actor, entry.subject, entry.details) for entry in entries] == [
        (ACTOR, f"line:{line.id}", {})
    ]


def test_guesses_at_the_same_time_all_count(door: Door) -> None:
    line = steerable(door, MOBILE)
    barrier = threading.Barrier(8, timeout=PATIENCE_SECONDS)

    def guess() -> None:
        barrier.wait()
        with door.session() as session:
            own = get_line(session, line.id)
            pins.check_pin(session, CONTACTS, PASSWORDS, [own], WRONG_PIN, channel="ivr", now=NOW)

    threads = [threading.Thread(target=guess) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    # Four are counted without a delay, the fifth sets one, the others are not looked at.
    assert [row.failures for row in door.rows("SELECT failures FROM line_pins")] == [5]


def test_guesses_by_telephone_end_in_the_lock_and_change_nothing(door: Door) -> None:
    open_control_number(door)
    line = steerable(door, MOBILE)
    outcomes = []
    for serial in range(1, 9):
        call = ControlCall(door, serial=serial).dial()
        call.press(*[f"{WRONG_PIN}#"] * 3)
        outcomes.append(call.outcome)
        door.clock.advance_to(door.clock.now() + timedelta(hours=1))
    assert outcomes[-1] == "pin-locked"
    assert forwarding(door, line) == (True, [(MOBILE, 20)])
    call = ControlCall(door, serial=99).dial()
    call.press(f"{PIN}#", "0")
    assert (call.outcome, forwarding(door, line)[0]) == ("pin-locked", True)
