"""R16: contacts are told of a change, and one tap in the member's mail takes it back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from telephony.numbers import get_line, unregister_phone
from tests.factories.forwarding import MOBILE
from tests.factories.numbers import ACTOR
from tests.telephony.forwarding.control.steered import (
    PHONE,
    PIN,
    STRANGER,
    ControlCall,
    ask,
    forwarding,
    notices,
    open_control_number,
    register,
    steerable,
    undo_token,
)
from tests.telephony.forwarding.door import Door

UNDO = "/api/undo"


@pytest.fixture(autouse=True)
def _control_number(door: Door) -> None:
    open_control_number(door)


def undo(door: Door, token: str) -> tuple[int, str]:
    status, body = ask(door, "POST", UNDO, {"token": token})
    return status, body.get("undone") or body["code"]


def texted(door: Door) -> list[str]:
    return [str(row.to_number) for row in door.rows("SELECT to_number FROM text_messages ORDER BY id")]


@pytest.mark.parametrize("keys", [["0"], ["2", "0456701234#", "1"], ["3", "45#"]])
def test_forwarding_changed_by_phone_is_brought_back_once(door: Door, keys: list[str]) -> None:
    line = steerable(door, MOBILE)
    ControlCall(door).dial().press(f"{PIN}#", *keys)
    token = undo_token(door, "control-changed")
    assert undo(door, token) == (200, "forwarding")
    assert forwarding(door, line) == (True, [(MOBILE, 20)])
    assert len(notices(door, "change-undone")) == 1
    assert undo(door, token) == (404, "undo-over")


def test_an_offer_is_over_after_its_hours(door: Door) -> None:
    line = steerable(door, MOBILE)
    ControlCall(door).dial().press(f"{PIN}#", "0")
    door.clock.advance_to(door.clock.now() + timedelta(hours=72))
    assert undo(door, undo_token(door, "control-changed")) == (404, "undo-over")
    assert not forwarding(door, line)[0]


@pytest.mark.parametrize("token", ["", "x", "rsu_1_x", "rsu_999999_" + "A" * 43, "rsu_0_" + "A" * 43, "\x00"])
def test_a_token_that_nobody_was_sent_is_over(door: Door, token: str) -> None:
    assert undo(door, token) == (404, "undo-over")
    assert undo(door, f"rsu_{door.operator_id}_{'A' * 43}") == (404, "undo-over")


def test_a_phone_that_somebody_registered_is_taken_off(door: Door) -> None:
    line = steerable(door, MOBILE)
    register(door, line, STRANGER)
    assert undo(door, undo_token(door, "registered-phone-changed")) == (200, "phone-registered")
    assert phones(door, line.id) == [PHONE]
    call = ControlCall(door, STRANGER).dial()
    call.press(f"{PIN}#", "0")
    assert (call.outcome, forwarding(door, line)[0]) == ("phone-not-registered", True)


def test_a_phone_that_somebody_took_off_is_registered_again(door: Door) -> None:
    line = steerable(door, MOBILE)
    unregister(door, line.id, PHONE)
    assert undo(door, undo_token(door, "registered-phone-changed")) == (200, "phone-unregistered")
    assert phones(door, line.id) == [PHONE]


def test_undoing_offers_no_undo_of_its_own(door: Door) -> None:
    line = steerable(door, MOBILE)
    register(door, line, STRANGER)
    undo(door, undo_token(door, "registered-phone-changed"))
    assert "/undo/" not in notices(door, "registered-phone-changed")[-1].body


def test_a_pin_that_somebody_set_is_locked(door: Door) -> None:
    line = steerable(door, MOBILE)
    assert undo(door, undo_token(door, "pin-set")) == (200, "pin")
    call = ControlCall(door).dial()
    call.press(f"{PIN}#", "0")
    assert (call.outcome, forwarding(door, line)[0]) == ("pin-locked", True)


def test_phones_that_were_registered_before_are_told_without_the_means_to_undo(door: Door) -> None:
    line = steerable(door, MOBILE)
    assert texted(door) == [PHONE]  # of the PIN; of its own registration a phone is not told
    register(door, line, STRANGER)
    assert texted(door)[1:] == [PHONE]
    unregister(door, line.id, PHONE)
    assert texted(door)[2:] == [PHONE, STRANGER]
    bodies = [str(row.body) for row in door.rows("SELECT body FROM text_messages")]
    assert not any("/undo/" in body for body in bodies)


def test_what_is_undone_is_on_record_and_the_token_is_nowhere(door: Door) -> None:
    steerable(door, MOBILE)
    token = undo_token(door, "pin-set")
    undo(door, token)
    (entry,) = door.rows("SELECT actor, channel, details FROM audit_entries WHERE action = 'change.undone'")
    assert (entry.actor, entry.channel, entry.details) == ("undo-link", "undo", {"what": "pin"})
    for table in ("change_undos", "audit_entries", "outbox_tasks", "carrier_events"):
        assert token not in str(door.rows(f"SELECT {table}::text FROM {table}"))


def phones(door: Door, line_id: int) -> list[str]:
    return list(door.json(f"/api/lines/{line_id}", door.token_of(None))["registered_phones"])


def unregister(door: Door, line_id: int, phone: str) -> None:
    with door.session() as session:
        unregister_phone(session, get_line(session, line_id), phone, actor=ACTOR, now=door.clock.now())
