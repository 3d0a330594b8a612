"""R20: calls and legs whose end was never told are closed by the carrier's own record, and billed by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import update

from app.carriers import sandbox_carrier
from telephony.carrier import (
    CallRecord,
    CallStatus,
    CarrierRefused,
    Carriers,
    CarrierUnreachable,
    Direction,
    Reason,
)
from telephony.carrier.sandbox import Disturbances
from telephony.carrier.sandbox import Script as Behaviour
from telephony.forwarding import parked_calls
from telephony.forwarding.models import CarrierEvent
from telephony.forwarding.traces import FINAL, Event
from telephony.forwarding.watching import END_COMES_WITHIN, LONGEST_WITHOUT_ANSWER, MARGIN, PERIOD
from tests.factories.forwarding import MOBILE, store_events
from tests.telephony.forwarding.carrier_calls import STARTS_AT, Rung, Script, tell
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import ACCOUNT_SID, AUTH_TOKEN, Door

LONGEST = timedelta(seconds=14_400)
A_ROUND = PERIOD + timedelta(seconds=1)
serials = count(1)


@dataclass
class KnowsCalls:
    """A carrier that is asked for calls: what it knows of each, its legs by their call."""

    records: dict[str, CallRecord] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    is_away: bool = False
    hides_legs: bool = False

    def fetch_call(self, call_id: str) -> CallRecord:
        self.asked.append(call_id)
        if self.is_away:
            raise CarrierUnreachable("fetch_call", "ConnectError")
        if call_id not in self.records:
            raise CarrierRefused("fetch_call", Reason.NOT_FOUND, permanent=True, status=404, code=20404)
        return self.records[call_id]

    def legs_of_call(self, call_id: str) -> list[CallRecord]:
        if self.hides_legs:
            raise CarrierUnreachable("legs_of_call", "ReadTimeout")
        return [record for record in self.records.values() if record.parent_call_id == call_id]

    def end_call(self, call_id: str) -> CallRecord:
        self.ended.append(call_id)
        return self.records[call_id]


@dataclass
class Watched:
    """A line, the carrier's records, and calls of which not everything was told."""

    door: Door
    carrier: KnowsCalls
    line_id: int
    number: str

    def happens(self, script: Script, *, untold: frozenset[str] = FINAL, **records: Any) -> Script:
        """A call of which the events `untold` are lost, and the carrier's records of it; `records` changes them."""
        script = replace(script, serial=next(serials), line_id=self.line_id, number=self.number)
        events = tell(script)
        self.store([event for event in events if event.event not in untold])
        for event in events:
            if event.event in FINAL:
                self.carrier.records[event.resource_id] = replace(record_of(event), **records)
        self.door.composition.work.perform()
        return script

    def store(self, events: list[Event]) -> None:
        with self.door.session() as session:
            store_events(session, self.door.operator_id, events)

    def pass_time(self, until: timedelta) -> None:
        """Let time pass until so long after the call began, round by round."""
        while self.door.clock.now() < STARTS_AT + until:
            self.door.clock.advance_to(min(self.door.clock.now() + A_ROUND, STARTS_AT + until))
            self.door.composition.work.perform()

    def call(self, script: Script) -> Any:
        return self.door.json(f"/api/calls/{script.call_sid}", self.door.token_of(None))

    def audited(self) -> list[str]:
        rows = self.door.rows("SELECT action FROM audit_entries WHERE subject LIKE 'call:%' ORDER BY id")
        return [action for (action,) in rows]

    def is_watching(self) -> bool:
        names = "'forwarding.watch-calls', 'forwarding.ask-for-call'"
        return bool(self.door.rows(f"SELECT name FROM outbox_tasks WHERE name IN ({names})"))


def record_of(end: Event) -> CallRecord:
    """What the carrier has of a leg that ended so."""
    ended_at = datetime.strptime(end.form["Timestamp"], "%a, %d %b %Y %H:%M:%S %z")
    seconds = int(end.form.get("CallDuration", "0"))
    own = end.resource_id == end.call_sid
    return CallRecord(
        call_id=end.resource_id,
        parent_call_id=None if own else end.call_sid,
        from_=end.form["From"],
        to=end.form["To"],
        direction=Direction.INBOUND if own else Direction.OUTBOUND_DIAL,
        status=CallStatus(end.event),
        created_at=STARTS_AT,
        started_at=ended_at - timedelta(seconds=seconds),
        ended_at=ended_at,
        duration_seconds=seconds,
        price=None,
        price_unit=None,
        number_id=None,
        forwarded_from=None,
    )


@pytest.fixture
def watched(door: Door) -> Watched:
    line = door.rent(MOBILE)
    carrier = KnowsCalls()
    door.composition.resources[Carriers][door.operator_id] = carrier
    return Watched(door, carrier, line.id, line.number)


