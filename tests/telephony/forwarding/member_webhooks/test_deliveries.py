"""R24: a member's address is told of calls, each event once it is taken, and is left alone when it takes nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from telephony.forwarding.member_webhooks.delivering import MOST_ATTEMPTS, pause_after
from tests.factories.membership import NOW
from tests.telephony.forwarding.member_webhooks.receiving import CALLER, WebhookLine

RECORDING = {"outcome": "voicemail", "recording_sid": "RE1", "recording_seconds": 12}


@pytest.mark.parametrize(
    ("changes", "kinds"),
    [
        ({"outcome": "answered"}, ["call.ended"]),
        ({"outcome": "no-answer"}, ["call.ended", "call.missed"]),
        ({"outcome": "busy"}, ["call.ended", "call.missed"]),
        ({"outcome": "failed"}, ["call.ended", "call.missed"]),
        (RECORDING, ["call.ended", "voicemail.left"]),
        ({"outcome": "voicemail"}, ["call.ended", "call.missed"]),
        ({"outcome": "announced"}, ["call.ended"]),
        ({"outcome": "refused"}, ["call.ended"]),
        ({"direction": "out", "outcome": "no-answer"}, ["call.ended"]),
        ({"direction": "control"}, []),
        ({"direction": "reception"}, []),
        ({"status": "in-progress", "outcome": None, "ended_at": None}, []),
        ({"line_id": None, "member_id": None}, []),
        ({"ended_at": NOW - timedelta(seconds=1)}, []),  # before the webhook was set
    ],
)
def test_what_is_told_of_a_call(line: WebhookLine, changes: dict[str, Any], kinds: list[str]) -> None:
    line.set()
    line.hear(line.call(**changes))
    line.wait(seconds=15)
    assert line.receiver.kinds() == kinds


def test_what_an_event_says(line: WebhookLine) -> None:
    line.set()
    line.hear(line.call(**RECORDING))
    told = {event["kind"]: event for _, event in line.receiver.asked}
    left = told["voicemail.left"]
    assert left["id"].startswith("evt_")
    assert left["id"] != told["call.ended"]["id"]
    assert left["line_id"] == line.line_id
    assert left["voicemail"] == {"seconds": 12}
    assert left["call"] == {
        "id": f"CA{1:032x}",
        "direction": "in",
        "outcome": "voicemail",
        "from": CALLER,
        "to": line.number,
        "started_at": "2026-06-10T03:00:00Z",
        "answered_at": None,
        "ended_at": "2026-06-10T03:00:00Z",
    }
    assert line.receiver.secrets == [line.webhook().secret] * 2


def test_a_call_that_is_told_again_is_no_new_event(line: WebhookLine) -> None:
    line.set()
    call = line.call()
    for _ in range(3):
        line.hear(call, line.answered(2))
    line.wait(seconds=15)
    assert sorted(line.receiver.kinds()) == ["call.ended", "call.ended", "call.missed"]


def test_a_message_that_is_told_late_is_no_missed_call(line: WebhookLine) -> None:
    line.set()
    line.hear(line.call(outcome="voicemail"))
    line.hear(line.call(**RECORDING))
    line.wait(seconds=15)
    assert line.receiver.kinds() == ["call.ended", "voicemail.left"]


def test_what_is_not_taken_comes_again_with_growing_pauses_and_the_same_id(line: WebhookLine) -> None:
    line.set()
    line.receiver.status = 500
    line.hear(line.answered())
    assert line.deliveries() == [("call.ended", "waiting", 1, "500")]
    line.wait(seconds=29)
    assert len(line.receiver.asked) == 1
    line.wait(seconds=1)
    line.wait(seconds=120)
    line.receiver.status = 204
    line.wait(seconds=480)
    assert line.deliveries() == [("call.ended", "delivered", 4, "204")]
    assert len({event["id"] for _, event in line.receiver.asked}) == 1
    assert (line.webhook().failures, line.webhook().failing_since) == (0, None)


def test_pauses_grow_up_to_their_limit() -> None:
    pauses = [pause_after(failures) for failures in range(1, 100)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=30), timedelta(hours=6))


def test_a_webhook_that_fails_is_asked_once_a_pause_however_much_waits(line: WebhookLine) -> None:
    line.set()
    line.receiver.status = 500
    line.hear(*(line.answered(serial) for serial in range(1, 11)))
    assert len(line.receiver.asked) == 1
    line.wait(seconds=30)
    assert len(line.receiver.asked) == 2
    line.receiver.status = 200
    line.wait(seconds=120)
    assert {state for _, state, _, _ in line.deliveries()} == {"delivered"}


def test_one_event_that_is_never_taken_fails_alone(line: WebhookLine) -> None:
    line.set()
    line.receiver.refuses = frozenset({f"CA{1:032x}"})
    line.hear(line.answered(1))
    for serial in range(2, 2 + MOST_ATTEMPTS):
        line.wait(hours=6)
        line.hear(line.answered(serial))
    states = [state for _, state, _, _ in line.deliveries()]
    assert states == ["failed", *["delivered"] * MOST_ATTEMPTS]
    assert line.webhook().switched_off_at is None


def test_after_three_days_without_a_good_answer_it_is_switched_off(line: WebhookLine) -> None:
    line.set("https://hooks.example.jp/a-secret-path")
    line.receiver.status = 302
    line.hear(line.answered(1))
    for serial in range(2, 14):
        line.wait(hours=6, seconds=1)
        line.hear(line.answered(serial))
    assert line.webhook().switched_off_at is not None
    assert {state for _, state, _, _ in line.deliveries()} == {"failed"}
    (notice,) = line.notices()
    assert notice.kind == "webhook-switched-off"
    assert "hooks.example.jp" in notice.body
    assert "a-secret-path" not in notice.body
    asked = len(line.receiver.asked)
    line.hear(line.answered(99))
    line.wait(days=1)
    assert len(line.receiver.asked) == asked
    line.set()
    line.receiver.status = 200
    line.hear(line.answered(100))
    assert line.deliveries()[-1] == ("call.ended", "delivered", 1, "200")


def test_deliveries_are_forgotten_after_their_days(line: WebhookLine) -> None:
    line.set()
    line.hear(line.answered())
    for _ in range(29):
        line.wait(days=1)
    assert len(line.deliveries()) == 1
    line.wait(days=1)
    assert line.deliveries() == []


def test_without_webhooks_a_batch_costs_one_question_and_none_while_calls_last(line: WebhookLine) -> None:
    asked: list[str] = []
    event.listen(line.database.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    line.hear(line.call(status="in-progress", outcome=None, ended_at=None))
    assert not [statement for statement in asked if "webhook" in statement]
    line.hear(*(line.call(serial) for serial in range(1, 51)))
    assert len([statement for statement in asked if "webhook" in statement]) == 1
