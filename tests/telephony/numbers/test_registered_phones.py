"""NEX-03: the phones that may steer a line."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.audit import AuditEntry
from coworking.kit.db import Database
from coworking.kit.events import Subscriptions
from telephony.numbers import Line, PhoneNotRegistered, get_line, register_phone, unregister_phone
from telephony.numbers.errors import PhoneAlreadyRegistered, PhoneNotRegistrable, TooManyRegisteredPhones
from telephony.numbers.events import PhoneReplaced
from telephony.numbers.models import RegisteredPhone
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import ACTOR, line_rules, make_line

PHONES = ("090-1234-5678", "045-670-1234", "080-2345-6789", "03-6666-7777")
THREADS = 8
ROUNDS = 12
PATIENCE_SECONDS = 60


@pytest.fixture
def line(session: Session) -> Line:
    return make_line(session, make_operator(session))


def register(session: Session, line: Line, number: str) -> RegisteredPhone:
    return register_phone(session, line_rules(), line, number, actor=ACTOR, now=NOW)


def unregister(session: Session, line: Line, number: str) -> None:
    unregister_phone(session, line, number, actor=ACTOR, now=NOW)


def replaces_one(session: Session, line: Line, number: str) -> bool:
    told: list[PhoneReplaced] = []
    subscriptions = Subscriptions()
    subscriptions.subscribe(PhoneReplaced, lambda _, event: told.append(event))
    session.info["subscriptions"] = subscriptions
    register(session, line, number)
    return bool(told)


def test_three_can_be_registered_and_a_fourth_is_refused(session: Session, line: Line) -> None:
    assert [register(session, line, number).slot for number in PHONES[:3]] == [1, 2, 3]
    with pytest.raises(TooManyRegisteredPhones) as refused:
        register(session, line, PHONES[3])
    assert refused.value.facts == {"limit": 3}
    assert [phone.number for phone in line.registered_phones] == [
        "+819012345678",
        "+81456701234",
        "+818023456789",
    ]


def test_one_in_the_place_of_another_replaces_it(session: Session, line: Line) -> None:
    """NEX-15: adding, taking off and taking back a mistake replace none."""
    register(session, line, PHONES[0])
    register(session, line, PHONES[1])
    unregister_phone(session, line, PHONES[1], actor=ACTOR, now=NOW, leaves_place=False)
    assert not replaces_one(session, line, PHONES[1])
    unregister(session, line, PHONES[0])
    assert replaces_one(session, line, PHONES[2])
    assert not replaces_one(session, line, PHONES[3])


def test_one_that_leaves_makes_room_for_another(session: Session, line: Line) -> None:
    for number in PHONES[:3]:
        register(session, line, number)
    unregister(session, line, "０９０（１２３４）５６７８")
    assert register(session, line, PHONES[3]).slot == 1
    assert len(line.registered_phones) == 3
    with pytest.raises(PhoneNotRegistered):
        unregister(session, line, PHONES[0])


def test_a_phone_is_registered_once(session: Session, line: Line) -> None:
    register(session, line, PHONES[0])
    for spelling in (PHONES[0], "+819012345678", "０９０-１２３４-５６７８", " 090 1234 5678 "):
        with pytest.raises(PhoneAlreadyRegistered):
            register(session, line, spelling)
    unregister(session, line, PHONES[0])
    assert register(session, line, PHONES[0]).slot == 1


def test_lines_do_not_share_their_phones(session: Session, line: Line) -> None:
    other = make_line(session, line.operator_id)
    register(session, line, PHONES[0])
    assert register(session, other, PHONES[0]).slot == 1
    unregister(session, line, PHONES[0])
    assert [phone.number for phone in other.registered_phones] == ["+819012345678"]
    with pytest.raises(PhoneNotRegistered):
        unregister(session, line, PHONES[0])


@pytest.mark.parametrize(
    "number",
    [
        "",
        "x",
        "110",
        "0120-123-456",
        "0570-012-345",
        "0990-123-456",
        "020-1234-5678",
        "+12125550123",
        "045-411",
    ],
)
def test_what_may_not_steer_is_refused(session: Session, line: Line, number: str) -> None:
    with pytest.raises(PhoneNotRegistrable):
        register(session, line, number)
    with pytest.raises(PhoneNotRegistered):
        unregister(session, line, number)


def test_an_ip_phone_may_steer(session: Session, line: Line) -> None:
    assert register(session, line, "050-3123-4567").number == "+815031234567"


def test_registering_is_on_record_without_the_number(session: Session, line: Line) -> None:
    register(session, line, PHONES[0])
    unregister(session, line, PHONES[0])
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.action.like("phone.%")).order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == ["phone.registered", "phone.unregistered"]
    assert all("12345678" not in str(entry.details) for entry in entries)
    kept = session.scalars(select(RegisteredPhone)).one()
    assert (kept.registered_at, kept.unregistered_at) == (NOW, NOW)


def test_the_database_holds_the_slots_apart(session: Session, line: Line) -> None:
    register(session, line, PHONES[0])
    twin = RegisteredPhone(
        operator_id=line.operator_id, line_id=line.id, number="+815031234567", slot=1, registered_at=NOW
    )
    session.add(twin)
    with pytest.raises(IntegrityError, match="uq_registered_phones_slot"):
        session.flush()


def test_of_many_that_register_at_once_three_stay(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        line_ids = [make_line(session, operator_id).id for _ in range(ROUNDS)]
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    refusals: list[type[Exception]] = []
    defects: list[Exception] = []

    def race(serial: int) -> None:
        for line_id in line_ids:
            ready.wait()
            try:
                with clean_database.transaction(operator_id) as session:
                    register(session, get_line(session, line_id), f"090-1234-567{serial % 6}")
            except (TooManyRegisteredPhones, PhoneAlreadyRegistered) as refused:
                refusals.append(type(refused))
            except Exception as error:
                defects.append(error)

    threads = [threading.Thread(target=race, args=(serial,)) for serial in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert defects == []
    with clean_database.transaction(operator_id) as session:
        found = {line_id: get_line(session, line_id).registered_phones for line_id in line_ids}
    for phones in found.values():
        assert len(phones) == 3
        assert len({phone.slot for phone in phones}) == len({phone.number for phone in phones}) == 3
    assert len(refusals) == (THREADS - 3) * ROUNDS