ANSWERED = Script((Rung(talks_seconds=61),))
ACCEPTED = Script((Rung(accept="accepted", listens_seconds=4, talks_seconds=61),))
NOT_ACCEPTED = Script((Rung(accept="timeout", listens_seconds=4),))
MISSED = Script((Rung("no-answer", rings_seconds=20),))
EVERYTHING_OF_LEGS = frozenset({"initiated", "ringing", "in-progress", *FINAL})


@pytest.mark.parametrize(
    ("script", "untold", "outcome", "seconds", "amount"),
    [
        (ANSWERED, FINAL, "answered", 61, "64"),
        (ANSWERED, EVERYTHING_OF_LEGS, "answered", 61, "64"),
        (ACCEPTED, FINAL, "answered", 61, "64"),
        (NOT_ACCEPTED, FINAL, "no-answer", 0, "0"),
        (MISSED, FINAL, "no-answer", 0, "0"),
        (Script((Rung("busy"), Rung(talks_seconds=60))), FINAL, "answered", 60, "15"),
    ],
)
def test_a_call_without_an_end_is_closed_and_billed_by_the_carriers_record_r20(
    watched: Watched, script: Script, untold: frozenset[str], outcome: str, seconds: int, amount: str
) -> None:
    script = watched.happens(script, untold=untold)
    assert watched.call(script)["status"] != "ended"
    watched.pass_time(LONGEST + MARGIN + 2 * A_ROUND)
    expected = {"status": "ended", "outcome": outcome, "seconds": seconds, "amount": amount}
    expected["ended_at"] = tell_end(script)
    assert expected.items() <= watched.call(script).items()
    assert not watched.is_watching()  # nobody watches where nothing is open
    # What comes at last changes nothing any more.
    watched.store(tell(script))
    watched.door.composition.work.perform()
    assert expected.items() <= watched.call(script).items()


def tell_end(script: Script) -> str:
    ended_at = record_of(tell(script)[-1]).ended_at
    assert ended_at is not None
    return ended_at.isoformat().replace("+00:00", "Z")


def test_a_leg_without_an_end_is_closed_after_its_call(watched: Watched) -> None:
    script = watched.happens(ANSWERED, untold=frozenset())
    assert not watched.is_watching()
    only_leg = Script((Rung(talks_seconds=121),))
    lost = replace(only_leg, serial=next(serials), line_id=watched.line_id, number=watched.number)
    events = tell(lost)
    is_leg_end = [event.event in FINAL and event.resource_id != lost.call_sid for event in events]
    watched.carrier.records |= {
        event.resource_id: record_of(event) for event in events if event.event in FINAL
    }
    watched.store([event for event, left_out in zip(events, is_leg_end, strict=True) if not left_out])
    watched.door.composition.work.perform()
    assert watched.call(lost)["amount"] == "0"
    watched.pass_time(END_COMES_WITHIN + A_ROUND)
    assert (watched.call(lost)["seconds"], watched.call(lost)["amount"]) == (121, "96")
    assert script.call_sid not in watched.carrier.asked


def test_a_call_that_lives_is_left_alone_until_its_longest_and_ended_then(watched: Watched) -> None:
    live = {"status": CallStatus.IN_PROGRESS, "ended_at": None, "duration_seconds": None}
    script = watched.happens(ANSWERED, **live)
    watched.pass_time(LONGEST)
    assert (watched.carrier.asked, watched.carrier.ended) == ([], [])
    watched.pass_time(LONGEST + MARGIN + A_ROUND)
    assert watched.carrier.ended == [script.call_sid]
    assert watched.audited() == ["call.ended-over-longest"]
    assert watched.call(script)["status"] == "in-progress"
    for event in tell(script):
        if event.event in FINAL:
            watched.carrier.records[event.resource_id] = record_of(event)
    watched.pass_time(LONGEST + MARGIN + 3 * A_ROUND)
    assert (watched.call(script)["status"], watched.call(script)["amount"]) == ("ended", "64")


@pytest.mark.parametrize(
    ("status", "is_ended"), [(CallStatus.RINGING, True), (CallStatus.IN_PROGRESS, False)]
)
def test_what_nobody_took_is_asked_for_sooner(watched: Watched, status: CallStatus, is_ended: bool) -> None:
    """A caller may be leaving a message meanwhile; nobody rings for ten minutes."""
    script = watched.happens(MISSED, status=status, ended_at=None, duration_seconds=None)
    watched.pass_time(LONGEST_WITHOUT_ANSWER + timedelta(seconds=2))
    assert watched.carrier.asked == [script.call_sid]
    assert watched.carrier.ended == [script.call_sid] * is_ended


