"""Signatures, retries, the fallback, and what the carrier does wrong on request."""

import json
from urllib.parse import urlsplit

import pytest
from twilio.request_validator import RequestValidator

from telephony.carrier.sandbox import Script, WebhookResponse
from telephony.carrier.sandbox.documents import Say
from telephony.carrier.sandbox.webhooks import IDEMPOTENCY_HEADER, overrides

CALLER = "+81366667777"
MOBILE = "+819012345678"
TOKEN = "a token of the account"
APP = "https://app.example"
FORWARD = (
    '<Dial action="/next" answerOnBridge="true"><Number statusCallback="/status" '
    f'statusCallbackEvent="initiated ringing answered completed">{MOBILE}</Number></Dial>'
)


@pytest.fixture
def forwarded(world):
    """A world whose mobile answers after 8 seconds and talks 61."""
    world.phone(MOBILE, Script(answers_after_seconds=8, talks_seconds=61))
    return world


def test_every_webhook_is_signed_as_the_sdk_expects(forwarded):
    forwarded.dial(FORWARD, withheld="")
    validator = RequestValidator(TOKEN)
    assert len(forwarded.sent) == 7
    for sent in forwarded.sent:
        assert validator.validate(sent.request.url, sent.form, sent.request.headers["X-Twilio-Signature"])


def test_a_get_webhook_is_signed_with_its_query(world):
    world.rest("POST", f"IncomingPhoneNumbers/{_number_sid(world)}.json", {"VoiceMethod": "GET"})
    world.dial("<Hangup/>")
    request = world.sent[0].request
    assert (request.method, request.form) == ("GET", [])
    assert "CallStatus=ringing" in urlsplit(request.url).query
    assert RequestValidator(TOKEN).validate(request.url, {}, request.headers["X-Twilio-Signature"])


def _number_sid(world):
    return world.rest("GET", "IncomingPhoneNumbers.json").json()["incoming_phone_numbers"][0]["sid"]


def _with_fallback(world, url="https://app.example/fallback"):
    world.rest("POST", f"IncomingPhoneNumbers/{_number_sid(world)}.json", {"VoiceFallbackUrl": url})


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (WebhookResponse(500), 11200),
        (ConnectionError("refused"), 11205),
        (TimeoutError("slow"), 11205),
        (WebhookResponse(200, {"Content-Type": "application/json"}, b"{}"), 12300),
        (WebhookResponse(200, {"Content-Type": "text/xml"}, b"<Response><Say>"), 12100),
        (WebhookResponse(200, {"Content-Type": "text/xml"}, b"<Answer/>"), 12100),
        (WebhookResponse(200, {"Content-Type": "text/xml"}, b"<!DOCTYPE r><Response/>"), 12100),
    ],
)
def test_the_fallback_is_told_what_failed(world, reply, code):
    _with_fallback(world)
    world.replies["/fallback"] = "<Say>later</Say>"
    sid = world.dial(reply)
    form = world.forms("/fallback")[0]
    assert (form["ErrorCode"], form["ErrorUrl"]) == (str(code), f"{APP}/voice")
    assert world.call(sid).status == "completed"
    assert world.sandbox.problems[0].code == code


def test_without_a_fallback_the_carrier_apologises_and_the_call_fails(world):
    sid = world.dial(WebhookResponse(500))
    assert world.call(sid).status == "failed"
    assert any("application error" in heard.text for heard in world.sandbox.phones[CALLER].heard)
    assert world.forms("/status")[0]["CallStatus"] == "failed"


def test_the_carrier_hosts_the_fallback_itself(world):
    _with_fallback(world, "https://carrier.example/fallback/apology.xml")
    sid = world.dial(ConnectionError("down"))
    assert world.call(sid).status == "completed"
    assert world.sandbox.phones[CALLER].heard[0].text.startswith("申し訳ご")


def test_a_caller_waits_out_a_voice_webhook_that_does_not_answer(world):
    _with_fallback(world)
    world.replies["/fallback"] = "<Hangup/>"
    world.dial(TimeoutError("15 s"))
    assert (world.sent[1].at - world.sent[0].at).total_seconds() == 15


def test_only_connection_failures_are_retried_by_default(world):
    world.dial(ConnectionError("refused"))
    attempts = [sent for sent in world.sent if sent.path == "/voice"]
    assert len(attempts) == 2
    assert len({sent.request.headers[IDEMPOTENCY_HEADER] for sent in attempts}) == 1
    for reply in (TimeoutError(), WebhookResponse(500), WebhookResponse(404)):
        world.sent.clear()
        world.dial(reply)
        assert len(world.forms("/voice")) == 1


def test_overrides_in_the_fragment_ask_for_more(world):
    url = f"{APP}/voice#rc=3&rp=all&rt=4000"
    world.rest("POST", f"IncomingPhoneNumbers/{_number_sid(world)}.json", {"VoiceUrl": url})
    world.dial(WebhookResponse(503))
    assert len(world.forms("/voice")) == 4
    assert "#" not in world.sent[0].request.url
    assert world.sent[0].request.timeout_seconds == 4


