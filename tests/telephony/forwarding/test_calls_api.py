"""Calls and forwarding over HTTP, as members and staff read and change them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.asgi import Answer, request
from telephony.carrier.sandbox import Script
from telephony.numbers import Line
from tests.factories.forwarding import FIXED, MOBILE
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door


def put(door: Door, line: Line, token: str, body: dict[str, Any]) -> Answer:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    content = json.dumps(body).encode()
    return door.run(
        request(door.application, "PUT", f"/api/lines/{line.id}/forwarding", headers=headers, body=content)
    )


def test_a_call_with_its_price_and_the_reason_for_it(carrier_line: CarrierLine) -> None:
    carrier_line.forward(FIXED, MOBILE)
    sid = carrier_line.call(
        Script(talks_seconds=None),
        {FIXED: Script(), MOBILE: Script(answers_after_seconds=3, talks_seconds=61)},
    )
    door, line = carrier_line.door, carrier_line.line
    call = door.json(f"/api/calls/{sid}", door.token_of(line))
    assert (call["status"], call["outcome"], call["decided_by"]) == ("ended", "answered", "forwarding")
    assert (call["from"], call["to"], call["line_id"]) == (CALLER, line.number, line.id)
    assert (call["class"], call["seconds"], call["units"], call["unit_seconds"]) == ("mobile", 61, 2, 60)
    assert (call["unit_price"], call["amount"], call["tax_mode"]) == ("32", "64", "excluded")
    assert (call["month"], call["reason"]["rules"]) == ("2026-06", ["NEX-09"])
    assert [(leg["role"], leg["to"], leg["class"], leg["seconds"]) for leg in call["legs"]] == [
        ("caller", line.number, "fixed", 61),
        ("forward", FIXED, "fixed", 0),
        ("forward", MOBILE, "mobile", 61),
    ]


def test_a_call_can_be_read_while_it_rings_and_while_people_talk(carrier_line: CarrierLine) -> None:
    carrier_line.forward(MOBILE)
    door = carrier_line.door
    token = door.token_of(carrier_line.line)
    carrier_line.start(
        Script(talks_seconds=None), {MOBILE: Script(answers_after_seconds=10, talks_seconds=60)}
    )
    seen = []
    for seconds in (5, 10, 60):
        carrier_line.wait_seconds(seconds)
        [call] = door.json("/api/calls", token)["items"]
        seen.append((call["status"], call["outcome"], call["amount"]))
    assert seen == [("ringing", None, "0"), ("in-progress", None, "0"), ("ended", "answered", "32")]


@pytest.mark.parametrize(
    ("language", "why"),
    [("ja", "つながらなかった電話は0円です。"), ("en", "A call that nobody answered costs nothing.")],
)
def test_an_unanswered_call_says_why_it_costs_nothing(
    carrier_line: CarrierLine, language: str, why: str
) -> None:
    carrier_line.forward(MOBILE)
    sid = carrier_line.call(Script(talks_seconds=None), {MOBILE: Script()})
    door = carrier_line.door
    call = json.loads(door.get(f"/api/calls/{sid}", door.token_of(None), language).body)
    assert (call["outcome"], call["amount"], call["units"], call["reason"]) == ("no-answer", "0", 0, None)
    assert (call["why"], call["class"]) == (why, "mobile")


def test_a_member_sees_and_changes_what_is_theirs_only_r26(door: Door) -> None:
    own, others = door.rent(MOBILE), door.rent(FIXED)
    token = door.token_of(own)
    assert [line["id"] for line in door.json("/api/lines", token)["items"]] == [own.id]
    assert put(door, others, token, {"on": False}).status == 404
    assert put(door, own, token, {"on": False}).status == 200
    assert door.get(f"/api/lines/{others.id}/forwarding", token).status == 404
    staff = door.token_of(None)
    assert {line["id"] for line in door.json("/api/lines", staff)["items"]} == {own.id, others.id}
    assert door.json(f"/api/lines/{others.id}/forwarding", staff)["on"] is True


def test_forwarding_is_changed_and_read_back(door: Door) -> None:
    line = door.rent()
    token = door.token_of(line)
    wanted = {
        "on": True,
        "to": [
            {"number": "090-1234-5678", "ring_seconds": 30, "label": "携帯"},
            {"number": "045-670-1234"},
        ],
        "strategy": "at-once",
        "press_one": True,
        "whisper": True,
        "shows": "caller",
        "withheld": "voicemail",
        "unanswered": "voicemail",
        "when_off": "hang-up",
        "outside_hours": "voicemail",
        "schedule": {
            "week": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]], "sat": []},
            "holidays": "closed",
            "exceptions": {"2026-12-31": []},
        },
    }
    answer = put(door, line, token, wanted)
    assert answer.status == 200
    expected = {
        **wanted,
        "to": [
            {"number": MOBILE, "ring_seconds": 30, "label": "携帯"},
            {"number": FIXED, "ring_seconds": 20, "label": None},
        ],
    }
    assert json.loads(answer.body) == expected
    assert door.json(f"/api/lines/{line.id}/forwarding", token) == expected
    assert door.json(f"/api/lines/{line.id}", token)["forwarding"] == expected
    assert put(door, line, token, {"schedule": None}).status == 200
    assert door.json(f"/api/lines/{line.id}/forwarding", token) == {**expected, "schedule": None}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"to": [{"number": "119"}]}, "destination-not-allowed"),
        ({"to": [{"number": MOBILE}, {"number": MOBILE}]}, "destination-twice"),
        ({"to": [{"number": f"0901234567{n}"} for n in range(4)]}, "too-many-destinations"),
        ({"to": [{"number": MOBILE, "ring_seconds": 10**30}]}, "ring-seconds-out-of-range"),
        ({"on": True, "to": []}, "destination-missing"),
        ({"strategy": "random"}, "validation-failed"),
        ({"to": [{"number": "0" * 41}]}, "validation-failed"),
        ({"whatever": 1}, "validation-failed"),
    ],
)
def test_refusals_change_nothing(door: Door, body: dict[str, Any], code: str) -> None:
    line = door.rent(MOBILE)
    token = door.token_of(line)
    before = door.json(f"/api/lines/{line.id}/forwarding", token)
    answer = put(door, line, token, body)
    assert (answer.status, json.loads(answer.body)["code"]) == (422, code)
    assert door.json(f"/api/lines/{line.id}/forwarding", token) == before


def test_a_line_cannot_forward_to_itself_r18(door: Door) -> None:
    line = door.rent()
    answer = put(door, line, door.token_of(line), {"on": True, "to": [{"number": line.number}]})
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "forwarding-loop")


@pytest.mark.parametrize(
    "path",
    [
        "/api/calls/no-such-call",
        "/api/calls/%00",
        "/api/calls/%E4%B8%80",
        "/api/calls/" + "9" * 18,
        "/api/calls/" + "9" * 30,
        "/api/lines/999999",
    ],
)
def test_what_is_not_there(door: Door, path: str) -> None:
    answer = door.get(path, door.token_of(None))
    assert (answer.status, json.loads(answer.body)["code"]) == (404, "not-found")


def test_calls_come_in_pages(carrier_line: CarrierLine) -> None:
    carrier_line.forward(MOBILE)
    sids = [carrier_line.call(Script(talks_seconds=None), {MOBILE: Script(rejects=True)}) for _ in range(3)]
    door = carrier_line.door
    token = door.token_of(carrier_line.line)
    page = door.json("/api/calls?limit=2", token)
    rest = door.json(f"/api/calls?limit=2&after={page['next']}", token)
    assert [call["carrier_sid"] for call in [*page["items"], *rest["items"]]] == sids
    assert rest["next"] is None
    assert door.json(f"/api/calls?line_id={carrier_line.line.id + 1}", token)["items"] == []
