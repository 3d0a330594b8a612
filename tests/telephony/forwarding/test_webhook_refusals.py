from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.asgi import Answer
from telephony.carrier import SIGNATURE_HEADER, sign
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.door import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    CALL,
    PUBLIC_URL,
    STATUS,
    VOICE,
    Door,
    leg_form,
    verbs,
    voice_form,
)

NUMBER = "+81454110001"
FORM = voice_form(NUMBER)
BODY_LIMIT_BYTES = 64 * 1024


def signature(path: str = VOICE, token: str = AUTH_TOKEN, url: str = PUBLIC_URL) -> dict[str, str]:
    return {SIGNATURE_HEADER: sign(url + path, FORM, token)}


def sent_by(method: str) -> Callable[[Door], Answer]:
    return lambda door: door.post(VOICE, FORM, signature(), method=method)


UNBELIEVABLE: dict[str, tuple[str, Callable[[Door], Answer]]] = {
    "no signature": ("signature missing", lambda door: door.post(VOICE, FORM)),
    "an empty signature": ("signature missing", lambda door: door.post(VOICE, FORM, {SIGNATURE_HEADER: ""})),
    "a made-up signature": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, {SIGNATURE_HEADER: "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
    ),
    "a signature that is no base64": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, {SIGNATURE_HEADER: "%%%\t''\";--"}),
    ),
    "a signature outside of ASCII": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, {SIGNATURE_HEADER: "\xe9\xff\xa0"}),
    ),
    "a signature of 60,000 characters": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, {SIGNATURE_HEADER: "A" * 60_000}),
    ),
    "another account's token": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, signature(token="the-token-of-somebody-else")),
    ),
    "an unknown algorithm": (
        "signature wrong",
        lambda door: door.post(
            VOICE,
            FORM,
            {**signature(), "X-Twilio-Webhooks-Signature-Settings": "algorithm=NONE"},
        ),
    ),
    "signed for another path": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, signature(STATUS)),
    ),
    "signed without the query": (
        "signature wrong",
        lambda door: door.post(f"{VOICE}?line=1", FORM, signature(VOICE)),
    ),
    "signed for the sender's own host": (
        "signature wrong",
        lambda door: door.post(VOICE, FORM, {**signature(url="http://evil.example"), "host": "evil.example"}),
    ),
    "signed for a forwarded host": (
        "signature wrong",
        lambda door: door.post(
            VOICE,
            FORM,
            {
                **signature(url="https://evil.example"),
                "host": "evil.example",
                "x-forwarded-host": "evil.example",
                "x-forwarded-proto": "https",
                "forwarded": "host=evil.example;proto=https",
            },
        ),
    ),
    "a value was added": (
        "signature wrong",
        lambda door: door.post(VOICE, [*FORM, ("Digits", "1")], signature()),
    ),
    "no account": (
        "account unknown",
        lambda door: door.post(VOICE, [pair for pair in FORM if pair[0] != "AccountSid"], signature()),
    ),
    "an account of nobody": (
        "account unknown",
        lambda door: door.send(VOICE, voice_form(NUMBER, AccountSid="AC" + "f" * 32)),
    ),
    "an empty body": ("account unknown", lambda door: door.post(VOICE, b"", signature())),
    "bytes that are no form": (
        "body is no form",
        lambda door: door.post(VOICE, b"\xff\xfe\x00AccountSid=\x80", signature()),
    ),
    "a huge body": (
        "body over its limit",
        lambda door: door.post(VOICE, b"a=" + b"b" * BODY_LIMIT_BYTES, signature()),
    ),
    "a thousand parameters": (
        "too many parameters",
        lambda door: door.post(VOICE, b"&".join(b"a=b" for _ in range(1000)), signature()),
    ),
    "JSON": ("account unknown", lambda door: door.post(VOICE, b'{"AccountSid": "x"}', signature())),
    **{
        method: ("method", sent_by(method)) for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
    },
}


