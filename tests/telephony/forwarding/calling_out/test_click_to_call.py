"""Click-to-call: the member's phone rings, then the callee's, each once, whatever the network does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from telephony.carrier.sandbox import Script
from telephony.forwarding import place_calls
from telephony.numbers import Line
from tests.factories.forwarding import forward
from tests.factories.membership import NOW
from tests.telephony.forwarding.calling_out.stand import (
    CALLEE,
    CALLEES_MOBILE,
    MEMBERS_MOBILE,
    Fault,
    Stand,
)
from tests.telephony.forwarding.door import verbs, voice_form


def click(stand: Stand, line: Line, to: str = CALLEE, phone: str = MEMBERS_MOBILE) -> tuple[int, Any]:
    token = stand.door.token_of(line)
    return stand.api("POST", f"/api/lines/{line.id}/calls", token, {"from": phone, "to": to})


def attempt(stand: Stand, line: Line, key: str) -> Any:
    status, body = stand.api("GET", f"/api/lines/{line.id}/calls/{key}", stand.door.token_of(line))
    assert status == 200
    return body


@pytest.mark.parametrize(
    ("callee", "amount"), [(CALLEE, "94"), (CALLEES_MOBILE, "126")], ids=["to-fixed", "to-mobile"]
)
def test_the_member_is_rung_then_the_callee_who_sees_the_line(stand: Stand, callee: str, amount: str) -> None:
    line = stand.rent()
    status, asked = click(stand, line, callee)
    assert (status, asked["state"], asked["from"], asked["to"]) == (202, "asked", MEMBERS_MOBILE, callee)
    stand.wait()

    after = attempt(stand, line, asked["key"])
    assert after["state"] == "answered"
    call = stand.told(after["call_sid"])
    assert (call["direction"], call["outcome"], call["line_id"]) == ("out", "answered", line.id)
    assert (call["from"], call["to"], call["seconds"], call["amount"]) == (MEMBERS_MOBILE, callee, 61, amount)
    assert [(leg["role"], leg["to"]) for leg in call["legs"]] == [
        ("member", MEMBERS_MOBILE),
        ("callee", callee),
    ]
    assert (stand.rang(MEMBERS_MOBILE), stand.rang(callee)) == (1, 1)


@pytest.mark.parametrize("fault", ["answer-lost", "request-lost"])
def test_an_answer_that_never_came_rings_the_phone_once_r09(stand: Stand, fault: Fault) -> None:
    line = stand.rent()
    stand.network.fault = fault
    _, asked = click(stand, line)
    stand.wait()
    assert stand.rang(MEMBERS_MOBILE) == 1
    assert stand.rang(CALLEE) == 1
    assert attempt(stand, line, asked["key"])["state"] == "answered"
    assert stand.network.calls_asked_for == (1 if fault == "answer-lost" else 2)


@pytest.mark.parametrize("fault", [None, "answer-lost", "request-lost"])
def test_a_phone_that_nobody_picks_up_rings_once(stand: Stand, fault: Fault | None) -> None:
    line = stand.rent()
    stand.phone(MEMBERS_MOBILE)
    stand.network.fault = fault
    _, asked = click(stand, line)
    stand.wait()
    after = attempt(stand, line, asked["key"])
    assert (after["state"], after["failure"]) == ("failed", "not-answered")
    assert (stand.rang(MEMBERS_MOBILE), stand.rang(CALLEE)) == (1, 0)
    call = stand.told(after["call_sid"])
    assert (call["direction"], call["outcome"], call["amount"]) == ("out", "no-answer", "0")
    assert (call["from"], call["to"]) == (MEMBERS_MOBILE, CALLEE)


def test_whoever_is_killed_while_asking_leaves_a_call_that_rings_once_r09(stand: Stand) -> None:
    line = stand.rent()
    stand.network.fault = "killed"
    _, asked = click(stand, line)
    with pytest.raises(SystemExit):
        stand.door.composition.work.perform()
    assert attempt(stand, line, asked["key"])["state"] == "calling"
    stand.phone(MEMBERS_MOBILE)
    stand.wait()
    assert stand.rang(MEMBERS_MOBILE) == 1
    assert attempt(stand, line, asked["key"])["state"] == "failed"


def test_the_forwarded_leg_to_the_same_phone_is_not_taken_for_the_call(stand: Stand) -> None:
    """Between the line and the member's mobile there may be a forwarded call as well."""
    line = stand.rent()
    rules = stand.door.composition.operators[0].call_rules()
    with stand.door.session() as session:
        forward(session, line, MEMBERS_MOBILE, rules=rules)
    stand.sandbox.dial(CALLEE, line.number, behaviour=Script(talks_seconds=300))
    stand.network.fault = "request-lost"
    _, asked = click(stand, line, CALLEES_MOBILE)
    stand.wait()
    after = attempt(stand, line, asked["key"])
    assert stand.told(after["call_sid"])["direction"] == "out"
    assert stand.rang(CALLEES_MOBILE) == 1


