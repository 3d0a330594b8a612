"""What goes wrong at Twilio: what happened is told apart from what did not and from what may have (R09)."""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import date

import httpx
import pytest
import respx

from telephony.carrier import (
    Carrier,
    CarrierAnswerMalformed,
    CarrierError,
    CarrierRefused,
    CarrierUnreachable,
    OutcomeUnknown,
    Pace,
    Reason,
    TwilioSettings,
    twilio_carrier,
)
from telephony.carrier.twilio import http
from tests.telephony.carrier.answers import (
    ACCOUNT,
    ACCOUNT_PATH,
    CALL,
    NUMBER,
    RECORDING,
    TOKEN,
    a_call,
    a_page,
    an_error,
)
from tests.telephony.carrier.description import judge_response
from tests.telephony.carrier.test_twilio import ATTEMPT, SMS, WEBHOOKS

Ask = Callable[[Carrier], object]

CHANGES: dict[str, tuple[Ask, object]] = {
    "create_call": (lambda carrier: carrier.create_call(ATTEMPT), ATTEMPT),
    "send_sms": (lambda carrier: carrier.send_sms(SMS), SMS),
    "buy_number": (
        lambda carrier: carrier.buy_number("+81451234567", WEBHOOKS, bundle_id=None, address_id=None),
        "+81451234567",
    ),
    "configure_number": (lambda carrier: carrier.configure_number(NUMBER, WEBHOOKS), NUMBER),
    "release_number": (lambda carrier: carrier.release_number(NUMBER), NUMBER),
    "end_call": (lambda carrier: carrier.end_call(CALL), CALL),
    "delete_recording": (lambda carrier: carrier.delete_recording(RECORDING), RECORDING),
}
QUESTIONS: dict[str, Ask] = {
    "search_numbers": lambda carrier: carrier.search_numbers("+8145"),
    "find_number": lambda carrier: carrier.find_number("+81451234567"),
    "fetch_number": lambda carrier: carrier.fetch_number(NUMBER),
    "owned_numbers": lambda carrier: list(carrier.owned_numbers()),
    "find_call": lambda carrier: carrier.find_call(ATTEMPT),
    "fetch_call": lambda carrier: carrier.fetch_call(CALL),
    "legs_of_call": lambda carrier: carrier.legs_of_call(CALL),
    "calls_of_day": lambda carrier: list(carrier.calls_of_day(date(2026, 4, 1))),
    "find_sms": lambda carrier: carrier.find_sms(SMS),
    "fetch_recording": lambda carrier: carrier.fetch_recording(RECORDING),
    "recording_audio": lambda carrier: carrier.recording_audio(RECORDING),
}
WITHOUT_JSON = {"recording_audio", "release_number", "delete_recording"}
ALL: dict[str, Ask] = QUESTIONS | {name: ask for name, (ask, _) in CHANGES.items()}


@pytest.fixture(scope="module")
def carrier() -> Iterator[Carrier]:
    carrier = twilio_carrier(TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN), pace=Pace(0))
    yield carrier
    carrier.close()


@pytest.fixture
def twilio() -> Iterator[respx.Route]:
    with respx.mock() as router:
        yield router.route(host="api.twilio.com", path__startswith=ACCOUNT_PATH)


def failure_of(ask: Ask, carrier: Carrier) -> CarrierError | None:
    try:
        ask(carrier)
    except CarrierError as error:
        return error
    return None


NOT_SENT = [httpx.ConnectTimeout("timed out"), httpx.ConnectError("refused"), httpx.PoolTimeout("full")]
NOT_ANSWERED = [
    httpx.ReadTimeout("timed out"),
    httpx.WriteTimeout("timed out"),
    httpx.ReadError("reset"),
    httpx.RemoteProtocolError("closed"),
]


@pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", ALL)
def test_what_was_not_sent_did_not_happen(
    carrier: Carrier, twilio: respx.Route, name: str, error: httpx.TransportError
) -> None:
    twilio.mock(side_effect=error)
    with pytest.raises(CarrierUnreachable) as caught:
        ALL[name](carrier)
    assert caught.value.operation == name
    assert not caught.value.permanent
    assert twilio.call_count == 1


