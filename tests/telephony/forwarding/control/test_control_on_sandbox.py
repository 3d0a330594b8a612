"""NEX-02, NEX-10: whole control calls by phones of a carrier, with their prompts, their change and their price."""

from __future__ import annotations

import pytest

from app.carriers import buy_numbers, sandbox_carrier
from telephony.carrier.sandbox import Keys, Phone, Script
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.control.steered import (
    OFFICE,
    PHONE,
    PIN,
    WRONG_PIN,
    forwarding,
    give_pin,
    open_control_number,
    register,
)
from tests.telephony.forwarding.door import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL


@pytest.fixture
def control_number(carrier_line: CarrierLine) -> str:
    carrier_line.forward(MOBILE)
    register(carrier_line.door, carrier_line.line, PHONE)
    give_pin(carrier_line.door, carrier_line.line)
    carrier = sandbox_carrier(carrier_line.sandbox, ACCOUNT_SID, AUTH_TOKEN)
    (bought,) = buy_numbers(carrier, PUBLIC_URL, "03", 1)
    for number in (PHONE, OFFICE):
        carrier_line.sandbox.add_phone(Phone(number, number[-4:], lines=100))
    return open_control_number(carrier_line.door, bought.number.e164)


def dial(carrier_line: CarrierLine, control_number: str, *keys: str, **answered_by: Script) -> str:
    """The registered phone calls and presses these at one question after the other; the carrier's id of the call."""
    script = Script(keys=tuple(Keys(one) for one in keys), talks_seconds=None)
    behaviours = {OFFICE: answered_by["office"]} if answered_by else {}
    sid = carrier_line.sandbox.dial(PHONE, control_number, behaviour=script, behaviours=behaviours)
    carrier_line.wait_seconds(3600)
    return sid


def test_a_member_changes_the_destination_and_starts_forwarding(
    carrier_line: CarrierLine, control_number: str
) -> None:
    door, line = carrier_line.door, carrier_line.line
    sid = dial(carrier_line, control_number, f"{PIN}#", "2", "0456701234#", "1", "0", "1")
    assert forwarding(door, line) == (True, [(OFFICE, 20)])
    call = door.json(f"/api/calls/{sid}", door.token_of(line))
    assert (call["direction"], call["line_id"], call["outcome"]) == ("control", line.id, "answered")
    (leg,) = call["legs"]
    assert leg["role"] == "control"
    assert call["units"] == -(-call["seconds"] // 60) > 0
    assert (call["unit_price"], call["amount"]) == ("20", str(20 * call["units"]))
    shown = door.json(f"/api/control-sessions/{sid}", door.token_of(line))
    assert (shown["outcome"], shown["ended_at"] is not None) == ("changed", True)


def test_who_has_not_the_pin_is_sent_away_and_nobody_pays(
    carrier_line: CarrierLine, control_number: str
) -> None:
    door, line = carrier_line.door, carrier_line.line
    sid = dial(carrier_line, control_number, *[f"{WRONG_PIN}#"] * 3)
    assert forwarding(door, line) == (True, [(MOBILE, 20)])
    call = door.json(f"/api/calls/{sid}", door.token_of(None))
    assert (call["direction"], call["line_id"], call["amount"], call["status"]) == (
        "control",
        None,
        "0",
        "ended",
    )
    assert door.json(f"/api/control-sessions/{sid}", door.token_of(None))["outcome"] == "pin-wrong"


def test_who_hangs_up_before_the_pin_leaves_a_session_that_says_so(
    carrier_line: CarrierLine, control_number: str
) -> None:
    script = Script(gives_up_after_seconds=4)
    sid = carrier_line.sandbox.dial(PHONE, control_number, behaviour=script)
    carrier_line.wait_seconds(3600)
    door = carrier_line.door
    shown = door.json(f"/api/control-sessions/{sid}", door.token_of(None))
    assert (shown["outcome"], shown["line_id"]) == ("hung-up", None)


def test_a_call_out_shows_the_lines_number(carrier_line: CarrierLine, control_number: str) -> None:
    door, line = carrier_line.door, carrier_line.line
    office = Script(answers_after_seconds=3, talks_seconds=61)
    sid = dial(carrier_line, control_number, f"{PIN}#", "9", "0456701234#", office=office)
    call = door.json(f"/api/calls/{sid}", door.token_of(line))
    assert (call["direction"], call["outcome"], call["to"]) == ("out", "answered", OFFICE)
    callee = next(leg for leg in call["legs"] if leg["role"] == "callee")
    assert callee["seconds"] == 61
    assert door.json(f"/api/control-sessions/{sid}", door.token_of(line))["outcome"] == "called-out"


def test_a_carrier_that_sends_everything_twice_changes_nothing_twice(
    carrier_line: CarrierLine, control_number: str
) -> None:
    carrier_line.sandbox.disturbances.duplicate = True
    door, line = carrier_line.door, carrier_line.line
    dial(carrier_line, control_number, f"{PIN}#", "0", "3", "45#")
    assert forwarding(door, line) == (False, [(MOBILE, 45)])
    assert len(door.rows("SELECT FROM notices WHERE kind = 'control-changed'")) == 2
