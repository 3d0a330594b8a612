"""The official SDK talks to the sandbox unchanged but for the base URL."""

from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.rest import Client

from telephony.carrier.sandbox import Limits, Script

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token of the account"
CALLER = "+81366667777"
MOBILE = "+819012345678"
LINE = "+81453498023"
APP = "https://app.example"
PAPERS = {"bundle_sid": "BU" + "0" * 32, "address_sid": "AD" + "0" * 32}


class SandboxHttp(HttpClient):
    def __init__(self, sandbox):
        super().__init__(None, False, None)
        self.client = httpx.Client(transport=httpx.MockTransport(sandbox.handle))

    def request(
        self,
        method,
        url,
        params=None,
        data=None,
        headers=None,
        auth=None,
        timeout=None,
        allow_redirects=False,
    ):
        response = self.client.request(method, url, params=params, data=data, headers=headers, auth=auth)
        return Response(response.status_code, response.text, dict(response.headers))


@pytest.fixture
def client(world):
    return Client(ACCOUNT, TOKEN, http_client=SandboxHttp(world.sandbox))


def test_numbers_are_searched_bought_configured_and_released(world, client):
    found = client.available_phone_numbers("JP").local.list(contains="+8152*", limit=5)
    assert len(found) == 5
    assert all(number.phone_number.startswith("+8152") for number in found)
    bought = client.incoming_phone_numbers.create(
        phone_number=found[0].phone_number, voice_url=f"{APP}/voice", **PAPERS
    )
    again = client.available_phone_numbers("JP").local.list(contains="+8152*", limit=5)
    assert bought.phone_number not in [number.phone_number for number in again]
    client.incoming_phone_numbers(bought.sid).update(
        status_callback=f"{APP}/status", voice_fallback_url="http://localhost/fallback/apology.xml"
    )
    fetched = client.incoming_phone_numbers(bought.sid).fetch()
    assert fetched.status_callback == f"{APP}/status"
    assert fetched.voice_url == f"{APP}/voice"
    assert [
        number.sid for number in client.incoming_phone_numbers.list(phone_number=bought.phone_number)
    ] == [bought.sid]
    assert client.incoming_phone_numbers(bought.sid).delete()
    with pytest.raises(TwilioRestException) as released:
        client.incoming_phone_numbers.create(phone_number=bought.phone_number, **PAPERS)
    assert released.value.code == 21422
    with pytest.raises(TwilioRestException) as gone:
        client.incoming_phone_numbers(bought.sid).fetch()
    assert (gone.value.code, gone.value.status) == (20404, 404)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"phone_number": "+81453498024", "address_sid": PAPERS["address_sid"]}, 21649),
        ({"phone_number": "+81453498024", "bundle_sid": PAPERS["bundle_sid"]}, 21631),
        ({"phone_number": LINE, **PAPERS}, 21422),
        ({"phone_number": CALLER, **PAPERS}, 21422),
        ({"phone_number": "+811", **PAPERS}, 21421),
        ({"phone_number": "+12025550123", **PAPERS}, 21421),
        ({"phone_number": "+81453498024", "voice_url": "ftp://x", **PAPERS}, 21205),
    ],
)
def test_purchases_that_are_refused(client, form, code):
    with pytest.raises(TwilioRestException) as refused:
        client.incoming_phone_numbers.create(**form)
    assert refused.value.code == code
    assert refused.value.status == 400


def test_calling_out(world, client):
    world.phone(MOBILE, Script(answers_after_seconds=3, talks_seconds=1))
    world.replies["/voice"] = '<Pause length="20"/>'
    call = client.calls.create(
        to=MOBILE,
        from_=LINE,
        url=f"{APP}/voice",
        status_callback=f"{APP}/out",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )
    assert call.status == "queued"
    world.advance(60)
    assert world.events("/out") == ["initiated", "ringing", "in-progress", "completed"]
    assert world.forms("/voice")[0]["Direction"] == "outbound-api"
    ended = client.calls(call.sid).fetch()
    assert (ended.status, ended.duration, ended.direction) == ("completed", "20", "outbound-api")
    assert ended.price is None
    world.advance(60)
    assert client.calls(call.sid).fetch().price == "-0.1900"


def test_a_call_out_that_nobody_answers(world, client):
    call = client.calls.create(to=MOBILE, from_=LINE, twiml="<Response/>", timeout=12)
    world.advance(60)
    row = world.call(call.sid)
    assert (row.status, row.ended_at - row.created_at) == ("no-answer", 12_000)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"to": MOBILE, "from_": "+81312345678", "url": APP}, 21210),
        ({"to": "110", "from_": LINE, "url": APP}, 21211),
        ({"to": MOBILE, "from_": LINE}, 21205),
        ({"to": MOBILE, "from_": LINE, "url": APP, "timeout": 9_999}, 20001),
    ],
)
def test_calls_that_are_refused(client, form, code):
    with pytest.raises(TwilioRestException) as refused:
        client.calls.create(**form)
    assert refused.value.code == code