@pytest.mark.parametrize("error", NOT_ANSWERED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", CHANGES)
def test_what_was_sent_and_not_answered_is_unknown(
    carrier: Carrier, twilio: respx.Route, name: str, error: httpx.TransportError
) -> None:
    twilio.mock(side_effect=error)
    ask, look_up = CHANGES[name]
    with pytest.raises(OutcomeUnknown) as caught:
        ask(carrier)
    assert caught.value.operation == name
    assert caught.value.look_up == look_up
    assert not caught.value.permanent
    assert twilio.call_count == 1  # and it was not repeated


@pytest.mark.parametrize("error", NOT_ANSWERED, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_without_an_answer_may_be_repeated(
    carrier: Carrier, twilio: respx.Route, name: str, error: httpx.TransportError
) -> None:
    twilio.mock(side_effect=error)
    with pytest.raises(CarrierUnreachable):
        QUESTIONS[name](carrier)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("name", ALL)
def test_a_failure_of_the_carrier(carrier: Carrier, twilio: respx.Route, name: str, status: int) -> None:
    twilio.mock(return_value=httpx.Response(status, text="<html>Bad Gateway</html>"))
    with pytest.raises(CarrierError) as caught:
        ALL[name](carrier)
    assert not caught.value.permanent
    if name in CHANGES:
        assert isinstance(caught.value, OutcomeUnknown)
    else:
        assert isinstance(caught.value, CarrierRefused)
        assert (caught.value.reason, caught.value.code) == (Reason.CARRIER_FAILED, None)


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(200, text="not JSON"),
        httpx.Response(201, text=""),
        httpx.Response(200, json=None),
        httpx.Response(200, json=[]),
        httpx.Response(201, json={}),
        httpx.Response(200, json={"calls": "none", "sid": 5}),
        httpx.Response(201, json=a_call(status="asleep", sid=None)),
        httpx.Response(201, content=b"\xff\xfe{"),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
    ],
    ids=["text", "empty", "null", "list", "nothing", "types", "values", "bytes", "redirect"],
)
@pytest.mark.parametrize("name", [name for name in ALL if name not in WITHOUT_JSON])
def test_an_answer_that_cannot_be_read(
    carrier: Carrier, twilio: respx.Route, name: str, response: httpx.Response
) -> None:
    twilio.mock(return_value=response)
    expected = OutcomeUnknown if name in CHANGES else CarrierAnswerMalformed
    with pytest.raises(expected):
        ALL[name](carrier)


def test_a_price_that_is_no_number(carrier: Carrier, twilio: respx.Route) -> None:
    for price in ("free", "NaN", "Infinity"):
        twilio.mock(return_value=httpx.Response(200, json=a_call(price=price)))
        with pytest.raises(CarrierAnswerMalformed):
            carrier.fetch_call(CALL)


def test_a_deletion_is_confirmed_by_its_status_alone(carrier: Carrier, twilio: respx.Route) -> None:
    for response in (httpx.Response(204), httpx.Response(200, json={}), httpx.Response(202, text="<html>")):
        twilio.mock(return_value=response)
        carrier.release_number(NUMBER)
    twilio.mock(return_value=httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))
    with pytest.raises(OutcomeUnknown) as caught:
        carrier.release_number(NUMBER)
    assert caught.value.look_up == NUMBER


