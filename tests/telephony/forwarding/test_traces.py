from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.traces import Event, LegTrace, trace
from tests.telephony.forwarding.carrier_calls import CALLER, PHONES, RENTED, STARTS_AT, Rung, Script, tell

seconds = st.integers(0, 400)
rungs = st.builds(
    Rung,
    answer=st.sampled_from(["answered", "answered", "no-answer", "busy", "failed"]),
    rings_seconds=st.integers(0, 60),
    accept=st.sampled_from([None, "accepted", "declined", "timeout"]),
    listens_seconds=st.integers(0, 10),
    talks_seconds=seconds,
)
scripts = st.builds(
    Script,
    phones=st.lists(rungs, min_size=1, max_size=3).map(tuple),
    at_once=st.booleans(),
    gives_up=st.booleans(),
)


def outcome_of(*phones: Rung, gives_up: bool = False, at_once: bool = False) -> str | None:
    return trace(tell(Script(phones, gives_up=gives_up, at_once=at_once))).outcome


def forward_legs(events: list[Event]) -> list[LegTrace]:
    return [leg for leg in trace(events).legs if leg.role == "forward"]


def second(number: int) -> timedelta:
    return timedelta(seconds=number)


@given(script=scripts, data=st.data())
def test_order_and_repetition_change_nothing_r04(script: Script, data: st.DataObject) -> None:
    told = tell(script)
    again = data.draw(st.lists(st.sampled_from(told), max_size=20))
    late = [
        replace(event, received_at=event.received_at + timedelta(hours=data.draw(st.integers(0, 72))))
        for event in again
    ]
    shuffled = data.draw(st.permutations([*told, *late]))
    assert trace(shuffled) == trace(told)


@given(script=scripts, data=st.data())
def test_an_ended_call_never_comes_back_to_life_r04(script: Script, data: st.DataObject) -> None:
    told = tell(script)
    end = told[-1]
    others = data.draw(st.permutations(told[:-1]))
    for count in range(len(others) + 1):
        assert trace([end, *others[:count]]).status == "ended"


@given(scripts)
def test_billed_are_the_seconds_from_the_bridge_to_the_end(script: Script) -> None:
    call = trace(tell(script))
    assert sum(leg.seconds for leg in call.legs if leg.role == "forward") == script.billed_seconds
    assert (call.outcome == "answered") == (script.taken_by is not None)
    assert (call.answered_at is not None) == (script.taken_by is not None)
    assert all(leg.is_final for leg in call.legs)


@given(script=scripts, data=st.data())
def test_nothing_is_billed_before_the_end_of_a_leg_is_told(script: Script, data: st.DataObject) -> None:
    told = tell(script)
    ends = {"completed", "busy", "failed", "no-answer", "canceled"}
    part = data.draw(st.lists(st.sampled_from(told), min_size=1, max_size=len(told), unique_by=id))
    so_far = [event for event in part if event.event not in ends]
    if so_far:
        call = trace(so_far)
        assert call.status in {"ringing", "in-progress"}
        assert call.outcome is None
        assert not any(leg.seconds for leg in call.legs)


@pytest.mark.parametrize(
    ("phones", "outcome"),
    [
        ((Rung(),), "answered"),
        ((Rung(talks_seconds=0),), "answered"),
        ((Rung("no-answer"),), "no-answer"),
        ((Rung("busy"),), "busy"),
        ((Rung("busy"), Rung("busy")), "busy"),
        ((Rung("failed"),), "failed"),
        ((Rung("busy"), Rung("failed")), "no-answer"),
        ((Rung("busy"), Rung("no-answer"), Rung()), "answered"),
        ((Rung(accept="accepted"),), "answered"),
        ((Rung(accept="declined"),), "no-answer"),
        ((Rung(accept="timeout"), Rung("no-answer")), "no-answer"),
    ],
)
def test_outcome(phones: tuple[Rung, ...], outcome: str) -> None:
    assert outcome_of(*phones) == outcome


