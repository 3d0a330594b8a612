"""Every answer of the REST API against Twilio's own published description of it.

The description lies beside the repository (`../shared/data`); its traps are named in the README there.
"""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import pytest
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest, MockResponse

from telephony.carrier.sandbox import Script

DESCRIPTION = Path(__file__).parents[5] / "shared" / "data" / "twilio_api_v2010.pruned.json"
ACCOUNT = "AC" + "0123456789abcdef" * 2
PREFIX = f"/2010-04-01/Accounts/{ACCOUNT}"
MOBILE = "+819012345678"
LINE = "+81453498023"
APP = "https://app.example"
PAPERS = {"BundleSid": "BU" + "0" * 32, "AddressSid": "AD" + "0" * 32}


def _relaxed(node):
    """Without `format: uri`, which Twilio's own relative addresses contradict."""
    if isinstance(node, dict):
        return {
            key: _relaxed(value) for key, value in node.items() if not (key == "format" and value == "uri")
        }
    return [_relaxed(item) for item in node] if isinstance(node, list) else node


@cache
def description():
    document = _relaxed(json.loads(DESCRIPTION.read_text()))
    for path in document["paths"].values():
        for operation in path.values():
            content = (
                operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            )
            for media in content.values():
                properties = media["schema"].get("properties", {})
                arrays = [name for name, schema in properties.items() if schema.get("type") == "array"]
                media["encoding"] = {name: {"style": "form", "explode": True} for name in arrays}
    return document, OpenAPI.from_dict(document)


def operation(method, path):
    """The operation of the description that this path belongs to; exact paths before those with parameters."""
    document, _ = description()
    for pattern in sorted(document["paths"], key=lambda text: text.count("{")):
        if re.fullmatch(re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(pattern)), path):
            return document["paths"][pattern][method.lower()]
    raise AssertionError(f"the description has no {path}")


