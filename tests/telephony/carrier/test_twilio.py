"""The Twilio adapter: each request and each answer of these tests is judged by Twilio's own description."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
import respx

from telephony.carrier import (
    CallAttempt,
    CallRecord,
    CallStatus,
    Carrier,
    CarrierAnswerMalformed,
    Direction,
    NumberWebhooks,
    Pace,
    SmsAttempt,
    TwilioSettings,
    twilio_carrier,
)
from telephony.carrier.protocol import SMS_LIMIT
from telephony.carrier.twilio import adapter
from tests.telephony.carrier.answers import (
    ACCOUNT,
    ACCOUNT_PATH,
    CALL,
    MESSAGE,
    NUMBER,
    RECORDING,
    TOKEN,
    a_call,
    a_message,
    a_page,
    a_recording,
    an_error,
)
from tests.telephony.carrier.judged_answers import SETTINGS, judged, sent

AT = datetime(2026, 4, 1, tzinfo=UTC)
WEBHOOKS = NumberWebhooks(
    voice_url="https://tel.example.jp/voice",
    voice_fallback_url="https://carrier.example.jp/apology.xml",
    status_callback_url="https://tel.example.jp/status",
)
ATTEMPT = CallAttempt(
    key="callback-7",
    from_="+81451234567",
    to="+819012345678",
    voice_url="https://tel.example.jp/voice/next?step=1",
    status_callback_url="https://tel.example.jp/status#rc=2",
    ring_seconds=20,
    longest_seconds=3600,
    attempted_at=AT,
)
SMS = SmsAttempt(from_="+81451234567", to="+819012345678", text="こんにちは", attempted_at=AT)


def test_create_call(carrier: Carrier, twilio: respx.MockRouter) -> None:
    route = twilio.post("/Calls.json").mock(side_effect=judged(httpx.Response(201, json=a_call())))
    record = carrier.create_call(ATTEMPT)
    assert (record.call_id, record.status, record.direction) == (
        CALL,
        CallStatus.QUEUED,
        Direction.OUTBOUND_API,
    )
    assert sent(route) == {
        "To": ["+819012345678"],
        "From": ["+81451234567"],
        "Url": ["https://tel.example.jp/voice/next?step=1&attempt=callback-7"],
        "Method": ["POST"],
        "StatusCallback": ["https://tel.example.jp/status?attempt=callback-7#rc=2"],
        "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Timeout": ["20"],
        "TimeLimit": ["3600"],
    }


@pytest.mark.parametrize("key", ["", "a b", "a&b=c", "x" * 65, "é", "a\n"])
def test_a_key_is_plain(carrier: Carrier, key: str) -> None:
    attempt = CallAttempt(
        key=key,
        from_="+81451234567",
        to="+819012345678",
        voice_url="https://tel.example.jp/",
        status_callback_url="https://tel.example.jp/",
        ring_seconds=20,
        longest_seconds=60,
        attempted_at=AT,
    )
    with pytest.raises(ValueError, match="key"):
        carrier.create_call(attempt)


def test_find_call_takes_the_oldest_since_the_attempt_that_is_not_known(
    carrier: Carrier, twilio: respx.MockRouter
) -> None:
    def call(digit: str, at: str) -> dict[str, object]:
        return a_call(sid="CA" + digit * 32, date_created=f"Wed, 01 Apr 2026 {at} +0000")

    before = a_call(sid="CA" + "0" * 32, date_created="Tue, 31 Mar 2026 23:59:29 +0000")
    calls = [call("3", "00:00:09"), call("2", "00:00:05"), call("1", "00:00:02"), before]
    page = a_page("calls", calls)
    route = twilio.get("/Calls.json").mock(
        side_effect=judged(*[httpx.Response(200, json=page) for _ in range(3)])
    )
    known = {"CA" + "1" * 32}
    found = carrier.find_call(ATTEMPT)
    assert found is not None
    assert found.call_id == "CA" + "1" * 32
    found = carrier.find_call(ATTEMPT, known_call_ids=known)
    assert found is not None
    assert found.call_id == "CA" + "2" * 32
    assert carrier.find_call(ATTEMPT, known_call_ids={f"CA{digit * 32}" for digit in "123"}) is None
    params = route.calls.last.request.url.params
    assert (params["To"], params["From"]) == ("+819012345678", "+81451234567")


def test_fetch_call(carrier: Carrier, twilio: respx.MockRouter) -> None:
    call = a_call(
        parent_call_sid="CA" + "8" * 32,
        status="completed",
        direction="outbound-dial",
        start_time="Wed, 01 Apr 2026 00:00:10 +0000",
        end_time="Wed, 01 Apr 2026 00:01:11 +0000",
        duration="61",
        price="-0.0740",
        price_unit="USD",
        forwarded_from="+81312345678",
    )
    call["from"] = "+266696687"
    twilio.get(f"/Calls/{CALL}.json").mock(side_effect=judged(httpx.Response(200, json=call)))
    assert carrier.fetch_call(CALL) == CallRecord(
        call_id=CALL,
        parent_call_id="CA" + "8" * 32,
        from_=None,
        to="+819012345678",
        direction=Direction.OUTBOUND_DIAL,
        status=CallStatus.COMPLETED,
        created_at=AT,
        started_at=datetime(2026, 4, 1, 0, 0, 10, tzinfo=UTC),
        ended_at=datetime(2026, 4, 1, 0, 1, 11, tzinfo=UTC),
        duration_seconds=61,
        price=Decimal("0.0740"),
        price_unit="USD",
        number_id=NUMBER,
        forwarded_from="+81312345678",
    )


def test_a_price_that_has_not_come_is_none_and_odd_values_do_not_lose_a_record(
    carrier: Carrier, twilio: respx.MockRouter
) -> None:
    call = a_call(duration="", price=None, direction="trunking-originating", to="odd1 text")
    twilio.get(f"/Calls/{CALL}.json").mock(side_effect=judged(httpx.Response(200, json=call)))
    record = carrier.fetch_call(CALL)
    assert (record.price, record.duration_seconds, record.direction, record.to) == (None, None, None, None)


def test_legs_of_a_call(carrier: Carrier, twilio: respx.MockRouter) -> None:
    legs = [a_call(sid="CA" + digit * 32, parent_call_sid=CALL, direction="outbound-dial") for digit in "89"]
    route = twilio.get("/Calls.json").mock(
        side_effect=judged(*[httpx.Response(200, json=a_page("calls", page)) for page in (legs, [])])
    )
    assert [leg.call_id[2] for leg in carrier.legs_of_call(CALL)] == ["8", "9"]
    assert route.calls.last.request.url.params["ParentCallSid"] == CALL
    assert carrier.legs_of_call(CALL) == []


def test_calls_of_a_day(carrier: Carrier, twilio: respx.MockRouter) -> None:
    def call(digit: str, started_at: str) -> dict[str, object]:
        return a_call(sid="CA" + digit * 32, status="completed", start_time=started_at)

    rest = f"{ACCOUNT_PATH}/Calls.json?PageSize=1000&Page=1&PageToken=PAx"
    first = [
        call("1", "Wed, 01 Apr 2026 00:00:00 +0000"),
        call("2", "Wed, 01 Apr 2026 23:59:59 +0000"),
        call("3", "Thu, 02 Apr 2026 00:00:00 +0000"),
    ]
    second = [call("4", "Wed, 01 Apr 2026 12:00:00 +0000"), a_call(sid="CA" + "5" * 32)]
    route = twilio.get("/Calls.json").mock(
        side_effect=judged(
            httpx.Response(200, json=a_page("calls", first, next_page_uri=rest)),
            httpx.Response(200, json=a_page("calls", second)),
        )
    )
    records = list(carrier.calls_of_day(date(2026, 4, 1)))
    assert [record.call_id[2] for record in records] == ["1", "2", "4"]
    params = route.calls[0].request.url.params
    assert params["StartTime>"] == "2026-04-01T00:00:00Z"
    assert params["StartTime<"] == "2026-04-02T00:00:00Z"


def test_pages_are_read_as_they_are_needed(carrier: Carrier, twilio: respx.MockRouter) -> None:
    rest = f"{ACCOUNT_PATH}/Calls.json?PageSize=1000&Page=1&PageToken=PAx"
    started = a_call(start_time="Wed, 01 Apr 2026 00:00:00 +0000")
    route = twilio.get("/Calls.json").mock(
        side_effect=judged(httpx.Response(200, json=a_page("calls", [started], next_page_uri=rest)))
    )
    assert next(iter(carrier.calls_of_day(date(2026, 4, 1)))).call_id == CALL
    assert route.call_count == 1


def test_pages_without_end_end(
    carrier: Carrier, twilio: respx.MockRouter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "PAGE_LIMIT", 3)
    same = f"{ACCOUNT_PATH}/Calls.json?PageSize=1000"
    route = twilio.get("/Calls.json").mock(
        return_value=httpx.Response(200, json=a_page("calls", [], next_page_uri=same))
    )
    with pytest.raises(CarrierAnswerMalformed, match="more than 3 pages"):
        list(carrier.calls_of_day(date(2026, 4, 1)))
    assert route.call_count == 4


def test_end_call(carrier: Carrier, twilio: respx.MockRouter) -> None:
    ended = httpx.Response(200, json=a_call(status="completed"))
    route = twilio.post(f"/Calls/{CALL}.json").mock(side_effect=judged(ended))
    assert carrier.end_call(CALL).status is CallStatus.COMPLETED
    assert sent(route) == {"Status": ["completed"]}


def test_a_call_that_has_ended_is_returned_as_it_is(carrier: Carrier, twilio: respx.MockRouter) -> None:
    twilio.post(f"/Calls/{CALL}.json").mock(side_effect=judged(an_error(400, 21220)))
    twilio.get(f"/Calls/{CALL}.json").mock(
        side_effect=judged(httpx.Response(200, json=a_call(status="no-answer")))
    )
    assert carrier.end_call(CALL).status is CallStatus.NO_ANSWER


def test_send_and_find_sms(carrier: Carrier, twilio: respx.MockRouter) -> None:
    route = twilio.post("/Messages.json").mock(side_effect=judged(httpx.Response(201, json=a_message())))
    assert carrier.send_sms(SMS).sms_id == MESSAGE
    assert sent(route) == {"To": [SMS.to], "From": [SMS.from_], "Body": [SMS.text]}
    other = a_message(sid="SM" + "9" * 32, body="other")
    pages = [a_page("messages", items) for items in ([other, a_message()], [other])]
    twilio.get("/Messages.json").mock(side_effect=judged(*[httpx.Response(200, json=page) for page in pages]))
    found = carrier.find_sms(SMS)
    assert found is not None
    assert found.sms_id == MESSAGE
    assert carrier.find_sms(SMS) is None


@pytest.mark.parametrize("length", [0, SMS_LIMIT + 1])
def test_an_sms_has_a_limit(carrier: Carrier, length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} characters"):
        carrier.send_sms(SmsAttempt(from_=SMS.from_, to=SMS.to, text="あ" * length, attempted_at=AT))


def test_recordings(carrier: Carrier, twilio: respx.MockRouter) -> None:
    path = f"/Recordings/{RECORDING}.json"
    twilio.get(path).mock(side_effect=judged(httpx.Response(200, json=a_recording())))
    twilio.delete(path).mock(side_effect=judged(httpx.Response(204), an_error(404, 20404)))
    record = carrier.fetch_recording(RECORDING)
    assert (record.recording_id, record.call_id, record.duration_seconds) == (RECORDING, CALL, 12)
    carrier.delete_recording(RECORDING)
    carrier.delete_recording(RECORDING)


def test_recording_audio_follows_to_where_it_is_stored_without_the_credentials(
    carrier: Carrier, twilio: respx.MockRouter
) -> None:
    elsewhere = httpx.Response(307, headers={"Location": "https://media.example.jp/1.wav"})
    first = twilio.get(f"/Recordings/{RECORDING}.wav").mock(return_value=elsewhere)
    second = twilio.get("https://media.example.jp/1.wav").mock(
        return_value=httpx.Response(200, content=b"RIFF\x00\xff")
    )
    assert carrier.recording_audio(RECORDING) == b"RIFF\x00\xff"
    assert "Authorization" in first.calls.last.request.headers
    assert "Authorization" not in second.calls.last.request.headers


@pytest.mark.parametrize("identifier", ["", "../Accounts", "CA1", CALL + "/..", CALL + "\n", NUMBER])
def test_nothing_but_an_identifier_becomes_a_path(carrier: Carrier, identifier: str) -> None:
    for ask in (carrier.fetch_call, carrier.end_call, carrier.fetch_recording, carrier.recording_audio):
        with pytest.raises(ValueError, match="not an identifier"):
            ask(identifier)


def test_another_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same adapter serves a sandbox; what the process's environment says of Twilio's edges does not count."""
    monkeypatch.setenv("TWILIO_EDGE", "tokyo")
    monkeypatch.setenv("TWILIO_REGION", "jp1")
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url="http://127.0.0.1:9/sandbox/")
    seen: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=a_call())

    carrier = twilio_carrier(settings, transport=httpx.MockTransport(handle))
    assert carrier.fetch_call(CALL).call_id == CALL
    assert str(seen[0].url) == f"http://127.0.0.1:9/sandbox{ACCOUNT_PATH}/Calls/{CALL}.json"