def test_a_live_call_is_ended_and_redirected(world, client):
    sid = world.dial('<Pause length="300"/>', seconds=10)
    client.calls(sid).update(twiml="<Response><Say>moved</Say><Pause length='100'/></Response>")
    world.advance(5)
    assert any(heard.text == "moved" for heard in world.sandbox.phones[CALLER].heard)
    client.calls(sid).update(status="completed")
    world.advance(0)
    ended = client.calls(sid).fetch()
    assert (ended.status, ended.duration) == ("completed", "5")
    with pytest.raises(TwilioRestException) as over:
        client.calls(sid).update(status="completed")
    assert over.value.code == 21220


def test_a_live_leg_is_ended(world, client):
    world.phone(MOBILE, Script(answers_after_seconds=1))
    sid = world.dial(f'<Dial action="/next">{MOBILE}</Dial>', seconds=31)
    child = client.calls.list(parent_call_sid=sid)[0]
    assert child.status == "in-progress"
    client.calls(child.sid).update(status="completed")
    world.advance(1)
    assert world.forms("/next")[0]["DialCallDuration"] == "30"


def test_calls_are_listed_by_day_and_page(world, client):
    world.phone(MOBILE, Script(answers_after_seconds=1, talks_seconds=2), lines=30)
    for _ in range(23):
        world.dial(f"<Dial>{MOBILE}</Dial>", seconds=3_600)
    assert len(client.calls.list(page_size=7)) == 46
    # the 24th hour of 1 June UTC begins the 2nd of June
    assert len(client.calls.list(start_time=datetime(2026, 6, 1, tzinfo=UTC), to=LINE)) == 23
    assert client.calls.list(start_time=date(2026, 6, 2)) == []
    after = client.calls.list(start_time_after=datetime(2026, 6, 1, 20, tzinfo=UTC), to=LINE)
    before = client.calls.list(start_time_before=datetime(2026, 6, 1, 20, tzinfo=UTC), to=LINE)
    assert (len(after), len(before)) == (3, 21)
    assert len(client.calls.list(from_=CALLER, status="completed", to=MOBILE)) == 23
    assert len(client.calls.list(limit=5)) == 5
    newest = client.calls.list(to=LINE)[0]
    assert newest.start_time == datetime(2026, 6, 1, 22, tzinfo=UTC)


def test_calls_may_be_limited_to_one_a_second(worlds):
    world = worlds(limits=Limits(calls_per_second=1))
    client = Client(ACCOUNT, TOKEN, http_client=SandboxHttp(world.sandbox))
    client.calls.create(to=MOBILE, from_=LINE, twiml="<Response/>")
    with pytest.raises(TwilioRestException) as limited:
        client.calls.create(to=MOBILE, from_=LINE, twiml="<Response/>")
    assert (limited.value.status, limited.value.code) == (429, 20429)
    world.advance(1)
    client.calls.create(to=MOBILE, from_=LINE, twiml="<Response/>")


def test_messages(world, client):
    phone = world.phone(MOBILE)
    message = client.messages.create(to=MOBILE, from_=LINE, body="暗証番号", status_callback=f"{APP}/sms")
    assert message.status == "queued"
    world.advance(5)
    assert client.messages(message.sid).fetch().status == "delivered"
    assert [form["MessageStatus"] for form in world.forms("/sms")] == ["sent", "delivered"]
    assert phone.heard[-1].text.endswith("暗証番号")
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(to=MOBILE, from_="+81312345678", body="x")
    assert refused.value.code == 21606


def test_recordings(world, client):
    sid = world.dial('<Record action="/done"/>', behaviour=Script(leaves_message_seconds=3))
    recording = client.recordings.list(call_sid=sid)[0]
    assert recording.duration == "3"
    assert client.calls(sid).recordings.list()[0].sid == recording.sid
    path = urlsplit(recording.media_url).path.partition(f"{ACCOUNT}/")[2]
    wave = world.rest("GET", f"{path}.wav")
    assert wave.headers["Content-Type"] == "audio/x-wav"
    assert len(wave.content) == 44 + 3 * 8_000 * 2
    assert client.recordings(recording.sid).delete()
    with pytest.raises(TwilioRestException):
        client.recordings(recording.sid).fetch()


def test_a_wrong_token_is_refused(world):
    client = Client(ACCOUNT, "another token", http_client=SandboxHttp(world.sandbox))
    with pytest.raises(TwilioRestException) as refused:
        client.calls("CA" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (401, 20003)


@pytest.mark.parametrize("header", ["", "Basic", "Basic ###", "Bearer abc", "Basic " + "é" * 3])
def test_malformed_credentials_are_refused(world, header):
    request = httpx.Request(
        "GET", "http://s/2010-04-01/Accounts/x/Calls.json", headers={"Authorization": header.encode()}
    )
    assert world.sandbox.handle(request).status_code == 401
