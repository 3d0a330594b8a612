"""PINs and what came of control calls, over HTTP."""

from __future__ import annotations

import pytest

from tests.factories.forwarding import MOBILE
from tests.factories.membership import PASSWORD
from tests.telephony.forwarding.control.steered import (
    PHONE,
    PIN,
    STRANGER,
    WRONG_PIN,
    ControlCall,
    ask,
    open_control_number,
    register,
    steerable,
)
from tests.telephony.forwarding.door import Door


def test_a_member_sets_a_pin_with_the_password_and_nobody_reads_it(door: Door) -> None:
    line = door.rent(MOBILE)
    path, token = f"/api/lines/{line.id}/pin", door.token_of(line)
    assert ask(door, "GET", path, token=token)[1] == {"is_set": False, "locked": False, "set_at": None}
    status, answer = ask(door, "PUT", path, {"pin": PIN, "password": PASSWORD}, token=token)
    assert (status, answer["is_set"], answer["locked"]) == (200, True, False)
    assert PIN not in str(answer)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"pin": PIN, "password": "wrong"}, "password-wrong"),
        ({"pin": "123456", "password": PASSWORD}, "pin-too-simple"),
        ({"pin": "4829", "password": PASSWORD}, "pin-length"),
        ({"password": PASSWORD}, "validation-failed"),
    ],
)
def test_what_is_refused_leaves_no_pin(door: Door, body: dict[str, str], code: str) -> None:
    line = door.rent()
    path, token = f"/api/lines/{line.id}/pin", door.token_of(line)
    status, problem = ask(door, "PUT", path, body, token=token)
    assert (status, problem["code"]) == (422, code)
    assert door.rows("SELECT FROM line_pins") == []


def test_setting_a_pin_unlocks_it(door: Door) -> None:
    open_control_number(door)
    line = steerable(door, MOBILE)
    door.rows("UPDATE line_pins SET failures = 10, locked_at = set_at")
    path, token = f"/api/lines/{line.id}/pin", door.token_of(line)
    assert ask(door, "GET", path, token=token)[1]["locked"]
    assert not ask(door, "PUT", path, {"pin": PIN, "password": PASSWORD}, token=token)[1]["locked"]
    call = ControlCall(door).dial()
    assert "転送の開始は1" in call.press(f"{PIN}#")


def test_what_came_of_a_call_is_shown_to_its_member_and_to_staff(door: Door) -> None:
    open_control_number(door)
    line = steerable(door, MOBILE)
    right, wrong, unknown = (
        ControlCall(door),
        ControlCall(door, serial=2),
        ControlCall(door, STRANGER, serial=3),
    )
    right.dial().press(f"{PIN}#", "0")
    wrong.dial().press(f"{WRONG_PIN}#")
    unknown.dial().press(f"{PIN}#")
    own, staff, other = door.token_of(line), door.token_of(None), door.token_of(door.rent())
    shown = door.json(f"/api/control-sessions/{right.sid}", own)
    assert (shown["outcome"], shown["line_id"], shown["channel"]) == ("changed", line.id, "ivr")
    assert ask(door, "GET", f"/api/control-sessions/{right.sid}", token=other)[0] == 404
    assert ask(door, "GET", f"/api/control-sessions/{wrong.sid}", token=own)[0] == 404
    listed = door.json("/api/control-sessions", staff)["items"]
    assert [(one["carrier_sid"], one["from"], one["outcome"]) for one in listed] == [
        (right.sid, PHONE, "changed"),
        (wrong.sid, PHONE, "pin-wrong"),
        (unknown.sid, STRANGER, "phone-not-registered"),
    ]
    filtered = door.json(f"/api/control-sessions?line_id={line.id}&outcome=changed", staff)["items"]
    assert [one["carrier_sid"] for one in filtered] == [right.sid]
    assert ask(door, "GET", "/api/control-sessions", token=own)[0] == 403


def test_a_registered_phone_alone_shows_nothing_to_its_owner(door: Door) -> None:
    open_control_number(door)
    line = door.rent()
    register(door, line, PHONE)
    call = ControlCall(door).dial()
    assert ask(door, "GET", f"/api/control-sessions/{call.sid}", token=door.token_of(line))[0] == 404