def test_pages_and_audio_of_another_base_url() -> None:
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url="http://127.0.0.1:9")
    rest = f"{ACCOUNT_PATH}/Calls.json?Page=1"
    hosts = []

    def handle(request: httpx.Request) -> httpx.Response:
        hosts.append(request.url.netloc)
        if request.url.path.endswith(".wav"):
            return httpx.Response(200, content=b"RIFF")
        following = None if request.url.params.get("Page") else rest
        return httpx.Response(200, json=a_page("calls", [], next_page_uri=following))

    carrier = twilio_carrier(settings, transport=httpx.MockTransport(handle))
    assert list(carrier.calls_of_day(date(2026, 4, 1))) == []
    assert carrier.recording_audio(RECORDING) == b"RIFF"
    assert hosts == [b"127.0.0.1:9"] * 3


def test_what_cannot_be_done_in_japan_is_not_offered(carrier: Carrier) -> None:
    assert not carrier.capabilities.can_show_original_caller
    assert not carrier.capabilities.can_call_emergency


@pytest.mark.parametrize(
    "changes",
    [
        {"account_sid": "AC1"},
        {"account_sid": ACCOUNT + "/.."},
        {"auth_token": ""},
        {"base_url": "api.twilio.com"},
        {"connect_timeout_seconds": 0.0},
        {"read_timeout_seconds": -1.0},
        {"calls_per_second": 0.0},
    ],
)
def test_settings_are_checked(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"account_sid|auth_token|base_url|timeouts and calls_per_second"):
        TwilioSettings(**{"account_sid": ACCOUNT, "auth_token": TOKEN} | changes)


def test_calls_out_keep_the_pace_of_the_settings() -> None:
    slept: list[float] = []
    pace = Pace(1 / SETTINGS.calls_per_second, monotonic=lambda: 0.0, sleep=slept.append)
    transport = httpx.MockTransport(lambda request: httpx.Response(201, json=a_call()))
    carrier = twilio_carrier(SETTINGS, transport=transport, pace=pace)
    for _ in range(3):
        carrier.create_call(ATTEMPT)
    carrier.fetch_call(CALL)
    assert slept == [1.0, 2.0]


def test_a_token_is_in_no_text() -> None:
    assert TOKEN not in repr(SETTINGS)
