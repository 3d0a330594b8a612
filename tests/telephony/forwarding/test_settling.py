from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from coworking.kit.db import Database
from coworking.kit.errors import NotFound, TryAgain
from telephony.forwarding import RulesOfCalls, get_call, settling
from telephony.forwarding.models import Call, CarrierEvent
from telephony.forwarding.traces import Event
from telephony.metering import Leg
from telephony.numbers import Line
from tests.factories.forwarding import store_events
from tests.factories.membership import make_operator
from tests.telephony.forwarding.books import Books, Waiting
from tests.telephony.forwarding.carrier_calls import PHONES, STARTS_AT, Rung, Script, tell

UNIT_YEN = {PHONES[0]: (60, 32), PHONES[1]: (180, 15), PHONES[2]: (60, 32)}
serials = count(1)
rungs = st.builds(
    Rung,
    answer=st.sampled_from(["answered", "no-answer", "busy"]),
    accept=st.sampled_from([None, "accepted", "timeout"]),
    listens_seconds=st.integers(0, 5),
    talks_seconds=st.sampled_from([0, 1, 59, 60, 61, 180, 181]),
)
scripts = st.builds(
    Script,
    phones=st.lists(rungs, min_size=1, max_size=3).map(tuple),
    at_once=st.booleans(),
    gives_up=st.booleans(),
)


@pytest.fixture
def books(clean_database: Database) -> Books:
    return Books(clean_database)


def on_line(books: Books, script: Script) -> Script:
    return replace(script, serial=next(serials), line_id=books.line_id, number=books.number)


def price_of(script: Script) -> Decimal:
    if script.taken_by is None:
        return Decimal(0)
    unit_seconds, yen = UNIT_YEN[PHONES[script.taken_by]]
    return Decimal(-(-script.billed_seconds // unit_seconds) * yen)


def settled(books: Books, script: Script) -> Script:
    script = on_line(books, script)
    books.store(tell(script))
    books.settle()
    return script


@given(data=st.data(), wanted=st.lists(scripts, min_size=1, max_size=3))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_in_any_rounds_gives_the_same_calls_and_charges_r04(
    books: Books, data: st.DataObject, wanted: list[Script]
) -> None:
    calls = [on_line(books, script) for script in wanted]
    events = [event for script in calls for event in tell(script)]
    again = data.draw(st.lists(st.sampled_from(events), max_size=10))
    late = [replace(event, received_at=event.received_at + timedelta(hours=72)) for event in again]
    # A voice webhook cannot be late: its first telling is the true one.
    shuffled = [*data.draw(st.permutations(events)), *late]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), max_size=3)))
    for begins, ends in zip([0, *cuts], [*cuts, len(shuffled)], strict=True):
        books.store(shuffled[begins:ends])
        books.settle()
    for script in calls:
        record = books.record(script.call_sid)
        assert (record.call.status, record.call.line_id) == ("ended", books.line_id)
        assert (record.call.outcome == "answered") == (script.taken_by is not None)
        assert len(record.legs) == 1 + len(script.as_they_rang())
        assert record.seconds == script.billed_seconds
        assert books.owed(script.call_sid) == price_of(script)
        assert books.standing(script.call_sid) == (script.billed_seconds > 0)
    assert books.waiting().left == books.waiting().parked == 0


def test_a_call_is_written_down_with_its_legs_and_its_price(books: Books) -> None:
    script = settled(books, Script((Rung("no-answer", rings_seconds=20), Rung(rings_seconds=4))))
    record = books.record(script.call_sid)
    call = record.call
    assert (call.member_id, call.direction, call.decided_by) == (books.member_id, "in", "forwarding")
    assert (call.from_number, call.to_number) == (script.caller, books.number)
    assert (call.started_at, call.ended_at) == (STARTS_AT, STARTS_AT + timedelta(seconds=85))
    assert [(leg.role, leg.number_class, leg.seconds) for leg in record.legs] == [
        ("caller", "fixed", 61),
        ("forward", "mobile", 0),
        ("forward", "fixed", 61),
    ]
    rules = books.resources[RulesOfCalls][books.operator_id]
    assert (record.counted_as(rules), record.month(rules)) == ("fixed", "2026-06")
    assert record.charge is not None
    assert (record.charge.amount, record.why("en")[:4]) == (Decimal(15), "61 s")


def test_settling_again_does_nothing(books: Books) -> None:
    script = settled(books, Script())
    assert books.settle() == 0
    books.store(tell(script))
    assert books.settle() == 0
    assert len(books.charges(script.call_sid)) == 1


def test_an_ended_call_does_not_come_back_to_life_r04(books: Books) -> None:
    script = on_line(books, Script())
    *others, end = tell(script)
    books.store([end])
    books.settle()
    for event in others:
        books.store([event])
        books.settle()
        assert books.record(script.call_sid).call.status == "ended"
    assert books.owed(script.call_sid) == 64


def test_what_is_told_late_corrects_by_a_reversal(books: Books) -> None:
    script = on_line(books, Script((Rung(accept="accepted", listens_seconds=4, talks_seconds=118),)))
    events = tell(script)
    books.store([event for event in events if event.event != "whisper"])
    books.settle()
    assert books.owed(script.call_sid) == 96  # 122 s, for nobody knows that 4 of them were listening
    books.store(events)
    books.settle()
    assert [row.amount for row in books.charges(script.call_sid)] == [96, -96, 64]
    assert books.standing(script.call_sid) == 1


