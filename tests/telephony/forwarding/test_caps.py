"""Caps end to end: a warning, then a bar, live calls ended, and an end by itself or by staff (R19)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.asgi import Answer, request
from coworking.kit.notices import Notice
from telephony.carrier import Carriers
from telephony.carrier.sandbox import Script
from telephony.forwarding.cap_counts import counted
from telephony.forwarding.cap_events import barred_by, list_cap_events
from telephony.forwarding.cap_notices import read_texts
from telephony.forwarding.caps import keep_caps
from telephony.forwarding.rules import CallRules
from telephony.metering import Caps
from tests.factories.forwarding import MOBILE, call_rules
from tests.factories.membership import NOW
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door
from tests.telephony.metering.books import Books, forwarded

TALKS = Script(talks_seconds=None)
STEP_SECONDS = 15


def send(door: Door, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> Answer:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    content = json.dumps(body).encode() if body is not None else b""
    return door.run(request(door.application, method, path, headers=headers, body=content))


@pytest.fixture
def capped(carrier_line: CarrierLine) -> CarrierLine:
    """A line whose member lets calls of a month cost 100 yen; tasks find the carrier."""
    door, line = carrier_line.door, carrier_line.line
    door.composition.resources[Carriers][door.operator_id] = carrier_line.carrier
    carrier_line.forward(MOBILE)
    answer = send(
        door, "PUT", f"/api/members/{line.member_id}/own-cap", door.token_of(line), {"yen_per_month": "100"}
    )
    assert (answer.status, json.loads(answer.body)["yen_per_month"]) == (200, "100")
    return carrier_line


def call_until(line: CarrierLine, seconds: int, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    sid = line.start(TALKS, {MOBILE: Script(answers_after_seconds=3, talks_seconds=seconds)})
    token = line.door.token_of(None)
    for _ in range(100):
        line.wait_seconds(STEP_SECONDS)
        call: dict[str, Any] = line.door.json(f"/api/calls/{sid}", token)
        if until(call):
            return call
    raise AssertionError("the call never came so far")


def ended(call: dict[str, Any]) -> bool:
    return call["status"] == "ended"


def test_a_call_that_never_ends_is_ended_at_the_cap_and_the_line_barred(capped: CarrierLine) -> None:
    door = capped.door
    staff = door.token_of(None)
    call = call_until(capped, 14_000, ended)
    # The fourth minute begins what costs more than 100; it is ended within a minute of that.
    assert 180 < call["seconds"] <= 240 + 60
    events = door.json("/api/caps", staff)["items"]
    assert [(one["what"], one["level"], one["cap"]) for one in events] == [
        ("own-yen-per-month", "reached", "100"),
        ("own-yen-per-month", "warning", "100"),
    ]
    notices = door.rows("SELECT kind FROM notices WHERE kind LIKE 'cap-%' ORDER BY id")
    assert [kind for (kind,) in notices] == ["cap-warning", "cap-reached"]
    refused = call_until(capped, 30, ended)
    assert (refused["outcome"], refused["decided_by"]) == ("refused", "own-yen-per-month")
    lifted = send(door, "POST", f"/api/caps/{events[0]['id']}/lift", staff)
    assert (lifted.status, json.loads(lifted.body)["lifted_by"][:8]) == (200, "account:")
    assert call_until(capped, 30, ended)["outcome"] == "answered"
    again = send(door, "POST", f"/api/caps/{events[0]['id']}/lift", staff)
    assert (again.status, json.loads(again.body)["code"]) == (422, "cap-not-reached")


def test_a_cap_is_over_with_its_period(capped: CarrierLine) -> None:
    call_until(capped, 14_000, ended)
    assert call_until(capped, 30, ended)["outcome"] == "refused"
    july = datetime(2026, 6, 30, 15, 0, tzinfo=UTC)
    capped.wait_seconds(int((july - capped.door.clock.now()).total_seconds()))
    assert call_until(capped, 30, ended)["outcome"] == "answered"


def test_a_higher_cap_of_ones_own_lets_calls_through_again(capped: CarrierLine) -> None:
    door, line = capped.door, capped.line
    call_until(capped, 14_000, ended)
    path, token = f"/api/members/{line.member_id}/own-cap", door.token_of(line)
    assert send(door, "PUT", path, token, {"yen_per_month": "10000"}).status == 200
    assert call_until(capped, 30, ended)["outcome"] == "answered"
    assert send(door, "PUT", path, token, {"yen_per_month": "20"}).status == 200
    door.composition.work.perform()
    assert call_until(capped, 30, ended)["outcome"] == "refused"
    assert send(door, "PUT", path, token, {"yen_per_month": None}).status == 200
    assert call_until(capped, 30, ended)["outcome"] == "answered"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"yen_per_month": "93000001"}, "cap-too-high"),
        ({"yen_per_month": "-1"}, "validation-failed"),
        ({"yen_per_month": "1.2345"}, "validation-failed"),
        ({"yen_per_month": 5000}, "validation-failed"),
        ({}, "validation-failed"),
    ],
)
def test_an_own_cap_that_cannot_be_is_refused(door: Door, body: dict[str, Any], code: str) -> None:
    line = door.rent()
    path = f"/api/members/{line.member_id}/own-cap"
    answer = send(door, "PUT", path, door.token_of(line), body)
    assert (answer.status, json.loads(answer.body)["code"]) == (422, code)
    assert door.json(path, door.token_of(line))["yen_per_month"] is None


def rules_with(caps: dict[str, Any], books: Books) -> CallRules:
    usual = {"concurrent_calls": 50, "calls_per_minute": 60, "minutes_per_day": 600, "yen_per_day": 100_000}
    scopes = {name: {**usual, **caps.get(name, {})} for name in ("line", "member", "operator")}
    tariffs = books.rules
    metering = tariffs.metering.model_copy(
        update={"caps": Caps.model_validate({**scopes, "staff_address": "billing@example.jp"})}
    )
    return replace(call_rules(), tariffs=replace(tariffs, metering=metering))


@pytest.mark.parametrize(
    ("caps", "subject"),
    [
        ({"line": {"minutes_per_day": 10}}, "line"),
        ({"member": {"minutes_per_day": 10}}, "member"),
        ({"operator": {"minutes_per_day": 10}}, "operator"),
        ({"line": {"yen_per_day": 320}}, "line"),
    ],
)
def test_each_scope_has_its_caps_entered_once_a_day(
    session: Session, caps: dict[str, Any], subject: str
) -> None:
    read_texts()
    books = Books(session)
    rules = rules_with(caps, books)
    later = NOW + timedelta(hours=1)

    def keep() -> list[tuple[str, str]]:
        lines = {books.line.id: books.line.member_id}
        found = counted(session, rules.tariffs.calendar, books.operator_id, lines, (), later)
        keep_caps(session, rules, found, later)
        return [(event.subject.partition(":")[0], event.level) for event in list_cap_events(session)][::-1]

    books.settle(forwarded(books.line, 9 * 60 - 30))
    assert keep() == [(subject, "warning")]
    assert barred_by(session, books.line) is None
    books.settle(forwarded(books.line, 90))
    assert keep() == keep() == [(subject, "warning"), (subject, "reached")]
    assert barred_by(session, books.line) == (
        "yen-per-day" if "yen_per_day" in str(caps) else "minutes-per-day"
    )
    written = {notice.recipient.partition(":")[0] for notice in session.query(Notice).all()}
    assert written == ({"staff"} if subject == "operator" else {"staff", "member"})