def test_what_is_not_believed_is_refused_counted_and_does_nothing_r02(door: Door) -> None:
    for case, (_, post) in UNBELIEVABLE.items():
        answer = post(door)
        assert (answer.status, answer.body) == (403, b""), case
    assert door.refusals() == Counter((VOICE, reason) for reason, _ in UNBELIEVABLE.values())
    assert door.events() == []


def test_every_address_of_the_carrier_refuses_r02(door: Door) -> None:
    paths = [VOICE, f"{VOICE}/next", f"{VOICE}/whisper", f"{VOICE}/accept", STATUS]
    for path in paths:
        for _ in range(2):
            assert door.post(path, FORM).status == 403
    assert door.refusals() == {(path, "signature missing"): 2 for path in paths}


def test_the_host_that_was_asked_does_not_matter_r02(door: Door) -> None:
    headers = {**signature(), "host": "10.0.0.7:8000", "x-forwarded-host": "evil.example"}
    assert door.post(VOICE, FORM, headers).status == 200


def test_a_query_is_signed_as_it_was_sent_r02(door: Door) -> None:
    """An address that is encoded anew (%2F to /, + to %20) is another address."""
    path = f"{VOICE}?a=%2f+%20&b=%E6%97%A5&c"
    assert door.send(path, FORM).status == 200
    reencoded = f"{VOICE}?a=/++&b=%E6%97%A5&c="
    assert door.post(reencoded, FORM, signature(path)).status == 403


SIGNED_BUT_MALFORMED = {
    "CallSid malformed": [
        {"CallSid": value}
        for value in (
            "",
            "CA",
            "CA1",
            "XX" + "0" * 32,
            CALL + "0",
            CALL + "\n",
            f"{CALL}'; --",
            "CA" + "g" * 32,
        )
    ],
    "CallStatus unknown": [{"CallStatus": value} for value in ("", "ended", "COMPLETED", "completed ")],
    "Direction unknown": [{"Direction": value} for value in ("", "sideways")],
    "From malformed": [{"From": value} for value in ("call me at 5", "x1" * 500)],
    "To malformed": [{"To": value} for value in ("", "anonymous", "a1 b2")],
    "ParentCallSid malformed": [{"ParentCallSid": "CA1"}],
    "CallDuration malformed": [{"CallDuration": value} for value in ("-1", "1e3", "６１", "9" * 10)],
    "ErrorCode malformed": [{"ErrorCode": "x"}],
}


@pytest.mark.parametrize("path", [VOICE, STATUS])
def test_a_signed_form_of_another_shape_is_refused_r03(door: Door, path: str) -> None:
    for several in SIGNED_BUT_MALFORMED.values():
        for values in several:
            assert door.send(path, voice_form(NUMBER, **values)).status == 403, values
    assert door.refusals() == {
        (path, reason): len(several) for reason, several in SIGNED_BUT_MALFORMED.items()
    }
    assert door.events() == []


@pytest.mark.parametrize("path", [VOICE, STATUS])
def test_what_every_call_has_is_required_once_r03(door: Door, path: str) -> None:
    for name in ("CallSid", "CallStatus", "Direction", "From", "To"):
        without = [pair for pair in FORM if pair[0] != name]
        twice = [*FORM, (name, dict(FORM)[name])]
        # A signature does not tell where a name ends and its value begins.
        recut = [*without, (name[:-1], name[-1] + dict(FORM)[name])]
        for form in (without, twice, recut):
            assert door.send(path, form).status == 403, (name, form)
    assert door.events() == []


def test_a_status_without_a_time_or_a_place_is_refused_r03(door: Door) -> None:
    for values in (
        {"Timestamp": "soon"},
        {"Timestamp": "Wed, 10 Jun 2026 03:00:00"},
        {"SequenceNumber": "-1"},
    ):
        assert door.send(STATUS, leg_form(NUMBER, MOBILE, **values)).status == 403, values
    assert door.events() == []


