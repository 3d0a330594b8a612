"""Caps of the whole system: what one operator uses stops the others too, and nobody longer than its time (R19)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.asgi import request
from app.settings import OperatorSettings
from coworking.kit.db import Database
from coworking.kit.operators import ensure_operator
from telephony.carrier import Carriers
from telephony.carrier.sandbox import Script
from telephony.forwarding.cap_counts import Counted
from telephony.forwarding.cap_events import SYSTEM, barred_by, operator_subject
from telephony.forwarding.cap_models import OperatorUsage
from telephony.forwarding.caps import begin_system_caps
from telephony.forwarding.models import Call
from telephony.forwarding.system_caps import with_system
from telephony.metering import Count, SystemCaps, caps_passed
from tests.factories.forwarding import MOBILE
from tests.factories.membership import NOW, make_account, make_token, nex
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door

STEP_SECONDS = 15
TALKS = Script(talks_seconds=None)
NEX = Path("operators/nex.toml")
STAFF = "staff_address = "
TOMORROW = datetime(2026, 6, 10, 15, 0, 1, tzinfo=UTC)
"""In Japan."""


class TwoOperators:
    """A line of each, before a system that lets them talk ten minutes of a day together."""

    def __init__(self, database_url: str, folder: Path, stack: ExitStack) -> None:
        other = folder / "other.toml"
        text = NEX.read_text(encoding="utf-8").replace('name = "nex"', 'name = "other"', 1)
        other.write_text(text.replace(f"# {STAFF}", STAFF, 1), encoding="utf-8")
        operators = [
            OperatorSettings(
                profile=str(profile),
                carrier_account_sid=f"AC{number:032x}",
                carrier_auth_token=f"the token of operator {number}",
            )
            for number, profile in enumerate(("nex", other), start=1)
        ]
        self.door = stack.enter_context(
            closing(Door(database_url, folder, operators=operators, system_minutes_a_day=10))
        )
        self.lines = [stack.enter_context(closing(CarrierLine(self.door, index=index))) for index in (0, 1)]
        for line in self.lines:
            line.forward(MOBILE)
            self.door.composition.resources[Carriers][line.operator.id] = line.carrier

    def wait_seconds(self, seconds: int) -> None:
        end = self.door.clock.now() + timedelta(seconds=seconds)
        while (now := self.door.clock.now()) < end:
            at = min(now + timedelta(seconds=STEP_SECONDS), end)
            for line in self.lines:
                self.door.run(line.sandbox.advance(at))
            self.door.composition.work.perform()

    def talk(self, index: int, seconds: int) -> str:
        return self.lines[index].start(
            TALKS, {MOBILE: Script(answers_after_seconds=3, talks_seconds=seconds)}
        )

    def wait_until(self, index: int, sid: str, holds: Callable[[Call], bool]) -> Call:
        for _ in range(100):
            self.wait_seconds(STEP_SECONDS)
            with self.lines[index].session() as session:
                call: Call | None = session.query(Call).filter_by(carrier_sid=sid).one_or_none()
                if call is not None and holds(call):
                    return call
        raise AssertionError("the call never came so far")

    def called(self, index: int) -> tuple[str | None, str | None]:
        """The outcome of a short call, and what decided it."""
        call = self.wait_until(index, self.talk(index, 20), ended)
        return call.outcome, call.decided_by

    def events(self, index: int) -> list[tuple[str, str]]:
        operator_id = self.lines[index].operator.id
        rows = self.door.rows(
            f"SELECT subject, level FROM cap_events WHERE operator_id = {operator_id} ORDER BY id"
        )
        return [(subject, level) for subject, level in rows]

    def staff(self, index: int) -> str:
        with self.lines[index].session() as session:
            return make_token(session, make_account(session, self.lines[index].operator.id))


def ended(call: Call) -> bool:
    return call.status == "ended"


@pytest.fixture
def two(clean_database: Database, database_url: str, tmp_path: Path) -> Iterator[TwoOperators]:
    with ExitStack() as stack:
        yield TwoOperators(database_url, tmp_path, stack)


def lift(two: TwoOperators, index: int) -> tuple[int, Any]:
    token = two.staff(index)
    (event,) = two.door.json("/api/caps?subject=system&barring=true", token)["items"]
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    path = f"/api/caps/{event['id']}/lift"
    answer = two.door.run(request(two.door.application, "POST", path, headers=headers, body=b""))
    return answer.status, json.loads(answer.body)


def test_what_one_uses_stops_the_other_until_the_day_is_over(two: TwoOperators) -> None:
    long = two.talk(1, 10_000)
    two.wait_seconds(60)
    first = two.talk(0, 10_000)
    two.wait_seconds(7 * 30 + 45)  # 315 and 255 seconds by now: over eight minutes, under ten
    assert two.events(0) == two.events(1) == [("system", "warning")]
    calls = [two.wait_until(index, sid, ended) for index, sid in ((0, first), (1, long))]
    spent = sum((call.ended_at - call.started_at).total_seconds() for call in calls if call.ended_at)
    assert 600 <= spent <= 600 + 2 * 60
    assert two.events(0) == two.events(1) == [("system", "warning"), ("system", "reached")]
    for index in (0, 1):
        assert two.called(index) == ("refused", "minutes-per-day")
    notices = two.door.rows("SELECT recipient, kind FROM notices WHERE kind LIKE 'cap-%' ORDER BY id")
    assert [tuple(row) for row in notices] == [("staff", "cap-warning"), ("staff", "cap-reached")]
    assert (lift(two, 0)[0], lift(two, 0)[1]["code"]) == (422, "system-cap")
    two.door.clock.advance_to(TOMORROW)
    two.door.composition.work.perform()
    assert two.called(0)[0] == two.called(1)[0] == "answered"


def test_who_makes_no_call_is_stopped_too_and_let_go_by_a_higher_cap(two: TwoOperators) -> None:
    call = two.wait_until(0, two.talk(0, 10_000), ended)
    assert call.ended_at is not None
    assert 600 <= (call.ended_at - call.started_at).total_seconds() <= 660
    assert two.called(1) == ("refused", "minutes-per-day")
    line, now = two.lines[1], two.door.clock.now()
    rules = line.operator.call_rules()
    for caps, is_barred in ((rules.system_caps, True), (SystemCaps(minutes_per_day=20), False)):
        with line.session() as session:
            begin_system_caps(session, replace(rules, system_caps=caps), line.operator.id, now)
            assert (barred_by(session, line.line) is not None) is is_barred


def test_a_call_that_is_told_when_it_is_over_counts_too(two: TwoOperators) -> None:
    two.wait_seconds(STEP_SECONDS)  # what is queued at the start is done
    two.talk(0, 620)
    two.door.run(two.lines[0].sandbox.advance(two.door.clock.now() + timedelta(seconds=700)))
    two.door.composition.work.perform()
    two.wait_seconds(45)
    assert two.called(1) == ("refused", "minutes-per-day")


def test_two_who_count_at_once_see_each_other_when_they_count_again(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        first, second, idle = (ensure_operator(session, name, NOW) for name in ("first", "second", "idle"))

    def sums(session: Session, operator_id: int, now: datetime = NOW) -> tuple[int, int, Decimal]:
        own = Count(concurrent_calls=2, seconds_of_day=300, yen_of_day=Decimal("12.5"))
        found = Counted({operator_subject(operator_id): own}, {})
        total = with_system(session, nex().calendar(), operator_id, found, now).counts[SYSTEM]
        return total.concurrent_calls, total.seconds_of_day, total.yen_of_day

    with clean_database.transaction(idle) as session:
        sums(session, idle, NOW - timedelta(days=2))
    with clean_database.transaction(first) as one, clean_database.transaction(second) as other:
        assert sums(one, first) == sums(other, second) == (2, 300, Decimal("12.5"))
    with clean_database.transaction(first) as one:
        assert sums(one, first) == (4, 600, Decimal(25))
        assert one.query(OperatorUsage.operator_id).all() == [(first,)]
    with clean_database.transaction(second) as other:  # of yesterday only what goes on is left
        assert sums(other, second, NOW + timedelta(days=1)) == (4, 300, Decimal("12.5"))


@pytest.mark.parametrize(
    ("caps", "passed"),
    [
        (SystemCaps(), []),
        (SystemCaps(concurrent_calls=3), []),
        (SystemCaps(concurrent_calls=2), [("concurrent-calls", "reached")]),
        (SystemCaps(minutes_per_day=11, yen_per_day=Decimal(500)), [("minutes-per-day", "warning")]),
        (SystemCaps(minutes_per_day=13, yen_per_day=Decimal(100)), [("yen-per-day", "reached")]),
    ],
)
def test_only_a_cap_that_is_set_is_come_to(caps: SystemCaps, passed: list[tuple[str, str]]) -> None:
    count = Count(concurrent_calls=3, calls_in_minute=99, seconds_of_day=600, yen_of_day=Decimal(100))
    assert [(one.what, one.level) for one in caps_passed(caps, count, caps.warning_share)] == passed
