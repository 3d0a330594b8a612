"""Webhooks as typed values: read exactly as a form is, and refused where a part of it is not of its shape (R03)."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.carrier.calls import CallStatus, Direction
from telephony.carrier.webhook_form import (
    BODY_LIMIT_BYTES,
    PARAMETER_LIMIT,
    MalformedWebhook,
    StatusWebhook,
    VoiceWebhook,
    parse_form,
    status_webhook,
    voice_webhook,
)

ACCOUNT = "AC" + "a" * 32
CALL = "CA" + "1" * 32
CHILD = "CA" + "2" * 32
REQUIRED = {
    "AccountSid": ACCOUNT,
    "CallSid": CALL,
    "CallStatus": "ringing",
    "Direction": "inbound",
    "From": "+819012345678",
    "To": "+81451234567",
}


def form(**parameters: str | None) -> list[tuple[str, str]]:
    values = REQUIRED | {"ApiVersion": "2010-04-01", "Called": "+81451234567", "CallerCity": ""} | parameters
    return [(name, value) for name, value in values.items() if value is not None]


def voice(**parameters: str | None) -> VoiceWebhook:
    return voice_webhook(form(**parameters), account_sid=ACCOUNT)


def status(**parameters: str | None) -> StatusWebhook:
    return status_webhook(form(**parameters), account_sid=ACCOUNT)


def test_a_new_call() -> None:
    assert voice(ForwardedFrom="+81312345678") == VoiceWebhook(
        account_sid=ACCOUNT,
        call_sid=CALL,
        call_status=CallStatus.RINGING,
        direction=Direction.INBOUND,
        from_="+819012345678",
        to="+81451234567",
        forwarded_from="+81312345678",
    )


def test_the_action_of_a_dial() -> None:
    webhook = voice(
        CallStatus="in-progress",
        DialCallStatus="completed",
        DialCallSid=CHILD,
        DialCallDuration="61",
        DialBridged="true",
    )
    assert webhook.dial_call_status is CallStatus.COMPLETED
    assert webhook.dial_call_sid == CHILD
    assert webhook.dial_call_duration_seconds == 61
    assert webhook.dial_bridged is True


def test_a_dial_that_nobody_answered() -> None:
    webhook = voice(DialCallStatus="no-answer", DialBridged="false", DialCallSid="")
    assert (webhook.dial_call_status, webhook.dial_bridged) == (CallStatus.NO_ANSWER, False)
    assert webhook.dial_call_sid is None


def test_a_whisper_with_keys() -> None:
    webhook = voice(ParentCallSid=CHILD, Direction="outbound-dial", Digits="1*#")
    assert (webhook.parent_call_sid, webhook.digits) == (CHILD, "1*#")


def test_a_recording() -> None:
    webhook = voice(RecordingSid="RE" + "3" * 32, RecordingDuration="12", Digits="hangup")
    assert (webhook.recording_sid, webhook.recording_duration_seconds) == ("RE" + "3" * 32, 12)
    assert webhook.digits is None


def test_a_status() -> None:
    webhook = status(
        CallStatus="completed",
        ParentCallSid=CHILD,
        CallDuration="61",
        Duration="2",
        SequenceNumber="3",
        Timestamp="Wed, 01 Apr 2026 00:01:02 +0000",
        CallbackSource="call-progress-events",
        SipResponseCode="200",
        Direction="outbound-dial",
    )
    assert webhook == StatusWebhook(
        account_sid=ACCOUNT,
        call_sid=CALL,
        call_status=CallStatus.COMPLETED,
        direction=Direction.OUTBOUND_DIAL,
        from_="+819012345678",
        to="+81451234567",
        parent_call_sid=CHILD,
        call_duration_seconds=61,
        sequence=3,
        timestamp=datetime(2026, 4, 1, 0, 1, 2, tzinfo=UTC),
        sip_response_code=200,
    )


def test_another_zone_of_a_timestamp_becomes_utc() -> None:
    assert status(Timestamp="Wed, 01 Apr 2026 09:00:00 +0900").timestamp == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_withheld_caller_has_no_number() -> None:
    assert voice(From="+266696687").from_ is None
    assert status(From="").from_ is None


def test_a_forwarding_number_in_no_known_shape_is_left_out() -> None:
    assert voice(ForwardedFrom="diverted-1").forwarded_from is None


def test_parameters_that_are_not_known_are_ignored_even_repeated() -> None:
    new = [("StirVerstat", "A"), ("StirVerstat", "B"), ("電話", "%")]
    assert voice_webhook([*form(), *new], account_sid=ACCOUNT) == voice()


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_what_every_call_has_is_required(name: str) -> None:
    with pytest.raises(MalformedWebhook, match=f"{name} missing"):
        voice(**{name: None})
    with pytest.raises(MalformedWebhook, match=f"{name} missing"):
        status(**{name: None})


@pytest.mark.parametrize("name", [*REQUIRED, "Digits", "DialBridged"])
def test_a_known_parameter_twice_is_refused(name: str) -> None:
    value = REQUIRED.get(name, "1" if name == "Digits" else "true")
    with pytest.raises(MalformedWebhook, match=f"{name} repeated"):
        voice_webhook([*form(**{name: value}), (name, value)], account_sid=ACCOUNT)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AccountSid", "AC" + "b" * 32),
        ("AccountSid", ""),
        ("CallSid", "CA" + "1" * 31),
        ("CallSid", "CA" + "1" * 33),
        ("CallSid", "CA" + "g" * 32),
        ("CallSid", CALL + "\n"),
        ("CallSid", "ca" + "1" * 32),
        ("CallStatus", "asleep"),
        ("CallStatus", ""),
        ("Direction", "sideways"),
        ("From", "+819012345678FromCity"),
        ("To", ""),
        ("To", "anonymous"),
        ("To", "12ab"),
        ("ParentCallSid", "CA1"),
        ("CallDuration", "-1"),
        ("CallDuration", "1.5"),
        ("CallDuration", "٣"),
        ("CallDuration", "9" * 10),
        ("Digits", "1;2"),
        ("Digits", "1" * 65),
        ("DialCallStatus", "maybe"),
        ("DialCallSid", "CA1"),
        ("DialBridged", "yes"),
        ("RecordingSid", "RE1"),
        ("ErrorCode", "x"),
    ],
)
def test_a_malformed_voice_webhook(name: str, value: str) -> None:
    with pytest.raises(MalformedWebhook, match=name) as caught:
        voice(**{name: value})
    assert value == "" or value not in caught.value.reason  # R30: a reason is logged


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SequenceNumber", "first"),
        ("Timestamp", "yesterday"),
        ("Timestamp", "Wed, 01 Apr 2026 00:01:02"),
        ("Timestamp", "Wed, 01 Apr 2026 00:01:02 -0000"),
        ("Timestamp", "Wed, 99 Apr 2026 00:01:02 +0000"),
        ("Timestamp", "Fri, 31 Dec 9999 23:59:59 -2300"),
        ("SipResponseCode", "OK"),
        ("CallSid", "CA"),
    ],
)
def test_a_malformed_status(name: str, value: str) -> None:
    with pytest.raises(MalformedWebhook, match=name):
        status(**{name: value})


def test_a_form_cut_at_other_places_never_gives_other_values() -> None:
    """`a=bc` and `ab=c` sign alike, so each name and value may be cut anywhere else."""
    original = form(ParentCallSid=CHILD, CallDuration="61", CallStatus="completed")
    expected = status_webhook(original, account_sid=ACCOUNT)
    for index, (name, value) in enumerate(original):
        if name not in REQUIRED:
            continue
        text = name + value
        for cut in range(len(text) + 1):
            recut = [*original[:index], (text[:cut], text[cut:]), *original[index + 1 :]]
            if cut == len(name):
                assert status_webhook(recut, account_sid=ACCOUNT) == expected
            else:
                with pytest.raises(MalformedWebhook):
                    status_webhook(recut, account_sid=ACCOUNT)


escapes = st.sampled_from(
    ["%", "%2B", "%2b", "%41", "%E9", "%E9%9B%BB", "%26", "%3D", "%25", "%2", "%zz", "%00"]
)
pieces = st.one_of(escapes, st.sampled_from(list("&=+;abc41B ")), st.sampled_from(["%252B", "%%2B", "%2%2B"]))


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces, max_size=20).map("".join))
def test_a_form_is_read_as_by_the_standard_library(body: str) -> None:
    assert parse_form(body.encode()) == parse_qsl(body, keep_blank_values=True)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=6), st.text(max_size=12)), max_size=10))
def test_what_was_encoded_is_read_back(pairs: list[tuple[str, str]]) -> None:
    named = [(name, value) for name, value in pairs if name or value]
    assert parse_form(urlencode(named).encode()) == named


@pytest.mark.parametrize("body", [b"From=\xff", "From=電話".encode(), b"\x80"])
def test_raw_bytes_are_no_form(body: bytes) -> None:
    with pytest.raises(MalformedWebhook, match="no form"):
        parse_form(body)


def test_a_form_has_limits() -> None:
    with pytest.raises(MalformedWebhook, match="limit"):
        parse_form(b"a" * (BODY_LIMIT_BYTES + 1))
    with pytest.raises(MalformedWebhook, match="too many"):
        parse_form(b"&" * PARAMETER_LIMIT)
    assert parse_form(b"a=b&" * (PARAMETER_LIMIT - 1)) == [("a", "b")] * (PARAMETER_LIMIT - 1)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [*REQUIRED, "Digits", "DialCallStatus", "DialBridged", "Timestamp", "ParentCallSid"]
            ),
            st.one_of(st.text(max_size=40), st.sampled_from([*REQUIRED.values(), CHILD, "true", "", "61"])),
        ),
        max_size=8,
    ),
    st.booleans(),
)
def test_any_form_is_a_webhook_or_malformed(pairs: list[tuple[str, str]], complete: bool) -> None:
    given_form = form() + pairs if complete else pairs
    for read in (voice_webhook, status_webhook):
        try:
            webhook = read(given_form, account_sid=ACCOUNT)
        except MalformedWebhook:
            continue
        assert webhook.account_sid == ACCOUNT


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_form_or_malformed(body: bytes) -> None:
    try:
        pairs = parse_form(body)
    except MalformedWebhook:
        return
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in pairs)