def test_outcome_when_the_caller_gives_up() -> None:
    assert outcome_of(Rung(), gives_up=True) == "no-answer"
    assert outcome_of(Rung(), Rung(), gives_up=True, at_once=True) == "no-answer"


def test_an_answered_call() -> None:
    call = trace(tell(Script((Rung("no-answer", rings_seconds=20), Rung(rings_seconds=4, talks_seconds=61)))))
    assert (call.from_number, call.to_number, call.line_id) == (CALLER, RENTED, 1)
    assert (call.status, call.outcome, call.decided_by) == ("ended", "answered", "forwarding")
    assert call.started_at == STARTS_AT
    assert call.answered_at == STARTS_AT + second(24)
    assert call.ended_at == STARTS_AT + second(85)
    caller, first, then = call.legs
    assert (caller.role, caller.number, caller.seconds) == ("caller", RENTED, 61)
    assert caller.answered_at == STARTS_AT + second(24)
    assert (first.number, first.status, first.seconds) == (PHONES[0], "no-answer", 0)
    assert (first.answered_at, first.bridged_at) == (None, None)
    assert (then.number, then.status, then.seconds) == (PHONES[1], "completed", 61)
    assert then.started_at == STARTS_AT + second(20)


def test_listening_before_press_1_is_not_billed() -> None:
    [leg] = forward_legs(tell(Script((Rung(accept="accepted", listens_seconds=4, talks_seconds=61),))))
    assert leg.answered_at == STARTS_AT + second(3)
    assert leg.bridged_at == STARTS_AT + second(7)
    assert leg.seconds == 61


def test_listening_is_rounded_in_favour_of_who_pays() -> None:
    events = tell(Script((Rung(accept="accepted", listens_seconds=4, talks_seconds=61),)))
    later = [
        replace(event, received_at=event.received_at + timedelta(milliseconds=200))
        if event.event == "accept"
        else event
        for event in events
    ]
    [leg] = forward_legs(later)
    assert leg.seconds == 60


def test_at_once_only_who_accepted_is_connected() -> None:
    asked = Rung(accept="accepted", listens_seconds=2)
    legs = forward_legs(tell(Script((asked, asked, Rung("no-answer")), at_once=True)))
    assert [leg.seconds for leg in legs] == [61, 0, 0]
    assert [leg.bridged_at is not None for leg in legs] == [True, False, False]


TWO_PICK_UP = Script(
    (Rung(accept="accepted", listens_seconds=3), Rung(accept="timeout", listens_seconds=1)), at_once=True
)


def two_pick_up(*more: Event, lost: str = "") -> list[LegTrace]:
    """Two phones that ring at once are picked up and told whose call it is, without having to press a key; the first
    that has heard it gets the call."""
    told = [
        replace(event, context={name: value for name, value in event.context.items() if name != "asks"})
        for event in tell(TWO_PICK_UP)
        if event.event != lost
    ]
    return forward_legs([*told, *more])


def dial_ended(index: int, *, bridged: bool) -> Event:
    voice = tell(TWO_PICK_UP)[0]
    form = {
        **voice.form,
        "DialCallSid": TWO_PICK_UP.leg_sid(index),
        "DialBridged": "true" if bridged else "false",
    }
    return replace(voice, event="next", sequence=1, form=form, context={"line_id": 1, "rung": 1})


def test_who_has_not_heard_the_whisper_to_its_end_is_not_connected() -> None:
    assert [leg.seconds for leg in two_pick_up()] == [61, 0]
    assert [leg.seconds for leg in two_pick_up(dial_ended(0, bridged=True))] == [61, 0]


def test_what_the_carrier_says_of_the_bridge_makes_a_lost_mark_good() -> None:
    assert [leg.seconds for leg in two_pick_up(lost="accept")] == [0, 0]
    told = two_pick_up(dial_ended(0, bridged=True), lost="accept")
    assert [leg.bridged_at is not None for leg in told] == [True, False]