def test_overrides_that_are_misspelled_are_ignored():
    assert overrides("https://a/b")[1].retries == 1
    address, asked = overrides("https://a/b?c=d#rc=many&rt=-1&rp=4xx,5xx&zz")
    assert address == "https://a/b?c=d"
    assert (asked.retries, asked.read_timeout_seconds) == (1, 15)
    assert asked.policy == {"4xx", "5xx"}
    assert overrides("https://a/b#rc=99")[1].retries == 5


def test_a_status_callback_that_cannot_be_delivered_does_not_hold_up_the_call(forwarded):
    forwarded.replies["/status"] = ConnectionError("down")
    sid = forwarded.dial(FORWARD)
    assert forwarded.call(sid).seconds == 61


def test_duplicates(forwarded):
    forwarded.disturbances.duplicate = True
    sid = forwarded.dial(FORWARD)
    tokens = [sent.request.headers[IDEMPOTENCY_HEADER] for sent in forwarded.sent]
    assert len(tokens) == 14
    assert len(set(tokens)) == 7
    assert forwarded.call(sid).seconds == 61


def test_dropped_events_are_never_sent(forwarded):
    forwarded.disturbances.drop = {"completed", "answered"}
    sid = forwarded.dial(FORWARD)
    assert forwarded.events() == ["initiated", "ringing"]
    assert forwarded.call(sid).status == "completed"  # the carrier's own record is whole


def test_delayed_events_say_when_they_happened(forwarded):
    forwarded.disturbances.delay_seconds = 3
    forwarded.dial(FORWARD)
    sent = next(sent for sent in forwarded.sent if sent.form["CallStatus"] == "initiated")
    assert (sent.at.second, sent.form["Timestamp"]) == (3, "Mon, 01 Jun 2026 00:00:00 +0000")


def test_reordering_is_the_same_for_the_same_seed(worlds):
    orders = []
    for seed in (1, 1, 2, 3, 4):
        world = worlds(seed=seed)
        world.phone(MOBILE, Script(answers_after_seconds=1, talks_seconds=1))
        world.disturbances.reorder = True
        world.dial(FORWARD)
        orders.append([sent.form.get("SequenceNumber") for sent in world.sent if sent.path == "/status"])
    assert orders[0] == orders[1]
    assert len({tuple(order) for order in orders}) > 1


@pytest.mark.parametrize(("which", "count"), [("all", 7), ("voice", 2), ("status", 5)])
def test_webhooks_are_repeated_after_the_call(forwarded, which, count):
    sid = forwarded.dial(FORWARD)
    first = list(forwarded.sent)
    kept = [sent for sent in first if which == "all" or (sent.path == "/status") == (which == "status")]
    forwarded.sent.clear()
    assert forwarded.sandbox.repeat_webhooks(sid, which, times=2) == 2 * count
    forwarded.advance(0)
    assert [sent.form for sent in forwarded.sent] == [sent.form for sent in kept] * 2
    again = [sent.request.headers[IDEMPOTENCY_HEADER] for sent in forwarded.sent[:count]]
    assert again == [sent.request.headers[IDEMPOTENCY_HEADER] for sent in kept]


def test_repetition_may_be_reversed_shuffled_and_incomplete(forwarded):
    sid = forwarded.dial(FORWARD)
    child = forwarded.children(sid)[0].sid
    first = [sent.form for sent in forwarded.sent]
    forwarded.sent.clear()
    forwarded.sandbox.repeat_webhooks(child, "all", order="reversed")  # any leg's SID names the call
    forwarded.advance(0)
    assert [sent.form for sent in forwarded.sent] == first[::-1]
    forwarded.sent.clear()
    forwarded.sandbox.repeat_webhooks(sid, "status", order="shuffled", drop=["completed"])
    forwarded.advance(0)
    assert sorted(forwarded.events()) == ["in-progress", "initiated", "ringing"]


def test_the_same_seed_makes_the_same_calls(worlds):
    traces = []
    for _ in range(2):
        world = worlds(seed=7)
        world.phone(MOBILE, Script(answers_after_seconds=8, talks_seconds=61))
        world.dial(FORWARD)
        traces.append(json.dumps([[sent.path, sent.form, sent.request.headers] for sent in world.sent]))
    assert traces[0] == traces[1]


def test_an_application_may_use_the_api_from_within_a_webhook(forwarded):
    statuses = []

    def voice(form):
        statuses.append(forwarded.rest("GET", f"Calls/{form['CallSid']}.json").json()["status"])
        return "<Hangup/>"

    forwarded.dial(voice)
    assert statuses == ["ringing"]


def test_speech_takes_as_long_as_its_text():
    assert Say("あ" * 100, "ja-JP").seconds == 16
    assert Say("", "en-US").seconds == 0.5
    assert Say("a" * 100, "xx").seconds == 7
