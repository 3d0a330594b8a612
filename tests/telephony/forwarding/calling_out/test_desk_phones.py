"""Lent desk phones: issued once, ringing for the line, calling with its number."""

from __future__ import annotations

import re
from typing import Any

import pytest

from telephony.carrier.sandbox import Script
from telephony.numbers import Line
from tests.telephony.forwarding.calling_out.stand import CALLEE, CALLEES_MOBILE, MEMBERS_MOBILE, Stand
from tests.telephony.forwarding.control.steered import open_control_number
from tests.telephony.forwarding.door import CALL, spoken, verbs, voice_form

DESK_PATH = "/carrier/twilio/desk"


def issue(stand: Stand, line: Line) -> Any:
    status, issued = stand.api("POST", f"/api/lines/{line.id}/desk-phone", stand.door.token_of(None))
    assert status == 201, issued
    return issued


def calls_from(stand: Stand, address: str, to: str) -> str:
    stand.phone(address)
    sid = stand.sandbox.dial(address, to)
    stand.wait()
    return sid


def desk_form(username: str, to: str = "0366667777", **more: str) -> list[tuple[str, str]]:
    domain = "desk.nex.example"
    return voice_form(
        f"sip:{to}@{domain}",
        f"sip:{username}@{domain}",
        SipDomain=domain,
        SipUsername=username,
        **more,
    )


def test_a_line_of_the_fixed_phone_service_comes_with_a_desk_phone_nex_05(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    status, phone = stand.api("GET", f"/api/lines/{line.id}/desk-phone", stand.door.token_of(line))
    assert (status, phone["password_shown_at"]) == (200, None)
    assert phone["address"] == f"sip:{phone['username']}@desk.nex.example"
    [card] = stand.door.rows(f"SELECT card->>'desk' FROM routing_cards WHERE line_id = {line.id}")
    assert card[0] == phone["address"]


def test_issuing_shows_a_password_once_and_again_ends_the_old_account(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    first, second = issue(stand, line), issue(stand, line)
    assert first["username"] != second["username"]
    assert first["password"] != second["password"]
    for kind in ("[a-z]", "[A-Z]", "[0-9]"):
        assert re.search(kind, first["password"])
    assert first["qr_svg"].startswith("<svg")
    written = "".join(str(row) for row in stand.door.rows("SELECT details FROM audit_entries"))
    assert first["password"] not in written + "".join(
        str(row) for row in stand.door.rows("SELECT * FROM desk_phones")
    )
    refused = stand.door.send(DESK_PATH, desk_form(first["username"]))
    assert "この電話機はご利用いただけません" in spoken(refused)
    served = stand.door.send(DESK_PATH, desk_form(second["username"], CallSid=CALL[:-1] + "7"))
    assert [verb.tag for verb in verbs(served)] == ["Dial"]


def test_a_withdrawn_phone_neither_rings_nor_calls(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    issued = issue(stand, line)
    path, staff = f"/api/lines/{line.id}/desk-phone", stand.door.token_of(None)
    assert stand.api("DELETE", path, staff)[0] == 204
    assert [stand.api(method, path, staff)[0] for method in ("GET", "DELETE")] == [404, 404]
    assert "ご利用いただけません" in spoken(stand.door.send(DESK_PATH, desk_form(issued["username"])))
    [card] = stand.door.rows(f"SELECT card->>'desk' FROM routing_cards WHERE line_id = {line.id}")
    assert card[0] is None


def test_a_plan_without_desk_phones_gets_none(stand: Stand) -> None:
    line = stand.rent()
    path = f"/api/lines/{line.id}/desk-phone"
    status, problem = stand.api("POST", path, stand.door.token_of(None))
    assert (status, problem["code"]) == (409, "desk-phone-not-lendable")
    for method in ("POST", "DELETE"):
        assert stand.api(method, path, stand.door.token_of(line))[0] == 403


@pytest.mark.parametrize(
    ("dialled", "callee", "amount"),
    [
        ("0366667777", CALLEE, "60"),
        ("18603-6666-7777", CALLEE, "60"),
        ("+818033334444", CALLEES_MOBILE, "94"),
    ],
)
def test_a_call_from_the_desk_phone_shows_and_bills_the_line_nex_09(
    stand: Stand, dialled: str, callee: str, amount: str
) -> None:
    line = stand.rent("fixed-phone")
    address = issue(stand, line)["address"]
    call = stand.told(calls_from(stand, address, dialled))
    assert (call["direction"], call["outcome"], call["line_id"]) == ("out", "answered", line.id)
    assert (call["to"], call["seconds"], call["amount"]) == (callee, 61, amount)
    assert [leg["role"] for leg in call["legs"]] == ["member", "callee"]
    assert stand.shown_at(callee) == [line.number]


@pytest.mark.parametrize(
    ("dialled", "words"),
    [
        ("110", "緊急通報は、ほかの電話から"),
        ("%2A21", "おつなぎできません"),
        ("18409012345678", "184をつけずに"),
        ("0120123456", "おつなぎできません"),
    ],
)
def test_what_a_desk_phone_cannot_call_is_said(stand: Stand, dialled: str, words: str) -> None:
    line = stand.rent("fixed-phone")
    username = issue(stand, line)["username"]
    assert words in spoken(stand.door.send(DESK_PATH, desk_form(username, dialled)))
    stand.door.composition.work.perform()
    [event] = [event for event in stand.door.events() if event.event == "voice"]
    assert event.context["outcome"] == "refused"
    assert event.context["line_id"] == line.id


@pytest.mark.parametrize("known_by", ["From", "SipDomain", "nothing"])
def test_a_from_header_does_not_make_anybody_the_lines_phone_r14(stand: Stand, known_by: str) -> None:
    line = stand.rent("fixed-phone")
    username = issue(stand, line)["username"]
    form = dict(desk_form(username))
    form["SipUsername"] = "desk-of-somebody-else" if known_by == "From" else username
    if known_by == "SipDomain":
        form["SipDomain"] = "desk.elsewhere.example"
    if known_by == "nothing":
        del form["SipUsername"], form["SipDomain"]
    assert "ご利用いただけません" in spoken(stand.door.send(DESK_PATH, list(form.items())))


def test_the_desk_phone_rings_while_forwarding_is_off(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    address = issue(stand, line)["address"]
    stand.phone(address, answers_after=3)
    sid = stand.sandbox.dial(CALLEE, line.number, behaviour=Script(talks_seconds=30))
    stand.wait()
    call = stand.told(sid)
    assert (call["direction"], call["outcome"], call["amount"]) == ("in", "answered", "0")
    assert stand.shown_at(address) == [CALLEE]


def test_click_to_call_rings_the_desk_phone(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    stand.phone(issue(stand, line)["address"], answers_after=2)
    body = {"from": "desk", "to": CALLEE}
    status, _ = stand.api("POST", f"/api/lines/{line.id}/calls", stand.door.token_of(line), body)
    stand.wait()
    assert status == 202
    [call] = stand.door.json("/api/calls", stand.door.token_of(None))["items"]
    assert (call["direction"], call["amount"], stand.rang(MEMBERS_MOBILE)) == ("out", "60", 0)


def test_a_call_to_the_control_number_steers_the_line(stand: Stand) -> None:
    line = stand.rent("fixed-phone")
    username = issue(stand, line)["username"]
    open_control_number(stand.door)
    answer = stand.door.send(DESK_PATH, desk_form(username, "05031110001"))
    assert "Gather" in [verb.tag for verb in verbs(answer)]
    [event] = stand.door.events()
    assert event.context["direction"] == "control"
