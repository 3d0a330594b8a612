"""NEX-02, R14, R21: a line steered by text message."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from app.asgi import Answer
from telephony.carrier import MalformedWebhook, sms_webhook
from telephony.forwarding.control.commands import Command, read_command
from telephony.forwarding.control.ivr import Describe, SendTo, Switch
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.control.steered import (
    CONTROL_NUMBER,
    OFFICE,
    PHONE,
    PIN,
    STRANGER,
    WRONG_PIN,
    forwarding,
    notices,
    steerable,
)
from tests.telephony.forwarding.door import ACCOUNT_SID, Door

SMS = "/carrier/twilio/sms"
MESSAGE = "SM" + "0" * 32


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("482915 開始", Command("482915", Switch(on=True), "ja")),
        ("４８２９１５　停止", Command("482915", Switch(on=False), "ja")),
        ("482915 START", Command("482915", Switch(on=True), "en")),
        ("  482915\tstop\n", Command("482915", Switch(on=False), "en")),
        ("482915 転送 090-1234-5678", Command("482915", SendTo("090-1234-5678"), "ja")),
        ("482915 to 03 1234 5678", Command("482915", SendTo("03 1234 5678"), "en")),
        ("482915 状態", Command("482915", Describe(), "ja")),
        ("482915 Status", Command("482915", Describe(), "en")),
    ],
)
def test_commands_that_are_understood(text: str, command: Command) -> None:
    assert read_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "開始",
        "482915",
        "482915 転送",
        "482915 to",
        "482915 start now",
        "start 482915",
        "\0",
        "x" * 1600,
        "STOP",
    ],
)
def test_every_other_text_is_none(text: str) -> None:
    assert read_command(text) is None


def form(body: str, phone: str = PHONE, to: str = CONTROL_NUMBER, serial: int = 0) -> list[tuple[str, str]]:
    sid = f"SM{serial:032x}"
    return [
        ("AccountSid", ACCOUNT_SID),
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("From", phone),
        ("To", to),
        ("Body", body),
        ("NumMedia", "0"),
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"AccountSid": "AC" + "0" * 32}, "AccountSid is not ours"),
        ({"MessageSid": "x"}, "MessageSid malformed"),
        ({"To": "anonymous"}, "To malformed"),
        ({"Body": "x" * 1601}, "Body over its limit"),
    ],
)
def test_a_form_that_no_carrier_sends_is_malformed(change: dict[str, str], reason: str) -> None:
    with pytest.raises(MalformedWebhook, match=reason):
        sms_webhook(list({**dict(form("x")), **change}.items()), account_sid=ACCOUNT_SID)


@pytest.mark.parametrize("name", ["AccountSid", "MessageSid", "From", "To", "Body"])
def test_what_is_needed_stands_there_once(name: str) -> None:
    whole = form("x")
    for broken in ([one for one in whole if one[0] != name], [*whole, (name, dict(whole)[name])]):
        with pytest.raises(MalformedWebhook):
            sms_webhook(broken, account_sid=ACCOUNT_SID)


def text(door: Door, body: str, phone: str = PHONE, *, to: str = CONTROL_NUMBER, serial: int = 0) -> Answer:
    answer = door.send(SMS, form(body, phone, to, serial))
    assert answer.status == 204
    return answer


def answers(door: Door) -> list[str]:
    return [
        str(row.body)
        for row in door.rows(
            f"SELECT body FROM text_messages WHERE from_number = '{CONTROL_NUMBER}' ORDER BY id"
        )
    ]


def outcomes(door: Door) -> list[str]:
    rows = door.rows("SELECT outcome FROM control_sessions WHERE channel = 'sms' ORDER BY id")
    return [str(row.outcome) for row in rows]


@pytest.mark.parametrize(
    ("body", "said", "after"),
    [
        ("{pin} 停止", "転送を停止しました。", (False, [(MOBILE, 20)])),
        ("{pin} to 045-670-1234", "Where calls go has been changed.", (True, [(OFFICE, 20)])),
        ("{pin} 状態", "転送は、動いています。 転送先は、090-1234-5678、20秒。", (True, [(MOBILE, 20)])),
    ],
)
def test_a_command_with_the_pin_is_done_and_answered(
    door: Door, body: str, said: str, after: tuple[bool, list[tuple[str, int]]]
) -> None:
    line = steerable(door, MOBILE)
    text(door, body.format(pin=PIN))
    assert forwarding(door, line) == after
    (answer,) = answers(door)
    assert answer.startswith("045-411-")
    assert said in answer
    assert PIN not in answer
    assert len(notices(door, "control-changed")) == (after != (True, [(MOBILE, 20)]))


def test_the_change_is_on_record_as_made_by_text_message(door: Door) -> None:
    steerable(door, MOBILE)
    text(door, f"{PIN} 停止")
    rows = door.rows(
        "SELECT actor FROM audit_entries WHERE action = 'forwarding.changed' AND channel = 'sms'"
    )
    assert [row.actor for row in rows] == ["phone:+8190******22"]
    assert "ショートメッセージ" in notices(door, "control-changed")[0].body


@pytest.mark.parametrize(
    "body", ["停止", f"{WRONG_PIN} 停止", f"{WRONG_PIN} 転送 0456701234", "482915停止", " 0 停止"]
)
def test_caller_id_alone_opens_nothing_r14(door: Door, body: str) -> None:
    line = steerable(door, MOBILE)
    text(door, body)
    assert forwarding(door, line) == (True, [(MOBILE, 20)])
    assert outcomes(door)[0] in ("pin-wrong", "not-understood")


@pytest.mark.parametrize("phone", [STRANGER, "anonymous", "12345", "sip:x@example.com"])
def test_a_phone_that_is_registered_nowhere_gets_no_answer(door: Door, phone: str) -> None:
    line = steerable(door, MOBILE)
    text(door, f"{PIN} 停止", phone)
    assert (answers(door), outcomes(door)) == ([], ["phone-not-registered"])
    assert forwarding(door, line) == (True, [(MOBILE, 20)])


def test_a_message_that_comes_again_does_nothing(door: Door) -> None:
    line = steerable(door, MOBILE)
    text(door, f"{PIN} 停止")
    text(door, f"{PIN} 開始", serial=1)
    text(door, f"{PIN} 停止")
    assert forwarding(door, line)[0]
    assert len(answers(door)) == 2


def test_more_than_enough_in_a_day_are_neither_done_nor_answered_r21(door: Door) -> None:
    line = steerable(door, MOBILE)
    for serial in range(20):
        text(door, f"{PIN} 状態", serial=serial)
    text(door, f"{PIN} 停止", serial=20)
    assert outcomes(door)[-1] == "too-many-texts"
    assert forwarding(door, line)[0]
    assert len(answers(door)) == 19  # with the word that a PIN was set, the phone had 20
    door.clock.advance_to(door.clock.now() + timedelta(hours=24))
    text(door, f"{PIN} 停止", serial=21)
    assert not forwarding(door, line)[0]


def test_guesses_by_text_message_count(door: Door) -> None:
    steerable(door, MOBILE)
    for serial in range(6):
        text(door, f"{WRONG_PIN} 停止", serial=serial)
    assert outcomes(door) == ["pin-wrong"] * 5 + ["pin-locked"]
    assert "会員ページで新しい暗証番号" in answers(door)[-1]


def test_what_the_rules_refuse_is_answered(door: Door) -> None:
    line = steerable(door, MOBILE)
    text(door, f"{PIN} 転送 110")
    text(door, f"{PIN} 始めて", serial=1)
    assert outcomes(door) == ["destination-not-allowed", "not-understood"]
    assert "「110」へは転送できません" in answers(door)[0]
    assert "「暗証番号 開始」" in answers(door)[1]
    assert forwarding(door, line) == (True, [(MOBILE, 20)])


def test_the_number_that_is_written_to_tells_the_line(door: Door) -> None:
    first, second = steerable(door, MOBILE), steerable(door, MOBILE)
    text(door, f"{PIN} 停止")
    assert outcomes(door) == ["line-unclear"]
    text(door, f"{PIN} 停止", to=second.number, serial=1)
    assert (forwarding(door, first)[0], forwarding(door, second)[0]) == (True, False)


def test_a_message_that_is_not_signed_or_malformed_is_refused(door: Door) -> None:
    assert door.post(SMS, form("x")).status == 403
    assert door.send(SMS, [*form("x"), ("Body", "y")]).status == 403
    assert door.send(SMS, form("x"), token="another").status == 403
    assert {path for path, _ in door.refusals()} == {urlsplit(SMS).path}