def test_a_second_call_of_an_attempt_is_hung_up(stand: Stand) -> None:
    line = stand.rent()
    _, asked = click(stand, line)
    stand.wait()
    form = voice_form(MEMBERS_MOBILE, line.number, Direction="outbound-api", CallStatus="in-progress")
    answer = stand.door.send(f"/carrier/twilio/connect?attempt={asked['key']}", form)
    assert [verb.tag for verb in verbs(answer)] == ["Hangup"]


def test_the_line_may_have_changed_until_the_phone_is_picked_up(stand: Stand) -> None:
    line = stand.rent()
    _, asked = click(stand, line)
    stand.door.rows(f"UPDATE lines SET status = 'suspended' WHERE id = {line.id}")
    stand.wait()
    assert stand.heard(MEMBERS_MOBILE)[-2:] == ["この回線は停止中のため、おつなぎできません。", "completed"]
    assert stand.rang(CALLEE) == 0
    call = stand.told(attempt(stand, line, asked["key"])["call_sid"])
    assert (call["direction"], call["outcome"], call["decided_by"]) == ("out", "refused", "line-suspended")


def test_the_member_hears_that_nobody_answers(stand: Stand) -> None:
    line = stand.rent()
    stand.phone(CALLEE)
    click(stand, line)
    stand.wait()
    assert "お出になりません。" in stand.heard(MEMBERS_MOBILE)


def test_a_phone_rings_for_one_call_at_a_time(stand: Stand) -> None:
    line = stand.rent()
    assert click(stand, line)[0] == 202
    status, problem = click(stand, line)
    assert (status, problem["code"]) == (409, "call-under-way")
    stand.wait()
    assert click(stand, line)[0] == 202


def test_nobody_is_rung_whom_a_long_outage_made_wait(stand: Stand) -> None:
    line = stand.rent()
    _, asked = click(stand, line)
    stand.door.clock.advance_to(NOW + timedelta(minutes=3))
    stand.wait()
    assert (stand.rang(MEMBERS_MOBILE), attempt(stand, line, asked["key"])["failure"]) == (0, "too-late")


@pytest.mark.parametrize(
    ("phone", "to", "code"),
    [
        ("090-9999-9999", CALLEE, "phone-not-registered"),
        ("nobody", CALLEE, "phone-not-registered"),
        ("desk", CALLEE, "desk-phone-required"),
        (MEMBERS_MOBILE, "110", "destination-not-allowed"),
        (MEMBERS_MOBILE, "184-03-6666-7777", "caller-id-always-shown"),
    ],
)
def test_what_cannot_be_called_is_refused_at_once(stand: Stand, phone: str, to: str, code: str) -> None:
    line = stand.rent()
    status, problem = click(stand, line, to, phone)
    assert (status >= 400, problem["code"]) == (True, code)
    stand.wait(60)
    assert stand.network.calls_asked_for == 0


def test_a_line_of_another_member_is_not_there(stand: Stand) -> None:
    line, other = stand.rent(), stand.rent("fixed-phone")
    token = stand.door.token_of(other)
    _, asked = click(stand, line)
    for method, path in (("POST", "calls"), ("GET", f"calls/{asked['key']}")):
        body = {"from": MEMBERS_MOBILE, "to": CALLEE} if method == "POST" else None
        assert stand.api(method, f"/api/lines/{line.id}/{path}", token, body)[0] == 404


def test_many_workers_ask_for_a_call_once(stand: Stand) -> None:
    line = stand.rent()
    click(stand, line)
    composition = stand.door.composition

    def work(_: int) -> int:
        return place_calls(composition.database, composition.clock, composition.resources)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 1
    assert stand.network.calls_asked_for == 1


def test_a_call_that_the_carrier_refuses_has_failed_at_once(stand: Stand) -> None:
    line = stand.rent()
    stand.door.rows(f"UPDATE stock_numbers SET number = '+81454119999' WHERE number = '{line.number}'")
    _, asked = click(stand, line)
    stand.wait(1)
    after = attempt(stand, line, asked["key"])
    assert (after["state"], after["failure"]) == ("failed", "caller-id-invalid")


def test_what_the_call_itself_tells_ends_the_doubt_about_it(stand: Stand) -> None:
    line = stand.rent()
    stand.phone(MEMBERS_MOBILE)
    stand.network.fault = "answer-lost"
    _, asked = click(stand, line)
    stand.wait(2)
    after = attempt(stand, line, asked["key"])
    assert (after["state"], after["call_sid"] is not None) == ("calling", True)
