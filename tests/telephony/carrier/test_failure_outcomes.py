"""Every documented kind of failure of the carrier, and what it comes to: one table.

`docs/going-live-with-twilio.md` says of each what the operator does.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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
    Reason,
)
from telephony.carrier.twilio.refusals import PASSING_CODES, PERMANENT_REASONS
from tests.telephony.carrier.answers import ACCOUNT_PATH, CALL, a_call, an_error
from tests.telephony.carrier.description import judge_response
from tests.telephony.carrier.test_twilio import ATTEMPT, SMS, WEBHOOKS

GUIDE = Path(__file__).parents[3] / "docs" / "going-live-with-twilio.md"
Failure = httpx.Response | Exception
Ask = Callable[[Carrier], object]


def call_out(carrier: Carrier) -> object:
    return carrier.create_call(ATTEMPT)


def write(carrier: Carrier) -> object:
    return carrier.send_sms(SMS)


def buy(carrier: Carrier) -> object:
    return carrier.buy_number("+81451234567", WEBHOOKS, bundle_id=None, address_id=None)


def end(carrier: Carrier) -> object:
    return carrier.end_call(CALL)


def look_up(carrier: Carrier) -> object:
    return carrier.fetch_call(CALL)


def search(carrier: Carrier) -> object:
    return carrier.search_numbers("+8145")


# What is refused, by the carrier's code. Nothing was done; repeating it as it is would be refused again.
REFUSED: list[tuple[Ask, int, int, Reason]] = [
    (call_out, 400, 10001, Reason.ACCOUNT_INACTIVE),
    (call_out, 403, 10002, Reason.ACCOUNT_INACTIVE),
    (look_up, 400, 20001, Reason.INVALID_REQUEST),
    (look_up, 401, 20003, Reason.AUTHENTICATION_FAILED),
    (look_up, 403, 20005, Reason.ACCOUNT_INACTIVE),
    (look_up, 403, 20006, Reason.AUTHENTICATION_FAILED),
    (look_up, 403, 20008, Reason.AUTHENTICATION_FAILED),
    (look_up, 404, 20404, Reason.NOT_FOUND),
    (call_out, 400, 21201, Reason.DESTINATION_INVALID),
    (call_out, 400, 21202, Reason.DESTINATION_NOT_ALLOWED),
    (call_out, 400, 21203, Reason.DESTINATION_NOT_ALLOWED),
    (call_out, 400, 21205, Reason.INVALID_REQUEST),
    (call_out, 400, 21210, Reason.CALLER_ID_INVALID),
    (call_out, 400, 21211, Reason.DESTINATION_INVALID),
    (call_out, 400, 21212, Reason.CALLER_ID_INVALID),
    (call_out, 400, 21213, Reason.CALLER_ID_INVALID),
    (call_out, 400, 21214, Reason.DESTINATION_INVALID),
    (call_out, 400, 21215, Reason.DESTINATION_NOT_ALLOWED),
    (call_out, 403, 21216, Reason.DESTINATION_NOT_ALLOWED),
    (call_out, 400, 21217, Reason.DESTINATION_INVALID),
    (call_out, 400, 21219, Reason.DESTINATION_NOT_ALLOWED),
    (call_out, 400, 21401, Reason.DESTINATION_INVALID),
    (write, 400, 21408, Reason.DESTINATION_NOT_ALLOWED),
    (buy, 400, 21421, Reason.NUMBER_NOT_AVAILABLE),
    (buy, 400, 21422, Reason.NUMBER_NOT_AVAILABLE),
    (search, 400, 21451, Reason.INVALID_REQUEST),
    (search, 400, 21452, Reason.NUMBER_NOT_AVAILABLE),
    (write, 400, 21601, Reason.CALLER_ID_INVALID),
    (write, 400, 21602, Reason.INVALID_REQUEST),
    (write, 400, 21603, Reason.CALLER_ID_INVALID),
    (write, 400, 21604, Reason.DESTINATION_INVALID),
    (write, 400, 21605, Reason.TEXT_TOO_LONG),
    (write, 400, 21606, Reason.CALLER_ID_INVALID),
    (write, 400, 21608, Reason.DESTINATION_NOT_ALLOWED),
    (write, 400, 21610, Reason.RECIPIENT_OPTED_OUT),
    (write, 400, 21612, Reason.DESTINATION_INVALID),
    (buy, 400, 21613, Reason.ADDRESS_REQUIRED),
    (write, 400, 21614, Reason.DESTINATION_INVALID),
    (write, 400, 21617, Reason.TEXT_TOO_LONG),
    (buy, 400, 21631, Reason.ADDRESS_REQUIRED),
    (write, 400, 21635, Reason.DESTINATION_INVALID),
    (buy, 400, 21649, Reason.BUNDLE_REQUIRED),
    (write, 400, 21659, Reason.CALLER_ID_INVALID),
    (buy, 400, 21999, Reason.INVALID_REQUEST),  # a code that nobody has told us of
]
# What passes: nothing was done, and a later try may do.
PASSING: list[tuple[Ask, int, int, int | None]] = [
    (call_out, 429, 10004, None),
    (call_out, 429, 20429, None),
    (call_out, 429, 20429, 7),
    (look_up, 429, 20429, 7),
    (write, 429, 21611, None),
]
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
ELSEWHERE = {"Location": "https://elsewhere.example/"}
# What has no code: the same failure of a change and of a question.
WITHOUT_CODE: dict[str, tuple[Failure, type[CarrierError], type[CarrierError]]] = {
    "connection refused": (httpx.ConnectError("refused"), CarrierUnreachable, CarrierUnreachable),
    "no connection in time": (httpx.ConnectTimeout("timeout"), CarrierUnreachable, CarrierUnreachable),
    "no connection free": (httpx.PoolTimeout("timeout"), CarrierUnreachable, CarrierUnreachable),
    "timeout while asking": (httpx.WriteTimeout("timeout"), OutcomeUnknown, CarrierUnreachable),
    "timeout after acting": (httpx.ReadTimeout("timeout"), OutcomeUnknown, CarrierUnreachable),
    "connection lost": (httpx.ReadError("reset"), OutcomeUnknown, CarrierUnreachable),
    "connection closed": (httpx.RemoteProtocolError("closed"), OutcomeUnknown, CarrierUnreachable),
    "500": (an_error(500, 20500), OutcomeUnknown, CarrierRefused),
    "502": (httpx.Response(502, text=HTML), OutcomeUnknown, CarrierRefused),
    "503": (httpx.Response(503), OutcomeUnknown, CarrierRefused),
    "504": (httpx.Response(504, text=HTML), OutcomeUnknown, CarrierRefused),
    "JSON that breaks off": (httpx.Response(201, text='{"sid": "CA'), OutcomeUnknown, CarrierAnswerMalformed),
    "a page instead of JSON": (httpx.Response(200, text=HTML), OutcomeUnknown, CarrierAnswerMalformed),
    "a call without an id": (
        httpx.Response(201, json=a_call(sid=None)),
        OutcomeUnknown,
        CarrierAnswerMalformed,
    ),
    "a redirect": (httpx.Response(302, headers=ELSEWHERE), OutcomeUnknown, CarrierAnswerMalformed),
}


@pytest.fixture
def twilio() -> object:
    with respx.mock() as router:
        yield router.route(host="api.twilio.com", path__startswith=ACCOUNT_PATH)


@pytest.mark.parametrize(("ask", "status", "code", "reason"), REFUSED)
def test_refused(
    carrier: Carrier, twilio: respx.Route, ask: Ask, status: int, code: int, reason: Reason
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        response = an_error(status, code)
        judge_response(request, response)
        return response

    twilio.mock(side_effect=answer)
    with pytest.raises(CarrierRefused) as caught:
        ask(carrier)
    assert (caught.value.reason, caught.value.code, caught.value.permanent) == (reason, code, True)
    assert twilio.call_count == 1


def test_a_call_that_ended_already_is_no_failure_of_ending_it(carrier: Carrier, twilio: respx.Route) -> None:
    twilio.mock(side_effect=[an_error(400, 21220), httpx.Response(200, json=a_call(status="completed"))])
    end(carrier)
    assert PERMANENT_REASONS[21220] is Reason.CALL_ENDED


@pytest.mark.parametrize(("ask", "status", "code", "seconds"), PASSING)
def test_passing(
    carrier: Carrier, twilio: respx.Route, ask: Ask, status: int, code: int, seconds: int | None
) -> None:
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    twilio.mock(return_value=an_error(status, code, headers=headers))
    with pytest.raises(CarrierRefused) as caught:
        ask(carrier)
    refused = caught.value
    assert (refused.reason, refused.permanent) == (Reason.TOO_MANY_REQUESTS, False)
    assert refused.retry_after_seconds == seconds


@pytest.mark.parametrize("name", WITHOUT_CODE)
@pytest.mark.parametrize("ask", [call_out, write, buy, end])
def test_a_change_without_a_readable_answer(
    carrier: Carrier, twilio: respx.Route, ask: Ask, name: str
) -> None:
    failure, outcome, _ = WITHOUT_CODE[name]
    twilio.mock(side_effect=[failure])
    with pytest.raises(CarrierError) as caught:
        ask(carrier)
    assert (type(caught.value), caught.value.permanent) == (outcome, False)
    assert twilio.call_count == 1  # what may have happened is looked up, not repeated (R09)


@pytest.mark.parametrize("name", WITHOUT_CODE)
@pytest.mark.parametrize("ask", [look_up, lambda carrier: carrier.legs_of_call(CALL), search])
def test_a_question_without_a_readable_answer(
    carrier: Carrier, twilio: respx.Route, ask: Ask, name: str
) -> None:
    failure, _, outcome = WITHOUT_CODE[name]
    twilio.mock(side_effect=[failure])
    with pytest.raises(CarrierError) as caught:
        ask(carrier)
    assert (type(caught.value), caught.value.permanent) == (outcome, False)


def test_no_known_code_is_left_out_of_the_table_or_the_guide() -> None:
    known = set(PERMANENT_REASONS) | PASSING_CODES
    assert known == {code for _, _, code, _ in [*REFUSED, *PASSING]} - {21999} | {21220}
    guide = GUIDE.read_text(encoding="utf-8")
    assert [code for code in sorted(known) if str(code) not in guide] == []
