"""Calls that are no incoming ones, and messages that callers leave, told from their events in any order."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.forwarding.traces import CallTrace, Event, trace
from tests.telephony.forwarding.carrier_calls import CALLER, RENTED, STARTS_AT

CALL, LEG, RECORDING = "CA" + "1" * 32, "CA" + "2" * 32, "RE" + "3" * 32
MOBILE, CALLEE, CONTROL, DESK = "+819012345678", "+81312345678", "+815012340000", "sip:desk-7@desk.example"
LINE = 7


def at(seconds: int) -> datetime:
    return STARTS_AT + timedelta(seconds=seconds)


def told(
    event: str,
    seconds: int,
    sid: str = CALL,
    sequence: int = 0,
    context: dict[str, Any] | None = None,
    **form: str,
) -> Event:
    return Event(
        resource_id=sid,
        call_sid=CALL,
        event=event,
        sequence=sequence,
        form={"Timestamp": format_datetime(at(seconds)), **form},
        context=context or {},
        received_at=at(seconds),
    )


def parties(caller: str, called: str, direction: str = "inbound") -> dict[str, str]:
    return {"From": caller, "To": called, "Direction": direction}


OUT = {"direction": "out", "line_id": LINE}
CALLEES_LEG = {"line_id": LINE, "role": "callee"}
CALLEE_TALKS = [
    told("ringing", 20, LEG, 1, CALLEES_LEG, **parties(RENTED, CALLEE, "outbound-dial")),
    told("answered", 25, LEG, 2, CALLEES_LEG, **parties(RENTED, CALLEE, "outbound-dial")),
    told("completed", 86, LEG, 3, CALLEES_LEG, CallDuration="61", **parties(RENTED, CALLEE, "outbound-dial")),
]
DIALLED_THROUGH = [
    told("voice", 0, context={"direction": "control"}, **parties(MOBILE, CONTROL)),
    told("control", 8, context={"direction": "control", "line_id": LINE}),
    told("out", 18, context=OUT),
    *CALLEE_TALKS,
    told("completed", 87, sequence=4, CallDuration="87", **parties(MOBILE, CONTROL)),
]
CLICKED = [
    told("ringing", 0, sequence=1, context=OUT, **parties(RENTED, MOBILE, "outbound-api")),
    told("voice", 15, context=OUT, **parties(RENTED, MOBILE, "outbound-api")),
    *CALLEE_TALKS,
    told(
        "completed", 87, sequence=4, context=OUT, CallDuration="72", **parties(RENTED, MOBILE, "outbound-api")
    ),
]
FROM_THE_DESK = [
    told("voice", 0, context=OUT, **parties(DESK, "sip:0312345678@desk.example")),
    *CALLEE_TALKS,
    told("completed", 87, sequence=4, CallDuration="87", **parties(DESK, "sip:0312345678@desk.example")),
]
STEERED = [
    told("voice", 0, context={"direction": "control"}, **parties(MOBILE, CONTROL)),
    told("control", 8, context={"direction": "control", "line_id": LINE}),
    told("completed", 61, sequence=2, CallDuration="61", **parties(MOBILE, CONTROL)),
]
AT_THE_RECEPTION = [
    told(
        "voice",
        2,
        context={"direction": "reception", "line_id": LINE},
        **parties(RENTED, DESK, "outbound-api"),
    ),
    told("answered", 5, LEG, 2, {"line_id": LINE}, **parties(RENTED, MOBILE, "outbound-dial")),
    told(
        "completed",
        35,
        LEG,
        3,
        {"line_id": LINE},
        CallDuration="30",
        **parties(RENTED, MOBILE, "outbound-dial"),
    ),
    told("completed", 36, sequence=4, CallDuration="34", **parties(RENTED, DESK, "outbound-api")),
]


def summary(call: CallTrace) -> tuple[object, ...]:
    return call.direction, call.line_id, call.from_number, call.to_number, call.outcome


@pytest.mark.parametrize(
    ("events", "expected", "legs"),
    [
        pytest.param(
            DIALLED_THROUGH,
            ("out", LINE, MOBILE, CALLEE, "answered"),
            [("member", MOBILE, 87), ("callee", CALLEE, 61)],
            id="dialled through the control number",
        ),
        pytest.param(
            CLICKED,
            ("out", LINE, MOBILE, CALLEE, "answered"),
            [("member", MOBILE, 72), ("callee", CALLEE, 61)],
            id="asked for on the page",
        ),
        pytest.param(
            FROM_THE_DESK,
            ("out", LINE, DESK, CALLEE, "answered"),
            [("member", DESK, 87), ("callee", CALLEE, 61)],
            id="from the desk phone",
        ),
        pytest.param(
            STEERED,
            ("control", LINE, MOBILE, CONTROL, "answered"),
            [("control", MOBILE, 61)],
            id="steered by phone",
        ),
        pytest.param(
            AT_THE_RECEPTION,
            ("reception", LINE, DESK, RENTED, "answered"),
            [("reception", DESK, 34), ("forward", MOBILE, 30)],
            id="from the reception",
        ),
    ],
)
@given(data=st.data())
def test_a_call_of_every_direction_however_it_is_told_r04(
    events: list[Event], expected: tuple[object, ...], legs: list[tuple[str, str, int]], data: st.DataObject
) -> None:
    repeated = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=5))))
    call = trace(repeated)
    assert summary(call) == expected
    assert [(leg.role, leg.number, leg.seconds) for leg in call.legs] == legs


def test_a_message_that_a_caller_leaves_is_the_outcome() -> None:
    left = [
        told("voice", 0, context={"line_id": LINE, "decided_by": "outside-hours"}, **parties(CALLER, RENTED)),
        told("message", 30, RecordingSid=RECORDING, RecordingDuration="12"),
        told("completed", 31, sequence=2, CallDuration="31", **parties(CALLER, RENTED)),
    ]
    call = trace(left)
    assert (call.outcome, call.recording_sid, call.recording_seconds) == ("voicemail", RECORDING, 12)
    silent = [left[0], told("message", 30, RecordingSid=RECORDING, RecordingDuration="0"), left[2]]
    assert trace(silent).outcome == "no-answer"