def test_an_accepted_leg_that_the_carrier_never_bridged_is_not_connected() -> None:
    assert [leg.seconds for leg in two_pick_up(dial_ended(0, bridged=False))] == [0, 0]


def test_a_dial_that_names_a_phone_which_nobody_picked_up_does_not_unbridge_the_other() -> None:
    one_answers = Script((Rung(), Rung(answer="no-answer")), at_once=True)
    told = tell(one_answers)
    voice = told[0]
    form = {**voice.form, "DialCallSid": one_answers.leg_sid(1), "DialBridged": "true"}
    ended = replace(voice, event="next", sequence=1, form=form, context={"line_id": 1, "rung": 1})
    assert [leg.seconds for leg in forward_legs([*told, ended])] == [61, 0]


def test_a_leg_that_only_the_end_of_its_dial_tells_of_stands_open_r20() -> None:
    voice, *_, end = tell(TWO_PICK_UP)
    call = trace([voice, dial_ended(0, bridged=True), end])
    assert [(leg.leg_sid, leg.ended_at, leg.seconds) for leg in call.legs[1:]] == [
        (TWO_PICK_UP.leg_sid(0), None, 0)
    ]


def test_a_leg_whose_answer_was_not_told_is_reckoned_from_its_end() -> None:
    events = [event for event in tell(Script()) if event.event != "in-progress"]
    [leg] = forward_legs(events)
    assert leg.answered_at == STARTS_AT + second(3)
    assert leg.seconds == 61


def test_the_end_alone_tells_a_call() -> None:
    call = trace(tell(Script())[-1:])
    assert (call.status, call.outcome, call.decided_by) == ("ended", "no-answer", None)
    assert (call.from_number, call.to_number, call.line_id) == (CALLER, RENTED, None)
    assert call.started_at == STARTS_AT + second(64)


def test_a_leg_alone_tells_a_call() -> None:
    leg_events = [event for event in tell(Script()) if event.resource_id != event.call_sid]
    call = trace(leg_events)
    assert (call.status, call.outcome, call.line_id, call.to_number) == ("in-progress", None, 1, "")
    assert call.started_at == STARTS_AT


def test_an_announcement_is_the_outcome_that_was_decided() -> None:
    voice, *_, end = tell(Script())
    decided = {"line_id": 1, "card": 1, "decided_by": "suspended", "outcome": "announcement"}
    call = trace([replace(voice, context=decided), end])
    assert (call.outcome, call.decided_by) == ("announcement", "suspended")


def test_nobody_was_dialled() -> None:
    voice, *_, end = tell(Script())
    assert trace([voice, end]).outcome == "no-answer"
    failed = replace(end, event="failed")
    assert trace([voice, failed]).outcome == "failed"


@pytest.mark.parametrize("spelling", ["anonymous", "+266696687", "", "Restricted"])
def test_a_withheld_caller_is_nobody(spelling: str) -> None:
    assert trace(tell(Script(caller=spelling))).from_number is None


def test_what_the_carrier_says_in_no_known_shape_is_not_believed() -> None:
    events = tell(Script())
    broken = [
        replace(event, form={**event.form, "Timestamp": "yesterday", "CallDuration": "６１"})
        for event in events
    ]
    [leg] = forward_legs(broken)
    assert leg.seconds == 0
    assert leg.ended_at == STARTS_AT + second(64)
    assert trace(broken).status == "ended"


def test_a_time_without_a_zone_is_utc() -> None:
    *others, end = tell(Script())
    bare = replace(end, form={**end.form, "Timestamp": "Wed, 10 Jun 2026 03:02:00 -0000"})
    assert trace([*others, bare]).ended_at == STARTS_AT + second(120)


def test_the_last_of_two_ends_counts() -> None:
    *others, end = tell(Script())
    corrected = replace(end, event="failed", sequence=1, form={**end.form, "CallDuration": "9"})
    caller = trace([corrected, *others, end]).legs[0]
    assert (caller.status, caller.seconds) == ("failed", 9)
