"""A message from the caller's words to the member's ears, through the real webhooks and the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from app.asgi import request
from app.carriers import sandbox_carrier
from telephony.carrier import Carriers
from telephony.carrier.sandbox import Script, WebhookRequest, WebhookResponse
from telephony.forwarding import Change, set_forwarding
from tests.factories.forwarding import ACTOR, MOBILE
from tests.factories.membership import NOW
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.carrier_line import CarrierLine, Sent
from tests.telephony.forwarding.door import ACCOUNT_SID, AUTH_TOKEN, CALL, Door
from tests.telephony.forwarding.voicemail.mail_room import SID

RECORDING = "/carrier/twilio/recording"
NOBODY = {MOBILE: Script()}


class LossyLine(CarrierLine):
    """Of the webhooks to the addresses that it `loses` none arrives."""

    loses: tuple[str, ...] = ()

    async def _deliver(self, asked: WebhookRequest) -> WebhookResponse:
        if any(path in asked.url for path in self.loses):
            return WebhookResponse(502)
        return await super()._deliver(asked)


@pytest.fixture
def answering(door: Door) -> Iterator[LossyLine]:
    """A line on which nobody answers and callers can leave a message."""
    with closing(LossyLine(door)) as carrier_line:
        carrier = sandbox_carrier(carrier_line.sandbox, ACCOUNT_SID, AUTH_TOKEN)
        door.composition.resources[Carriers][door.operator_id] = carrier
        carrier_line.forward(MOBILE)
        rules = door.composition.operators[0].call_rules()
        with door.session() as session:
            change = Change(unanswered="voicemail")
            set_forwarding(session, rules, carrier_line.line, change, actor=ACTOR, channel="api", now=NOW)
        yield carrier_line


def leave_message(answering: LossyLine, seconds: float = 12) -> str:
    return answering.call(Script(leaves_message_seconds=seconds), NOBODY)


def test_what_a_caller_says_can_be_heard_on_the_page(answering: LossyLine) -> None:
    door = answering.door
    sid = leave_message(answering)
    token = door.token_of(answering.line)
    [message] = door.json("/api/voicemail", token)["items"]
    assert message["call_sid"] == sid
    assert (message["from"], message["line_id"], message["state"]) == (CALLER, answering.line.id, "kept")
    assert message["seconds"] >= 12
    assert message["heard_at"] is None
    place = f"/api/voicemail/{message['id']}"
    sound = door.get(place + "/sound", token)
    assert sound.status == 200
    assert sound.body[:4] == b"RIFF"
    assert sound.header("content-type") == "audio/wav"
    assert sound.header("cache-control") == "no-store"
    assert sound.header("x-content-type-options") == "nosniff"
    assert door.json(f"/api/calls/{sid}", token)["outcome"] == "voicemail"
    assert door.rows("SELECT count(*) FROM audit_entries WHERE action = 'voicemail.played'") == [(1,)]
    # Nothing is left at the carrier.
    assert door.rows("SELECT count(*) FROM outbox_tasks WHERE parked_at IS NOT NULL OR attempts > 0") == [
        (0,)
    ]


def test_a_player_gets_the_part_that_it_asks_for(answering: LossyLine) -> None:
    door = answering.door
    leave_message(answering)
    token = door.token_of(answering.line)
    [message] = door.json("/api/voicemail", token)["items"]
    path = f"/api/voicemail/{message['id']}/sound"
    whole = door.get(path, token).body

    def part(asked: str) -> tuple[int, bytes, str | None]:
        headers = {"authorization": f"Bearer {token}", "range": asked}
        answer = door.run(request(door.application, "GET", path, headers=headers, body=b""))
        return answer.status, answer.body, answer.header("content-range")

    size = len(whole)
    assert part("bytes=0-1") == (206, whole[:2], f"bytes 0-1/{size}")
    assert part(f"bytes={size - 5}-") == (206, whole[-5:], f"bytes {size - 5}-{size - 1}/{size}")
    assert part("bytes=0-1,4-5") == (200, whole, None)
    assert part(f"bytes={size}-")[0] == 416


def test_heard_and_deleted(answering: LossyLine) -> None:
    door = answering.door
    leave_message(answering)
    token = door.token_of(answering.line)
    [message] = door.json("/api/voicemail", token)["items"]
    place = f"/api/voicemail/{message['id']}"

    def ask(method: str, path: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return door.run(request(door.application, method, path, headers=headers, body=b"")).status

    assert ask("POST", place + "/heard") == 200
    first = door.json(place, token)["heard_at"]
    assert first is not None
    answering.wait_seconds(60)
    assert ask("POST", place + "/heard") == 200
    assert door.json(place, token)["heard_at"] == first
    assert ask("DELETE", place) == 204
    assert [ask("GET", place + path) for path in ("", "/sound")] == [404, 404]
    assert door.json("/api/voicemail", token)["items"] == []
    assert door.rows("SELECT count(*) FROM sounds") == [(0,)]


def test_nobody_else_hears_it(answering: LossyLine) -> None:
    door = answering.door
    leave_message(answering)
    [message] = door.json("/api/voicemail", door.token_of(answering.line))["items"]
    stranger = door.token_of(door.rent())
    assert door.json("/api/voicemail", stranger)["items"] == []
    for path in ("", "/sound"):
        assert door.get(f"/api/voicemail/{message['id']}{path}", stranger).status == 404
    staff = door.token_of(None)
    assert door.get(f"/api/voicemail/{message['id']}/sound", staff).status == 200


def callbacks(answering: LossyLine) -> list[Sent]:
    return [sent for sent in answering.sent if RECORDING in sent.request.url]


def test_callbacks_and_events_again_in_reverse_and_days_later_change_nothing(answering: LossyLine) -> None:
    door = answering.door
    leave_message(answering)
    told = "SELECT call_sid, state, seconds, sound_id FROM voicemail_messages"
    before = door.rows(told)
    assert len(callbacks(answering)) == 1
    days_later = door.clock.now().replace(day=13)
    again = [(days_later, sent) for sent in [*reversed(answering.sent), *callbacks(answering) * 3]]
    assert set(answering.deliver_again(again)) <= {200, 204}
    assert door.rows(told) == before
    assert door.rows("SELECT count(*) FROM notices WHERE kind = 'voicemail-left'") == [(1,)]
    assert door.rows("SELECT count(*) FROM notices WHERE kind = 'missed-call'") == [(0,)]


def test_the_callback_stands_in_for_a_message_that_was_never_told(answering: LossyLine) -> None:
    door = answering.door
    answering.loses = ("/carrier/twilio/voice/message",)
    sid = leave_message(answering)
    assert door.rows("SELECT call_sid, state FROM voicemail_messages") == [(sid, "kept")]


def test_silence_is_a_missed_call(answering: LossyLine) -> None:
    door = answering.door
    answering.call(Script(leaves_message_seconds=0), NOBODY)
    answering.wait_seconds(15)
    assert door.rows("SELECT count(*) FROM voicemail_messages") == [(0,)]
    told = door.rows("SELECT kind FROM notices WHERE kind NOT IN ('line-rented', 'invoice-issued')")
    assert told == [("missed-call",)]


def recording_form(**more: str) -> list[tuple[str, str]]:
    form = {
        "AccountSid": ACCOUNT_SID,
        "CallSid": CALL,
        "RecordingSid": SID,
        "RecordingStatus": "completed",
        "RecordingDuration": "12",
    }
    return [(name, value) for name, value in {**form, **more}.items() if value]


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, 204),
        ({"RecordingStatus": "absent"}, 204),
        ({"RecordingSid": "RE1"}, 403),
        ({"RecordingSid": "../../x"}, 403),
        ({"RecordingSid": ""}, 403),
        ({"CallSid": "CA1"}, 403),
        ({"RecordingDuration": "-1"}, 403),
    ],
    ids=str,
)
def test_a_callback_of_no_call_of_ours_is_kept_or_refused(
    door: Door, more: dict[str, str], status: int
) -> None:
    assert door.send(RECORDING, recording_form(**more)).status == status
    assert door.send(RECORDING, recording_form(**more), token="another").status == 403
    door.composition.work.perform()
    assert door.rows("SELECT count(*) FROM voicemail_messages") == [(0,)]


def test_what_is_mailed_is_the_members_choice(door: Door) -> None:
    line = door.rent()
    token = door.token_of(line)
    path = f"/api/lines/{line.id}/voicemail-mails"
    assert door.json(path, token) == {"recording": False, "missed": True}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    body = json.dumps({"recording": True, "missed": False}).encode()
    for _ in range(2):
        answer = door.run(request(door.application, "PUT", path, headers=headers, body=body))
        assert answer.status == 200
    assert door.json(path, token) == {"recording": True, "missed": False}
