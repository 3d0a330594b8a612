"""The judge itself: it lets pass what Twilio's description allows, and refuses each trap that it names."""

from urllib.parse import urlencode

import httpx
import pytest

from tests.telephony.carrier.description import (
    Contradiction,
    described,
    judge_request,
    judge_response,
    member_faults,
)

ACCOUNT = "AC" + "0" * 32
CALLS = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json"
AUTHORIZATION = {"Authorization": "Basic QUM6dG9rZW4="}


def post(url: str, form: list[tuple[str, str]]) -> httpx.Request:
    body = urlencode(form).encode()
    headers = AUTHORIZATION | {"Content-Type": "application/x-www-form-urlencoded"}
    return httpx.Request("POST", url, content=body, headers=headers)


def a_call(**changes: object) -> dict[str, object]:
    schema = described()["components"]["schemas"]["api.v2010.account.call"]
    call: dict[str, object] = dict.fromkeys(schema["properties"])
    return call | {"sid": "CA" + "1" * 32, "status": "queued", "uri": "/2010-04-01/relative.json"} | changes


CREATE = [("To", "+819012345678"), ("From", "+81451234567"), ("Url", "https://tel.example.jp/voice")]


def test_a_described_request_passes() -> None:
    judge_request(
        post(CALLS, [*CREATE, ("StatusCallbackEvent", "ringing"), ("StatusCallbackEvent", "answered")])
    )


def test_the_host_does_not_matter() -> None:
    judge_request(post(CALLS.replace("https://api.twilio.com", "http://127.0.0.1:9999"), CREATE))


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (CREATE[1:], "To"),
        ([*CREATE, ("Colour", "red")], "unknown form parameter Colour"),
        ([*CREATE, ("To", "+819012345679")], "To repeated"),
        ([*CREATE, ("Timeout", "soon")], "soon"),
        ([*CREATE, ("ApplicationSid", "AP1")], "AP1"),
    ],
)
def test_a_contradicting_form_is_refused(form: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(Contradiction, match=reason):
        judge_request(post(CALLS, form))


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (
            httpx.Request("GET", CALLS + "?Colour=red", headers=AUTHORIZATION),
            "unknown query parameter Colour",
        ),
        (httpx.Request("GET", CALLS + "?PageSize=5000", headers=AUTHORIZATION), "5000"),
        (httpx.Request("GET", CALLS), "security|Security"),
        (httpx.Request("PUT", CALLS, headers=AUTHORIZATION), "not described"),
        (httpx.Request("GET", CALLS.replace("Calls", "Cats"), headers=AUTHORIZATION), "not described"),
        (httpx.Request("GET", CALLS.replace(ACCOUNT, "ACxyz"), headers=AUTHORIZATION), "ACxyz"),
    ],
)
def test_other_contradicting_requests_are_refused(request_: httpx.Request, reason: str) -> None:
    with pytest.raises(Contradiction, match=reason):
        judge_request(request_)


def test_the_descriptions_own_examples_have_every_member() -> None:
    faults = {}
    for path, operations in described()["paths"].items():
        for method in {"get", "post"} & set(operations):
            for response in operations[method]["responses"].values():
                for content in response.get("content", {}).values():
                    for name, example in content.get("examples", {}).items():
                        faults[path, method, name] = member_faults(content["schema"], example["value"])
    assert len(faults) > 100
    assert {place: found for place, found in faults.items() if found} == {}


def test_a_full_answer_passes() -> None:
    judge_response(post(CALLS, CREATE), httpx.Response(201, json=a_call()))


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (httpx.Response(200, json=a_call()), "status 200"),
        (httpx.Response(201, json={"sid": "CA" + "1" * 32}), "lacks duration"),
        (httpx.Response(201, json=a_call(colour="red")), "has colour"),
        (httpx.Response(201, json=a_call(sid="CA1")), "CA1"),
        (httpx.Response(201, json=a_call(status="asleep")), "asleep"),
        (httpx.Response(400, json={"code": 21201}), "without exactly"),
        (
            httpx.Response(400, json={"code": 1, "message": "", "more_info": "", "status": 404}),
            "status 404 in an answer of 400",
        ),
        (httpx.Response(502, text="<html>"), "not JSON"),
    ],
)
def test_a_contradicting_answer_is_refused(response: httpx.Response, reason: str) -> None:
    with pytest.raises(Contradiction, match=reason):
        judge_response(post(CALLS, CREATE), response)