@pytest.mark.parametrize(
    ("status", "code", "reason", "permanent"),
    [
        (400, 21999, Reason.INVALID_REQUEST, True),
        (409, 21999, Reason.INVALID_REQUEST, False),
        (403, 21999, Reason.AUTHENTICATION_FAILED, True),
        (404, 21999, Reason.NOT_FOUND, True),
        (429, 21999, Reason.TOO_MANY_REQUESTS, False),
    ],
)
@pytest.mark.parametrize(
    "name", ["create_call", "buy_number", "fetch_call", "calls_of_day", "search_numbers"]
)
def test_a_refusal_has_a_reason(
    carrier: Carrier, twilio: respx.Route, name: str, status: int, code: int, reason: Reason, permanent: bool
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        response = an_error(status, code, "The number +819012345678 …")
        judge_response(request, response)
        return response

    twilio.mock(side_effect=answer)
    with pytest.raises(CarrierRefused) as caught:
        ALL[name](carrier)
    refused = caught.value
    assert (refused.operation, refused.reason, refused.permanent) == (name, reason, permanent)
    assert (refused.status, refused.code, refused.retry_after_seconds) == (status, code, None)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("soon", None), ("9999999", None), ("-1", None)])
def test_when_to_come_again(carrier: Carrier, twilio: respx.Route, header: str, seconds: int | None) -> None:
    twilio.mock(return_value=an_error(429, 20429, headers={"Retry-After": header}))
    with pytest.raises(CarrierRefused) as caught:
        carrier.fetch_call(CALL)
    assert caught.value.retry_after_seconds == seconds


@pytest.mark.parametrize("payload", [[], "text", {"code": "21211"}, {"code": None}, None])
def test_an_error_of_no_known_shape_is_judged_by_its_status(
    carrier: Carrier, twilio: respx.Route, payload: object
) -> None:
    twilio.mock(return_value=httpx.Response(400, json=payload))
    with pytest.raises(CarrierRefused) as caught:
        carrier.create_call(ATTEMPT)
    assert (caught.value.reason, caught.value.code) == (Reason.INVALID_REQUEST, None)


def test_a_failure_in_the_middle_of_pages(carrier: Carrier, twilio: respx.Route) -> None:
    rest = f"{ACCOUNT_PATH}/Calls.json?Page=1"
    started = a_call(start_time="Wed, 01 Apr 2026 00:00:00 +0000")
    page = httpx.Response(200, json=a_page("calls", [started], next_page_uri=rest))
    twilio.mock(side_effect=[page, an_error(429, 20429)])
    records = carrier.calls_of_day(date(2026, 4, 1))
    assert next(records).call_id == CALL
    with pytest.raises(CarrierRefused, match="too-many-requests"):
        next(records)


def test_an_answer_over_its_limit(
    carrier: Carrier, twilio: respx.Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_LIMIT_BYTES", 10)
    twilio.mock(return_value=httpx.Response(201, json=a_call()))
    with pytest.raises(CarrierAnswerMalformed, match="too large"):
        carrier.fetch_call(CALL)
    with pytest.raises(OutcomeUnknown, match="too large"):
        carrier.create_call(ATTEMPT)


@pytest.mark.parametrize("name", ALL)
def test_no_error_or_log_shows_a_number_or_the_token(
    carrier: Carrier, twilio: respx.Route, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """R30: Twilio's messages quote numbers, and a traceback would show them with all that led to it."""
    caplog.set_level(logging.DEBUG, logger="telephony")
    caplog.set_level(logging.DEBUG, logger="twilio")
    failures: list[httpx.Response | Exception] = [
        an_error(400, 21211, "The number +819012345678 is invalid"),
        httpx.Response(500, text="+819012345678"),
        httpx.Response(200, text="+819012345678"),
        httpx.ReadTimeout("+819012345678"),
        httpx.ConnectError("+819012345678"),
    ]
    for failure in failures:
        twilio.mock(side_effect=[failure])
        error = failure_of(ALL[name], carrier)
        if error is None:  # a deletion, and the bytes of a recording, need no JSON
            assert name in WITHOUT_JSON
            continue
        text = "".join(traceback.format_exception_only(error)) + repr(error)
        assert (error.__cause__, error.__context__) == (None, None)
        for secret in ("12345678", "1234567", TOKEN):
            assert secret not in text
    logged = " ".join(record.getMessage() for record in caplog.records if record.name != "httpx")
    assert "12345678" not in logged
