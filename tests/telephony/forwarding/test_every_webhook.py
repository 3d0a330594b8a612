"""R02 and R03 at every address at which the carrier calls us, whoever added it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from app.asgi import Answer
from telephony.carrier import SIGNATURE_HEADER, sign
from telephony.forwarding import callbacks
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.door import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CALL,
    LEG,
    PUBLIC_URL,
    Door,
    verbs,
    voice_form,
)

NUMBER = "+81454110001"
SIGNED_PREFIX = "/carrier/twilio/"
RECORDING = "RE" + "0" * 32
ACKNOWLEDGED = {200, 204, 403}
FUZZ = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

names = st.sampled_from(
    [
        *("AccountSid", "CallSid", "CallStatus", "Direction", "From", "To", "ParentCallSid", "CallDuration"),
        *("SequenceNumber", "Timestamp", "Digits", "DialBridged", "DialCallStatus", "ForwardedFrom", "Other"),
        *("RecordingSid", "RecordingDuration", "RecordingStatus", "RecordingUrl", "MessageSid", "SmsSid"),
        *("Body", "ErrorCode", "SipDomain", "SpeechResult"),
    ]
)
values = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            *(
                CALL,
                LEG,
                ACCOUNT_SID,
                RECORDING,
                NUMBER,
                MOBILE,
                "completed",
                "inbound",
                "outbound-dial",
                "true",
            ),
            *("sip:a\0b@c", "sip:line1@desk.nex.example", "1", "0", "\0", "*", "#", "123456", "転送開始"),
        ]
    ),
)
queries = st.sampled_from(
    [
        "",
        "?",
        "?line=1&rung=0",
        "?line=²&rung=99999",
        "?asks=1&line=9999999999999999999",
        "?%00=%ff&&;",
        "?x=%zz",
        "?attempt=abc",
        f"?line=1&call={CALL}&role=callee",
        "?ask=pin&step=1&state=x&language=en",
    ]
)


def addresses(door: Door) -> list[str]:
    """Every address that believes only what is signed."""
    paths = {route.path for route in door.composition.carrier_routes if isinstance(route, Route)}
    return sorted(path for path in paths if path.startswith(SIGNED_PREFIX))


def test_every_address_that_the_carrier_is_told_is_open(door: Door) -> None:
    told = {
        value
        for name, value in vars(callbacks).items()
        if name.isupper() and isinstance(value, str) and value.startswith(SIGNED_PREFIX)
    }
    assert told <= set(addresses(door))


@pytest.mark.parametrize(
    "header", [{}, {SIGNATURE_HEADER: ""}, {SIGNATURE_HEADER: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}]
)
def test_nothing_unsigned_is_believed_anywhere_r02(door: Door, header: dict[str, str]) -> None:
    form = voice_form(NUMBER)
    for path in addresses(door):
        for query in ("", "?line=1"):
            answer = door.post(path + query, form, header)
            assert (answer.status, answer.body) == (403, b""), path
    assert door.events() == []


def test_a_signature_for_one_address_opens_no_other_r02(door: Door) -> None:
    form = voice_form(NUMBER)
    every = addresses(door)
    for path in every:
        for other in every:
            if path != other:
                signature = {SIGNATURE_HEADER: sign(PUBLIC_URL + other, form, AUTH_TOKEN)}
                assert door.post(path, form, signature).status == 403, (path, other)
    assert door.events() == []


def test_what_every_call_has_is_required_once_at_every_address_r03(door: Door) -> None:
    form = voice_form(NUMBER)
    for path in addresses(door):
        for name in ("CallSid", "AccountSid"):
            twice = [*form, (name, dict(form)[name])]
            assert_answered(path, door.send(path, twice))
        foreign = [(name, "AC" + "f" * 32 if name == "AccountSid" else value) for name, value in form]
        assert door.send(path, foreign).status == 403, path


def assert_answered(path: str, answer: Answer) -> None:
    """Refused or understood, never a defect; whatever is spoken is a voice document."""
    assert answer.status in ACKNOWLEDGED, (path, answer)
    if answer.status == 200 and answer.body:
        verbs(answer)


@given(
    data=st.data(),
    query=queries,
    body=st.one_of(st.binary(max_size=200), st.lists(st.tuples(names, values), max_size=8)),
)
@FUZZ
def test_whatever_a_stranger_sends_anywhere_is_refused_r02(
    door: Door, data: st.DataObject, query: str, body: Any
) -> None:
    path = data.draw(st.sampled_from(addresses(door))) + query.encode("ascii", "ignore").decode()
    answer = door.post(path, body)
    assert (answer.status, answer.body) == (403, b"")


@given(
    data=st.data(),
    query=queries,
    changes=st.lists(st.tuples(names, values), max_size=6),
    dropped=st.sets(names, max_size=2),
    repeats=st.booleans(),
)
@FUZZ
def test_whatever_is_signed_anywhere_is_answered_r03(
    door: Door,
    data: st.DataObject,
    query: str,
    changes: list[tuple[str, str]],
    dropped: set[str],
    repeats: bool,
) -> None:
    path = data.draw(st.sampled_from(addresses(door))) + query.encode("ascii", "ignore").decode()
    form = voice_form(NUMBER)
    form = [*form, *changes] if repeats else list(dict([*form, *changes]).items())
    assert_answered(path, door.send(path, [pair for pair in form if pair[0] not in dropped]))
