"""R30: whole calls with numbers that would be known anywhere, and then a look at everything that could have leaked."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from celery import Celery

from coworking.kit.logs import configure_logging
from coworking.kit.queue import make_celery
from telephony.carrier.sandbox import Script
from telephony.forwarding import settling
from telephony.numbers import get_line, give_notice
from tests.factories.forwarding import FIXED, MOBILE
from tests.factories.numbers import line_rules
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import AUTH_TOKEN, STATUS, VOICE, Door, leg_form, voice_form

PIN = "4711470815"


@pytest.fixture(params=[True, False], ids=["json", "text"])
def log_output(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], str]]:
    """What the process writes, logging as much as it can."""
    root, written = logging.getLogger(), io.StringIO()
    handlers, level, plain = list(root.handlers), root.level, structlog.get_config()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", written)
        configure_logging(as_json=request.param, level="debug")
    yield written.getvalue
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**plain)


def canaries(*numbers: str) -> list[str]:
    """The numbers' digits as nobody may read them: international and national."""
    return [spelling for number in numbers for spelling in (number[1:], "0" + number[3:], number[3:])]


def assert_nothing_leaked(text: str, *numbers: str) -> None:
    for canary in [*canaries(*numbers), AUTH_TOKEN, PIN]:
        assert canary not in text.replace("-", ""), canary


def test_logs_of_a_whole_call_hold_no_number_and_no_token(
    carrier_line: CarrierLine, log_output: Callable[[], str]
) -> None:
    carrier_line.forward(FIXED, MOBILE, press_one=True)
    sid = carrier_line.call(
        Script(talks_seconds=None),
        {FIXED: Script(), MOBILE: Script(answers_after_seconds=3, presses="1", talks_seconds=61)},
    )
    token = carrier_line.door.token_of(carrier_line.line)
    assert carrier_line.door.json(f"/api/calls/{sid}", token)["amount"] == "64"
    logging.getLogger("canary").warning("the call from %s to %s was %s", CALLER, MOBILE, sid)
    written = log_output()
    assert sid in written
    assert_nothing_leaked(written, CALLER, MOBILE, FIXED, carrier_line.line.number)
    assert token not in written


def test_logs_of_what_goes_wrong_hold_no_number_no_token_and_no_keys(
    door: Door, log_output: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    line = door.rent(MOBILE, press_one=True)
    keys = leg_form(line.number, MOBILE, Digits=PIN)
    door.post(VOICE, voice_form(line.number), {"X-Twilio-Signature": AUTH_TOKEN})
    door.send(f"{VOICE}/accept?line={line.id}", keys)
    door.send(STATUS, leg_form(line.number, MOBILE, "completed", CallDuration="61"))
    door.send(STATUS, leg_form(line.number, MOBILE, "no-such-status"))

    def broken(events: Any) -> None:
        raise ValueError(f"a call from {CALLER} to {MOBILE}: {events}")

    with monkeypatch.context() as patched:
        patched.setattr(settling, "trace", broken)
        door.composition.work.perform()
    door.rows(f"UPDATE routing_cards SET card = jsonb_build_object('number', '{MOBILE}')")
    door.send(VOICE, voice_form(line.number))
    door.run(door.composition.hot.pool().close())
    door.send(VOICE, voice_form(line.number))
    door.send(f"{VOICE}/accept?line={line.id}", keys)
    door.send(STATUS, leg_form(line.number, MOBILE, "completed"))
    written = log_output()
    for happened in ("webhook refused", "call parked", "voice webhook failed", "status not stored"):
        assert happened in written
    assert_nothing_leaked(written, CALLER, MOBILE, line.number)


def test_the_problems_that_others_get_hold_nothing_of_a_call(carrier_line: CarrierLine) -> None:
    door = carrier_line.door
    carrier_line.forward(MOBILE)
    sid = carrier_line.call(
        Script(talks_seconds=None), {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)}
    )
    stranger = door.token_of(door.rent())
    own_id = door.json(f"/api/calls/{sid}", door.token_of(None))["id"]
    line_id = carrier_line.line.id
    for path in (
        f"/api/calls/{sid}",
        f"/api/calls/{own_id}",
        f"/api/lines/{line_id}",
        f"/api/lines/{line_id}/forwarding",
    ):
        for language in ("ja", "en"):
            answer = door.get(path, stranger, language)
            assert answer.status == 404
            assert answer.header("content-type") == "application/problem+json"
            assert_nothing_leaked(answer.body.decode(), CALLER, MOBILE, carrier_line.line.number)
    listed = door.json("/api/calls", stranger), door.json(f"/api/calls?line_id={line_id}", stranger)
    assert [page["items"] for page in listed] == [[], []]
    assert_nothing_leaked(json.dumps(door.json("/api/charges", stranger)), CALLER, MOBILE)


def test_queued_work_and_the_word_to_the_broker_hold_references_only(
    carrier_line: CarrierLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier_line.forward(MOBILE)
    carrier_line.call(Script(talks_seconds=None), {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)})
    token = carrier_line.door.token_of(None)
    door = carrier_line.door
    with door.session() as session:
        give_notice(
            session,
            line_rules(),
            get_line(session, carrier_line.line.id),
            actor="account:1",
            now=door.clock.now(),
        )
    queued = door.rows("SELECT row_to_json(outbox_tasks)::text FROM outbox_tasks")
    assert queued
    assert_nothing_leaked(str(queued), CALLER, MOBILE, carrier_line.line.number)
    assert token not in str(queued)
    sent = _messages_of(make_celery("memory://", door.composition.work), monkeypatch)
    assert sent
    assert_nothing_leaked(str(sent), CALLER, MOBILE, carrier_line.line.number)


def _messages_of(celery: Celery, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is handed to the broker when work waits: names, arguments and headers."""
    sent: list[Any] = []
    with celery.producer_or_acquire() as producer:
        monkeypatch.setattr(producer, "publish", lambda *body, **options: sent.append((body, options)))
        celery.send_task("rusuban.work", retry=False, producer=producer)
    return sent
