"""Callers hear what the member chose: the operator's words, the member's words, or the member's sound."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from app.asgi import Answer, request
from coworking.kit.audit import AuditEntry
from telephony.forwarding.voicemail.announcements import (
    MOST_UPLOAD_BYTES,
    SERVED_AFTERWARDS,
    operator_of_token,
)
from telephony.numbers import Line
from tests.telephony.forwarding.door import PUBLIC_URL, VOICE, Door, verbs, voice_form
from tests.telephony.forwarding.voicemail.mail_room import wav_file

WORDS = {"language": "en", "words": " We are on holiday <&> back on Monday. "}


class Desk:
    """A member with a line whose forwarding is off: every caller hears why."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self.line: Line = door.rent()
        self.token = door.token_of(self.line)
        self.place = f"/api/lines/{self.line.id}/announcements/forwarding_off"

    def ask(self, method: str, path: str, body: bytes | dict[str, Any] = b"") -> Answer:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        return self.door.run(request(self.door.application, method, path, headers=headers, body=content))

    def heard(self) -> tuple[str, str]:
        """The verb that a caller hears, and what it says or plays."""
        first = verbs(self.door.send(VOICE, voice_form(self.line.number)))[0]
        return f"{first.tag} {first.get('language', '')}".strip(), first.text or ""

    def fetched(self, address: str) -> Answer:
        """What the carrier gets there."""
        assert address.startswith(PUBLIC_URL)
        path = address.removeprefix(PUBLIC_URL)
        return self.door.run(request(self.door.application, "GET", path, headers={}, body=b""))


@pytest.fixture
def desk(door: Door) -> Desk:
    return Desk(door)


def test_words_of_ones_own_and_back_to_the_usual(desk: Desk) -> None:
    usual = desk.heard()
    assert usual[0] == "Say ja-JP"
    answer = desk.ask("PUT", desk.place, WORDS)
    assert answer.status == 200
    assert json.loads(answer.body)["words"] == "We are on holiday <&> back on Monday."
    assert desk.heard() == ("Say en-US", "We are on holiday <&> back on Monday.")
    answer = desk.ask("DELETE", desk.place)
    assert (json.loads(answer.body)["is_own"], desk.heard()) == (False, usual)
    assert json.loads(desk.ask("GET", desk.place).body)["words"] == usual[1]


def test_a_sound_is_played_from_an_address_that_nobody_can_guess(desk: Desk) -> None:
    answer = desk.ask("PUT", desk.place + "/sound", wav_file(2.5))
    assert (answer.status, json.loads(answer.body)["seconds"]) == (200, 3)
    verb, address = desk.heard()
    assert verb == "Play"
    fetched = desk.fetched(address)
    assert (fetched.status, fetched.body) == (200, wav_file(2.5))
    assert fetched.header("content-type") == "audio/wav"
    assert fetched.header("x-content-type-options") == "nosniff"
    assert "immutable" in (fetched.header("cache-control") or "")
    assert len(address.rpartition("-")[2]) + len(address) > 22
    for other in (
        address[:-1],
        address + "A",
        address.replace("/1-", "/2-", 1),
        PUBLIC_URL + "/carrier/sound/x",
        PUBLIC_URL + "/carrier/sound/1-%00",
    ):
        if other != address:
            assert desk.fetched(other).status == 404
    own = desk.ask("GET", desk.place + "/sound")
    assert own.body == wav_file(2.5)


def test_a_sound_that_was_replaced_is_served_for_a_while(desk: Desk) -> None:
    desk.ask("PUT", desk.place + "/sound", wav_file(1))
    first = desk.heard()[1]
    desk.ask("PUT", desk.place + "/sound", wav_file(2))
    second = desk.heard()[1]
    assert first != second
    assert [desk.fetched(one).status for one in (first, second)] == [200, 200]
    desk.door.clock.advance_to(desk.door.clock.now() + SERVED_AFTERWARDS)
    assert [desk.fetched(one).status for one in (first, second)] == [404, 200]
    desk.door.clock.advance_to(desk.door.clock.now() + timedelta(days=1))
    desk.door.composition.work.perform()
    assert desk.door.rows("SELECT count(*) FROM sounds") == [(1,)]
    desk.ask("PUT", desk.place, WORDS)
    assert desk.heard()[0] == "Say en-US"
    assert desk.ask("GET", desk.place + "/sound").status == 404


@pytest.mark.parametrize(
    ("sound", "code"),
    [
        (b"", "sound-not-understood"),
        (b"<html>", "sound-not-understood"),
        (b"ID3" + bytes(50), "sound-is-mp3"),
        (wav_file(30.5), "sound-too-long"),
        (bytes(MOST_UPLOAD_BYTES + 1), "sound-too-large"),
        (bytes(3 * MOST_UPLOAD_BYTES), "sound-too-large"),
    ],
    ids=["nothing", "page", "mp3", "long", "large", "larger"],
)
def test_another_file_is_refused_and_changes_nothing(desk: Desk, sound: bytes, code: str) -> None:
    before = desk.heard()
    answer = desk.ask("PUT", desk.place + "/sound", sound)
    assert (answer.status, json.loads(answer.body)["code"]) == (422, code)
    assert desk.heard() == before


@pytest.mark.parametrize("words", ["", "  ", "a\nb", "a\x00b", "a\u2028b", "x" * 301])
def test_words_that_cannot_be_spoken_are_refused(desk: Desk, words: str) -> None:
    answer = desk.ask("PUT", desk.place, {"language": "ja", "words": words})
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "words-not-speakable")


def test_each_kind_is_its_own(desk: Desk) -> None:
    for kind in ("unanswered", "outside_hours", "voicemail_greeting"):
        place = f"/api/lines/{desk.line.id}/announcements/{kind}"
        assert desk.ask("PUT", place, {"language": "ja", "words": f"{kind} です"}).status == 200
    assert desk.heard()[1] != "unanswered です"
    assert desk.ask("GET", f"/api/lines/{desk.line.id}/announcements/suspended").status == 422
    assert desk.ask("PUT", f"/api/lines/{desk.line.id}/announcements/ended", WORDS).status == 422


def test_every_change_is_on_record_without_the_words(desk: Desk) -> None:
    desk.ask("PUT", desk.place, WORDS)
    desk.ask("PUT", desk.place + "/sound", wav_file(1))
    desk.ask("DELETE", desk.place)
    with desk.door.session() as session:
        entries = session.query(AuditEntry).where(AuditEntry.action == "announcement.changed")
        assert [entry.details["now"] for entry in entries.order_by(AuditEntry.id)] == [
            "words",
            "sound",
            "usual",
        ]


def test_a_stranger_changes_nothing(desk: Desk) -> None:
    desk.token = desk.door.token_of(desk.door.rent())
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/sound"), ("PUT", "/sound")):
        assert desk.ask(method, desk.place + path).status == 404
    assert desk.ask("PUT", desk.place, WORDS).status == 404


@pytest.mark.parametrize(
    ("token", "operator_id"),
    [
        ("3-abc", 3),
        ("3-", None),
        ("-abc", None),
        ("abc", None),
        ("３-abc", None),
        ("3-a\x00", None),
        ("9" * 10 + "-a", None),
    ],
)
def test_whose_a_token_is(token: str, operator_id: int | None) -> None:
    assert operator_of_token(token) == operator_id