def test_a_charge_is_taken_back_when_nothing_is_owed_after_all(books: Books) -> None:
    script = on_line(books, Script((Rung(accept="accepted", listens_seconds=4, talks_seconds=0),)))
    events = tell(script)
    books.store([event for event in events if event.event != "whisper"])
    books.settle()
    assert books.owed(script.call_sid) == 32
    books.store(events)
    books.settle()
    assert books.owed(script.call_sid) == 0
    assert books.standing(script.call_sid) == 0


def test_a_call_to_a_number_that_is_lent_to_nobody_is_no_business_of_who_had_it_last(books: Books) -> None:
    script = on_line(books, Script())
    voice, *_, end = tell(script)
    unknown = {"decided_by": "unknown-number", "outcome": "announcement"}
    books.store([replace(voice, context=unknown), end])
    books.settle()
    call = books.record(script.call_sid).call
    assert (call.line_id, call.member_id, call.outcome) == (None, None, "announcement")
    with books.database.transaction(books.operator_id) as session, pytest.raises(NotFound):
        get_call(session, script.call_sid, member_id=books.member_id)


def test_a_call_whose_beginning_was_not_stored_is_found_by_its_number(books: Books) -> None:
    script = on_line(books, Script())
    books.store(tell(script)[-1:])
    books.settle()
    assert books.record(script.call_sid).call.line_id == books.line_id


def without_a_price(events: list[Event]) -> list[Event]:
    """As if a leg had gone where nothing is put through to."""
    return [
        replace(event, form={**event.form, "To": "+14155550100"})
        if event.resource_id != event.call_sid
        else event
        for event in events
    ]


def test_a_call_that_cannot_be_told_is_parked_and_stops_no_other(books: Books) -> None:
    broken, good = on_line(books, Script()), on_line(books, Script())
    events = without_a_price(tell(broken))
    books.store([*events, *tell(good)])
    books.settle()
    assert books.owed(good.call_sid) == 64
    assert books.waiting() == Waiting(handled=len(tell(good)), parked=len(events), left=0)
    with books.database.transaction(books.operator_id) as session, pytest.raises(NotFound):
        get_call(session, broken.call_sid)
    assert books.settle() == 0


def test_a_parked_call_is_told_whole_when_it_can_be(books: Books) -> None:
    script = on_line(books, Script())
    *events, end = tell(script)
    with books.database.transaction(books.operator_id) as session:
        store_events(session, books.operator_id, events)
        session.execute(update(CarrierEvent).values(parked_at=books.clock.now()))
    books.store([end])
    assert books.settle() == 1
    assert books.owed(script.call_sid) == 64
    assert books.waiting().handled == len(events) + 1


def test_a_call_with_events_without_end_is_parked(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "MOST_EVENTS_OF_A_CALL", 7)
    endless, good = on_line(books, Script((Rung("busy"), Rung("busy"), Rung()))), on_line(books, Script())
    assert len(tell(good)) <= 7 < len(tell(endless))
    books.store([*tell(endless), *tell(good)])
    books.settle()
    assert books.waiting() == Waiting(handled=len(tell(good)), parked=len(tell(endless)), left=0)
    assert books.owed(good.call_sid) == 64


def test_nothing_is_parked_while_the_database_is_away(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.store(tell(on_line(books, Script())))

    def away(*_: Any) -> None:
        raise TryAgain

    with monkeypatch.context() as patched:
        patched.setattr(settling, "tell_anew", away)
        with pytest.raises(TryAgain):
            books.settle()
    assert books.waiting().parked == 0
    assert books.settle() == 1


def test_two_workers_at_once_converge(books: Books, clean_database: Database) -> None:
    calls = [on_line(books, Script((Rung(talks_seconds=60 * number + 1),))) for number in range(12)]
    rounds = [[event for script in calls for event in tell(script)[part::3]] for part in range(3)]
    workers = 4
    for events in rounds:
        books.store(events)
        _at_the_same_time(workers, books.settle)
    for number, script in enumerate(calls):
        assert books.owed(script.call_sid) == 32 * (number + 1)
        assert books.standing(script.call_sid) == 1
    assert books.waiting().left == books.waiting().parked == 0


def _at_the_same_time(workers: int, work: Callable[[], object]) -> None:
    together = threading.Barrier(workers)

    def start() -> None:
        together.wait(10)
        work()

    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(start) for _ in range(workers)]:
            future.result(30)


def test_events_of_an_operator_that_is_not_served_wait(books: Books) -> None:
    with books.database.transaction() as session:
        other_id = make_operator(session, "another")
        store_events(session, other_id, tell(Script(serial=next(serials))))
    assert books.settle() == 0
    with books.database.transaction(books.operator_id) as session:
        assert session.scalars(select(Call)).all() == []
        assert session.scalars(select(Leg)).all() == []


def test_a_call_stays_on_the_line_that_its_events_name(books: Books) -> None:
    """Whoever holds the number by the time that the call is settled."""
    script = settled(books, Script())
    with books.database.transaction(books.operator_id) as session:
        line = session.get(Line, books.line_id)
        assert line is not None
        line.status = "ended"
    books.store([replace(tell(script)[0], event="next", sequence=9)])
    assert books.settle() == 1
    assert books.record(script.call_sid).call.line_id == books.line_id