def test_keys_that_no_phone_has_are_refused_r03(door: Door) -> None:
    for digits in ("12345678901234567890" * 4, "1 2", "一"):
        assert door.send(f"{VOICE}/accept", leg_form(NUMBER, MOBILE, Digits=digits)).status == 403
    assert door.events() == []


def test_refusals_are_counted_by_minute_so_that_a_flood_stays_small(door: Door) -> None:
    for _ in range(50):
        door.post(VOICE, FORM)
    door.clock.advance_to(door.clock.now() + timedelta(minutes=1))
    for _ in range(7):
        door.post(VOICE, FORM)
    door.run(door.composition.hot.store().close())
    rows = door.rows("SELECT times, remote_address, path FROM refused_webhooks ORDER BY minute")
    assert [tuple(row) for row in rows] == [(50, "127.0.0.1", VOICE), (7, "127.0.0.1", VOICE)]


def test_a_refusal_holds_no_value_of_the_request(door: Door) -> None:
    door.post(VOICE, voice_form(NUMBER, From="+81366667777"), signature(token="x" * 20))
    door.send(VOICE, voice_form(NUMBER, CallSid="canary-of-the-form"))
    door.run(door.composition.hot.store().close())
    written = str(door.rows("SELECT * FROM refused_webhooks"))
    assert not any(secret in written for secret in ("366667777", "canary", "454110001"))


texts = st.text(max_size=40)
names = st.sampled_from(
    [
        *("AccountSid", "CallSid", "CallStatus", "Direction", "From", "To", "ParentCallSid", "CallDuration"),
        *("SequenceNumber", "Timestamp", "Digits", "DialBridged", "DialCallStatus", "ForwardedFrom", "Other"),
    ]
)
values = st.one_of(
    texts,
    st.sampled_from(
        [CALL, ACCOUNT_SID, NUMBER, MOBILE, "sip:a\0b@c", "completed", "inbound", "1", "\0", "true"]
    ),
)
paths = st.builds(
    "{}{}".format,
    st.sampled_from([VOICE, f"{VOICE}/next", f"{VOICE}/whisper", f"{VOICE}/accept", STATUS]),
    st.sampled_from(
        [
            "",
            "?",
            "?line=1&rung=0",
            "?line=²&rung=99999",
            "?asks=1&line=9999999999999999999",
            "?%00=%ff&&;",
            "?x=%zz",
        ]
    ),
)
FUZZ = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def assert_answered(path: str, answer: Answer) -> None:
    assert answer.status in {200, 204, 403}, (path, answer)
    if answer.status == 200:
        verbs(answer)


@given(
    path=paths,
    body=st.one_of(st.binary(max_size=200), st.lists(st.tuples(names, values), max_size=8)),
    headers=st.lists(
        st.tuples(
            st.sampled_from([SIGNATURE_HEADER, "host", "x-forwarded-host", "accept-language", "cookie"]),
            st.text(st.characters(max_codepoint=255, exclude_characters="\0\r\n"), max_size=40),
        ),
        max_size=4,
        unique_by=lambda pair: pair[0],
    ),
    method=st.sampled_from(["POST", "POST", "POST", "GET", "DELETE"]),
)
@FUZZ
def test_whatever_a_stranger_sends_is_refused_r02(
    door: Door, path: str, body: Any, headers: list[tuple[str, str]], method: str
) -> None:
    path = path.encode("ascii", "ignore").decode()
    answer = door.post(path, body, headers, method=method)
    assert (answer.status, answer.body) == (403, b"")


@given(path=paths, changes=st.lists(st.tuples(names, values), max_size=6), dropped=st.sets(names, max_size=2))
@FUZZ
def test_whatever_is_signed_is_answered_r02(
    door: Door, path: str, changes: list[tuple[str, str]], dropped: set[str]
) -> None:
    path = path.encode("ascii", "ignore").decode()
    form = [pair for pair in dict([*FORM, *changes]).items() if pair[0] not in dropped]
    assert_answered(path, door.send(path, form))