def ask(world, method, path, form=None, **query):
    """Send a request, judge it and its answer, and return the answer's JSON."""
    document, openapi = description()
    response = world.rest(method, path, form, **query)
    described = operation(method, f"{PREFIX}/{path}")
    for name in form or ():
        assert (
            name
            in described["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"][
                "properties"
            ]
        )
    for name in query:
        assert name in [parameter["name"] for parameter in described["parameters"]]
    request = MockRequest(
        "https://api.twilio.com",
        method.lower(),
        f"{PREFIX}/{path}",
        args=query,
        headers={"Authorization": "Basic QUM6dG9rZW4="},
        data=urlencode(form or {}, doseq=True).encode(),
        content_type="application/x-www-form-urlencoded",
    )
    if form is not None:
        openapi.validate_request(request)
    if response.status_code == 204:
        assert "204" in described["responses"]
        return None
    answer = MockResponse(response.content, response.status_code, content_type="application/json")
    openapi.validate_response(request, answer)
    schema = described["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
    _whole(document, schema, response.json(), path)
    return response.json()


def _whole(document, schema, value, where):
    """Every property that the description has is there, in nested resources too."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        for item in value:
            _whole(document, schema["items"], item, where)
    elif isinstance(value, dict):
        properties = schema.get("properties", {})
        if schema.get("format") != "phone-number-capabilities":
            assert set(properties) <= set(value), where
        for name in set(properties) & set(value):
            _whole(document, properties[name], value[name], f"{where}.{name}")


def test_the_description_is_there():
    assert DESCRIPTION.is_file(), f"Twilio's description is expected at {DESCRIPTION}"


def test_numbers(world):
    ask(world, "GET", "AvailablePhoneNumbers/JP.json")
    for kind in ("Local", "Mobile", "TollFree", "National", "Voip"):
        found = ask(world, "GET", f"AvailablePhoneNumbers/JP/{kind}.json", PageSize=3)
        assert len(found["available_phone_numbers"]) == 3
    found = ask(world, "GET", "AvailablePhoneNumbers/JP/Local.json", Contains="+8175*", PageSize=2)
    e164 = found["available_phone_numbers"][0]["phone_number"]
    form = {"PhoneNumber": e164, "VoiceUrl": f"{APP}/voice", "FriendlyName": "kyoto", **PAPERS}
    bought = ask(world, "POST", "IncomingPhoneNumbers.json", form)
    path = f"IncomingPhoneNumbers/{bought['sid']}.json"
    assert ask(world, "GET", path)["phone_number"] == e164
    ask(
        world,
        "POST",
        path,
        {"VoiceFallbackUrl": "http://localhost/fallback/apology.xml", "VoiceMethod": "POST"},
    )
    page = ask(world, "GET", "IncomingPhoneNumbers.json", PageSize=1)
    assert page["next_page_uri"] is not None
    assert ask(world, "GET", "IncomingPhoneNumbers.json", PageSize=1, Page=1)["next_page_uri"] is None
    ask(world, "DELETE", path)


def test_calls_in_every_state(world):
    world.phone(MOBILE, Script(answers_after_seconds=8, talks_seconds=61))
    form = {"To": MOBILE, "From": LINE, "Url": f"{APP}/out", "StatusCallback": f"{APP}/status"}
    form |= {"StatusCallbackEvent": ["initiated", "completed"], "Timeout": "20"}
    created = ask(world, "POST", "Calls.json", form)
    for seconds in (0, 5, 100, 100):
        assert ask(world, "GET", f"Calls/{created['sid']}.json")["sid"] == created["sid"]
        world.advance(seconds)
    live = world.dial(f"<Dial>{MOBILE}</Dial>", seconds=2, withheld="anonymous")
    assert len(ask(world, "GET", "Calls.json", PageSize=2)["calls"]) == 2
    assert ask(world, "GET", "Calls.json", ParentCallSid=live)["calls"][0]["parent_call_sid"] == live
    ask(world, "POST", f"Calls/{live}.json", {"Status": "completed"})
    world.advance(1)
    ask(world, "DELETE", f"Calls/{live}.json")
    for query in (
        {"StartTime": "2026-06-01T00:00:00Z"},
        {"Status": "completed"},
        {"To": MOBILE, "From": LINE},
    ):
        ask(world, "GET", "Calls.json", **query)


def test_recordings(world):
    sid = world.dial('<Record action="/done"/>', behaviour=Script(leaves_message_seconds=3))
    recording = ask(world, "GET", "Recordings.json", CallSid=sid)["recordings"][0]
    ask(world, "GET", f"Recordings/{recording['sid']}.json")
    assert len(ask(world, "GET", f"Calls/{sid}/Recordings.json")["recordings"]) == 1
    ask(world, "DELETE", f"Recordings/{recording['sid']}.json")


def test_messages(world):
    world.phone(MOBILE)
    sent = ask(world, "POST", "Messages.json", {"To": MOBILE, "From": LINE, "Body": "確認番号 123456"})
    world.advance(5)
    assert ask(world, "GET", f"Messages/{sent['sid']}.json")["status"] == "delivered"
    ask(world, "GET", "Messages.json", To=MOBILE)


@pytest.mark.parametrize(
    ("method", "path", "form", "status", "code"),
    [
        ("GET", "Nothing.json", None, 404, 20404),
        ("GET", "Calls/CA1.json", None, 404, 20404),
        ("DELETE", "Calls.json", None, 405, 20004),
        ("POST", "Calls.json", {"From": LINE}, 400, 21201),
        ("POST", "Calls.json", {"To": MOBILE}, 400, 21213),
        ("GET", "Calls.json?PageSize=x", None, 400, 20001),
        ("GET", "Calls.json?StartTime=yesterday", None, 400, 20001),
        ("GET", "AvailablePhoneNumbers/JP/Local.json?Contains=abc", None, 400, 21451),
        ("GET", "AvailablePhoneNumbers/US/Local.json", None, 404, 20404),
        ("POST", "Messages.json", {"To": MOBILE, "From": LINE}, 400, 21602),
    ],
)
def test_errors_have_twilios_form(world, method, path, form, status, code):
    response = world.rest(method, path, form)
    assert response.status_code == status
    assert response.json().keys() == {"code", "message", "more_info", "status"}
    assert (response.json()["code"], response.json()["status"]) == (code, status)
