"""Rules by caller: numbers in every spelling, and the very next call goes by them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.asgi import Answer, request
from coworking.kit.audit import AuditEntry
from telephony.forwarding.caller_rules import MOST_RULES, prefix_of
from telephony.forwarding.errors import CallerNotUnderstood
from telephony.numbers import Line
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.door import VOICE, Door, verbs, voice_form


class Lists:
    """A member's rules by caller, on a line that forwards to a mobile."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.line: Line = door.rent(MOBILE)
        self.token = door.token_of(self.line)
        self.place = f"/api/lines/{self.line.id}/caller-rules"

    def ask(self, method: str, path: str = "", **body: Any) -> Answer:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        content = json.dumps(body).encode() if body else b""
        return self.door.run(
            request(self.door.application, method, self.place + path, headers=headers, body=content)
        )

    def add(self, number: str, action: str = "block", **more: Any) -> dict[str, Any]:
        answer = self.ask("POST", number=number, action=action, **more)
        found: dict[str, Any] = json.loads(answer.body)
        return found

    def heard(self, caller: str) -> str:
        """The first verb that such a caller is answered with."""
        return verbs(self.door.send(VOICE, voice_form(self.line.number, caller)))[0].tag


@pytest.fixture
def lists(door: Door) -> Lists:
    return Lists(door)


@pytest.mark.parametrize(
    ("written", "caller"),
    [
        *((text, "+81366667777") for text in ("03-6666-7777", "０３（６６６６）７７７７", "+81 3 6666 7777")),
        *((text, "+12125550123") for text in ("+1 212 555 0123", "010-1-212-555-0123", "＋1-212-555-0123")),
        ("+44 20 7946 0018", "+442079460018"),
        ("0120-123-456", "+81120123456"),
    ],
)
def test_a_blocked_number_is_blocked_however_it_is_written(lists: Lists, written: str, caller: str) -> None:
    assert lists.heard(caller) == "Dial"
    rule = lists.add(written, label="  迷惑電話 ")
    assert (rule["prefix"], rule["is_whole"], rule["label"]) == (caller, True, "迷惑電話")
    assert lists.heard(caller) != "Dial"
    assert lists.heard("+81312345678") == "Dial"
    assert lists.ask("DELETE", f"/{rule['id']}").status == 204
    assert lists.heard(caller) == "Dial"


def test_a_prefix_is_for_all_that_begin_so_and_a_whole_number_comes_before_it(lists: Lists) -> None:
    lists.add("03", is_prefix=True)
    lists.add("03-6666-7777", "forward")
    assert lists.heard("+81312345678") != "Dial"
    assert lists.heard("+81366667777") == "Dial"
    assert lists.heard("+81612345678") == "Dial"
    assert [rule["prefix"] for rule in json.loads(lists.ask("GET").body)] == ["+813", "+81366667777"]


@pytest.mark.parametrize(
    ("written", "prefix"),
    [
        ("03", "+813"),
        ("050-", "+8150"),
        ("０１２０", "+81120"),
        ("+81 (0)3", "+813"),
        ("+1 212", "+1212"),
        ("010-44", "+44"),
        ("＋８６", "+86"),
    ],
)
def test_how_a_prefix_is_understood(written: str, prefix: str) -> None:
    assert prefix_of(written) == prefix


@pytest.mark.parametrize(
    "written", ["", "+", "3", "+8", "abc", "0x3", "+12345678901234567", "1" * 41, "+8\u0660"]
)
def test_what_is_no_prefix(written: str) -> None:
    with pytest.raises(CallerNotUnderstood):
        prefix_of(written)


def test_what_cannot_be(lists: Lists) -> None:
    assert lists.add("anonymous")["code"] == "caller-not-understood"
    assert lists.add("03", is_prefix=False)["code"] == "caller-not-understood"
    lists.add("03-6666-7777")
    assert lists.add("+81366667777", "forward")["code"] == "caller-rule-twice"
    assert lists.add("+8136666", "forward", is_prefix=True)["is_whole"] is False
    for serial in range(MOST_RULES - 2):
        assert "id" in lists.add(f"03-1234-{serial:04}")
    assert lists.add("03-9999-9999")["code"] == "too-many-caller-rules"
    assert len(json.loads(lists.ask("GET").body)) == MOST_RULES


def test_rules_are_ones_own_and_no_number_is_on_record(lists: Lists) -> None:
    rule = lists.add("03-6666-7777")
    other = Lists(lists.door)
    assert other.ask("DELETE", f"/{rule['id']}").status == 404
    other.place = lists.place
    for method, path in (("GET", ""), ("DELETE", f"/{rule['id']}")):
        assert other.ask(method, path).status == 404
    assert other.add("03-1111-2222")["code"] == "not-found"
    assert lists.ask("DELETE", f"/{rule['id']}").status == 204
    with lists.door.session() as session:
        entries = session.query(AuditEntry).where(AuditEntry.action.startswith("caller-rule."))
        assert [entry.action for entry in entries.order_by(AuditEntry.id)] == [
            "caller-rule.added",
            "caller-rule.removed",
        ]
        assert all("6666" not in str(entry.details) for entry in entries)