def test_a_carrier_that_is_away_is_asked_again(watched: Watched) -> None:
    script = watched.happens(MISSED)
    watched.carrier.is_away = True
    watched.pass_time(LONGEST_WITHOUT_ANSWER + 3 * A_ROUND)
    assert len(watched.carrier.asked) > 1
    assert watched.call(script)["status"] == "ringing"
    watched.carrier.is_away = False
    watched.pass_time(LONGEST_WITHOUT_ANSWER + 5 * A_ROUND)
    assert watched.call(script)["outcome"] == "no-answer"


def test_legs_that_could_not_be_asked_for_are_asked_for_again_r20(watched: Watched) -> None:
    script = watched.happens(ANSWERED, untold=EVERYTHING_OF_LEGS)
    watched.carrier.hides_legs = True
    watched.pass_time(LONGEST + MARGIN + 2 * A_ROUND)
    watched.carrier.hides_legs = False
    watched.pass_time(LONGEST + MARGIN + 4 * A_ROUND)
    call = watched.call(script)
    assert (call["status"], call["seconds"], call["amount"]) == ("ended", 61, "64")


@pytest.mark.parametrize(("is_known", "seconds", "amount"), [(True, 61, "64"), (False, 0, "0")])
def test_a_leg_that_only_the_end_of_its_dial_tells_of_is_asked_for_r20(
    watched: Watched, is_known: bool, seconds: int, amount: str
) -> None:
    script = replace(ANSWERED, serial=next(serials), line_id=watched.line_id, number=watched.number)
    own = [event for event in tell(script) if event.resource_id == script.call_sid]
    bridged = {"DialCallSid": script.leg_sid(0), "DialBridged": "true"}
    if is_known:
        watched.carrier.records |= {
            event.resource_id: record_of(event) for event in tell(script) if event.event in FINAL
        }
    watched.store([replace(one, form={**one.form, **bridged}) if one.event == "next" else one for one in own])
    watched.door.composition.work.perform()
    watched.carrier.records[script.call_sid] = record_of(own[-1])
    watched.pass_time(END_COMES_WITHIN + 2 * A_ROUND)
    assert (watched.call(script)["seconds"], watched.call(script)["amount"]) == (seconds, amount)
    assert not watched.is_watching()


def test_a_call_that_the_carrier_does_not_know_is_closed_as_failed_and_entered_for_staff(
    watched: Watched,
) -> None:
    script = watched.happens(ANSWERED)
    watched.carrier.records.clear()
    watched.pass_time(LONGEST + MARGIN + 2 * A_ROUND)
    call = watched.call(script)
    assert (call["status"], call["seconds"], call["amount"]) == ("ended", 0, "0")
    assert watched.audited() == ["call.unknown-to-carrier"]
    # Should the carrier tell its end after all, that counts.
    watched.store(tell(script))
    watched.door.composition.work.perform()
    assert (watched.call(script)["outcome"], watched.call(script)["amount"]) == ("answered", "64")


def test_a_parked_call_is_listed_and_not_asked_for(watched: Watched) -> None:
    script = watched.happens(ANSWERED)
    with watched.door.session() as session:
        late = replace(tell(script)[1], sequence=77)
        store_events(session, watched.door.operator_id, [late])
        parked = update(CarrierEvent).where(CarrierEvent.sequence == 77)
        session.execute(parked.values(parked_at=watched.door.clock.now()))
    watched.pass_time(LONGEST + MARGIN + 2 * A_ROUND)
    assert watched.carrier.asked == []
    with watched.door.session() as session:
        [listed] = parked_calls(session)
    assert (listed.call_sid, listed.events, listed.parked_at) == (script.call_sid, 1, STARTS_AT)


@pytest.fixture
def carrier_line(door: Door) -> Iterator[CarrierLine]:
    with closing(CarrierLine(door)) as carrier_line:
        carrier = sandbox_carrier(carrier_line.sandbox, ACCOUNT_SID, AUTH_TOKEN)
        door.composition.resources[Carriers][door.operator_id] = carrier
        yield carrier_line


@pytest.mark.parametrize("press_one", [False, True])
def test_a_carrier_whose_ends_are_lost_is_asked_r20(
    door: Door, carrier_line: CarrierLine, press_one: bool
) -> None:
    carrier_line.forward(MOBILE, press_one=press_one)
    carrier_line.sandbox.disturbances = Disturbances(drop={"completed"})
    takes = Behaviour(answers_after_seconds=3, presses="1" if press_one else "", talks_seconds=61)
    sid = carrier_line.call(Behaviour(talks_seconds=None), {MOBILE: takes})
    token = door.token_of(None)
    assert door.json(f"/api/calls/{sid}", token)["status"] == "in-progress"
    for _ in range(5):
        carrier_line.wait_seconds(3600)
    call = door.json(f"/api/calls/{sid}", token)
    assert (call["status"], call["outcome"], call["seconds"], call["amount"]) == (
        "ended",
        "answered",
        61,
        "64",
    )
