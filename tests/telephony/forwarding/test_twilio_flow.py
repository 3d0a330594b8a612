"""Twilio for real: from a search for a number to the comparison of a day, over the official SDK and signed webhooks.

What Twilio answers and sends has the shape that it has on the wire. Requests and answers are judged by its description.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from email.utils import format_datetime

import httpx
import pytest
import respx

from app.carriers import BUNDLE_ID, buy_numbers
from telephony.carrier import CallAttempt, Carrier, OutcomeUnknown, Pace, SmsAttempt, twilio_carrier
from telephony.forwarding import Callbacks, Change, WantedDestination, set_forwarding
from telephony.numbers import Line, enter, rent_line
from tests.factories.forwarding import ACTOR, MOBILE
from tests.factories.membership import NOW, make_member
from tests.factories.numbers import line_rules
from tests.telephony.carrier.answers import (
    ACCOUNT_PATH,
    CALL,
    RECORDING,
    a_call,
    a_message,
    a_number,
    a_page,
    a_recording,
    an_available_number,
)
from tests.telephony.carrier.judged_answers import SETTINGS, judged, sent
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.door import ACCOUNT_SID, PUBLIC_URL, STATUS, VOICE, Door, verbs

RENTED = "+81454110001"
LEG = "CA" + "2" * 32
LOST = httpx.ReadTimeout("the answer was lost")


@pytest.fixture
def twilio() -> Iterator[respx.MockRouter]:
    with respx.mock(base_url="https://api.twilio.com" + ACCOUNT_PATH, assert_all_called=True) as router:
        yield router


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with closing(twilio_carrier(SETTINGS, pace=Pace(0))) as carrier:
        yield carrier


def answer(status: int, payload: object) -> httpx.Response:
    return httpx.Response(status, json=payload)


def at(seconds: int) -> str:
    return format_datetime(NOW + timedelta(seconds=seconds))


def incoming(**more: str) -> list[tuple[str, str]]:
    """The form of a call that has come in, as Twilio sends it to a number in Japan."""
    places = {
        f"{side}{place}": ""
        for side in ("Called", "Caller", "From", "To")
        for place in ("City", "State", "Zip")
    }
    countries = {f"{side}Country": "JP" for side in ("Called", "Caller", "From", "To")}
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": CALL,
        "CallStatus": "ringing",
        "CallToken": '{"parentCallInfoToken":"eyJhbGciOiJFUzI1NiJ9"}',
        "Called": RENTED,
        "Caller": CALLER,
        "Direction": "inbound",
        "From": CALLER,
        "To": RENTED,
        **places,
        **countries,
    }
    return sorted({**form, **more}.items())


def of_leg(status: str, sequence: int, seconds: int, **more: str) -> list[tuple[str, str]]:
    """The form of a leg's progress."""
    return incoming(
        CallSid=LEG,
        ParentCallSid=CALL,
        CallStatus=status,
        CallbackSource="call-progress-events",
        Direction="outbound-dial",
        From=RENTED,
        Caller=RENTED,
        To=MOBILE,
        Called=MOBILE,
        SequenceNumber=str(sequence),
        Timestamp=at(seconds),
        **more,
    )


def buy_and_lend(door: Door, carrier: Carrier, twilio: respx.MockRouter) -> Line:
    """A number from Twilio, configured for us and lent to a member."""
    callbacks = Callbacks(PUBLIC_URL)
    search = twilio.get("/AvailablePhoneNumbers/JP/Local.json").mock(
        side_effect=judged(answer(200, a_page("available_phone_numbers", [an_available_number(RENTED)])))
    )
    number = a_number(
        phone_number=RENTED,
        voice_url=callbacks.voice(),
        status_callback=callbacks.status(),
        bundle_sid=BUNDLE_ID,
    )
    purchase = twilio.post("/IncomingPhoneNumbers.json").mock(side_effect=judged(answer(201, number)))
    rows = buy_numbers(carrier, PUBLIC_URL, "045", 1)
    assert search.calls.last.request.url.params["Contains"] == "+8145"
    bought = sent(purchase)
    assert (bought["PhoneNumber"], bought["BundleSid"]) == ([RENTED], [BUNDLE_ID])
    assert bought["VoiceUrl"] == [PUBLIC_URL + VOICE]
    assert bought["VoiceFallbackMethod"] == ["GET"]
    with door.session() as session:
        enter(session, door.operator_id, rows, actor=ACTOR, now=NOW)
        member = make_member(session, door.operator_id)
        line = rent_line(
            session,
            line_rules(),
            member_id=member.id,
            line_plan="incoming-outgoing",
            area_code="045",
            starts_month=None,
            base_address=None,
            actor=ACTOR,
            now=NOW,
        )
        change = Change(is_on=True, destinations=[WantedDestination(MOBILE)])
        rules = door.composition.operators[0].call_rules()
        set_forwarding(session, rules, line, change, actor=ACTOR, channel="api", now=NOW)
    assert line.number == RENTED
    return line


def test_from_the_purchase_of_a_number_to_the_price_of_its_call(
    door: Door, carrier: Carrier, twilio: respx.MockRouter
) -> None:
    line = buy_and_lend(door, carrier, twilio)
    [dial] = verbs(door.send(VOICE, incoming()))
    [number] = list(dial)
    assert (dial.get("callerId"), number.text) == (RENTED, MOBILE)
    leg_status = str(number.get("statusCallback")).removeprefix(PUBLIC_URL)
    for form in (
        of_leg("initiated", 0, 0),
        of_leg("ringing", 1, 1),
        of_leg("in-progress", 2, 5),
        of_leg("completed", 3, 66, CallDuration="61", Duration="2", SipResponseCode="200"),
    ):
        for _ in range(2):  # every webhook may come twice
            assert door.send(leg_status, form).status == 204
    ended = incoming(DialCallStatus="completed", DialCallSid=LEG, DialCallDuration="61", DialBridged="true")
    after = str(dial.get("action")).removeprefix(PUBLIC_URL)
    assert [verb.tag for verb in verbs(door.send(after, ended))] == ["Hangup"]
    end = incoming(CallStatus="completed", CallDuration="61", Duration="2", Timestamp=at(66))
    assert door.send(STATUS, end).status == 204
    door.composition.work.perform()
    call = door.json(f"/api/calls/{CALL}", door.token_of(line))
    expected = {"status": "ended", "outcome": "answered", "seconds": 61, "amount": "64"}
    assert expected.items() <= call.items()
    assert {leg["leg_sid"]: leg["seconds"] for leg in call["legs"]} == {CALL: 61, LEG: 61}


def test_a_document_that_twilio_could_not_read_is_told_with_its_code(
    door: Door, carrier: Carrier, twilio: respx.MockRouter
) -> None:
    """11200, 11205 and 12100 come with what Twilio asks next; they stop nothing and are kept."""
    buy_and_lend(door, carrier, twilio)
    for number, code in enumerate(("11200", "11205", "12100")):
        failed = {"ErrorCode": code, "ErrorUrl": PUBLIC_URL + VOICE, "CallSid": f"CA{number:032x}"}
        assert [verb.tag for verb in verbs(door.send(VOICE, incoming(**failed)))] == ["Dial"]
    refused = of_leg("failed", 2, 5, CallDuration="0", ErrorCode="13224", SipResponseCode="404")
    assert door.send(f"{STATUS}?line=1", refused).status == 204
    kept = door.rows("SELECT form ->> 'ErrorCode' FROM carrier_events ORDER BY id")
    assert [code for (code,) in kept] == ["11200", "11205", "12100", "13224"]


def test_a_call_out_whose_answer_was_lost_is_found_and_not_made_again_r09(
    carrier: Carrier, twilio: respx.MockRouter
) -> None:
    callbacks = Callbacks(PUBLIC_URL)
    attempt = CallAttempt(
        key="click-7",
        from_=RENTED,
        to=MOBILE,
        voice_url=callbacks.connect("click-7"),
        status_callback_url=callbacks.status(),
        ring_seconds=30,
        longest_seconds=3600,
        attempted_at=NOW,
    )
    creating = twilio.post("/Calls.json").mock(side_effect=LOST)
    with pytest.raises(OutcomeUnknown) as unknown:
        carrier.create_call(attempt)
    made = {**a_call(date_created=at(1), to=MOBILE), "from": RENTED}
    twilio.get("/Calls.json").mock(side_effect=judged(answer(200, a_page("calls", [made]))))
    assert isinstance(unknown.value.look_up, CallAttempt)
    found = carrier.find_call(unknown.value.look_up)
    assert found is not None
    assert (found.call_id, creating.call_count) == (CALL, 1)


def test_a_recording_is_fetched_and_deleted(carrier: Carrier, twilio: respx.MockRouter) -> None:
    path = f"/Recordings/{RECORDING}"
    twilio.get(f"{path}.json").mock(side_effect=judged(answer(200, a_recording(duration="12"))))
    twilio.get(f"{path}.wav").mock(return_value=httpx.Response(200, content=b"RIFF\x24\x00\x00\x00WAVE"))
    twilio.delete(f"{path}.json").mock(side_effect=[LOST, httpx.Response(204)])
    assert carrier.fetch_recording(RECORDING).duration_seconds == 12
    assert carrier.recording_audio(RECORDING).startswith(b"RIFF")
    with pytest.raises(OutcomeUnknown):
        carrier.delete_recording(RECORDING)
    carrier.delete_recording(RECORDING)  # what is deleted already counts as deleted


def test_a_text_whose_answer_was_lost_is_found(carrier: Carrier, twilio: respx.MockRouter) -> None:
    sms = SmsAttempt(from_="+15005550006", to=MOBILE, text="転送を始めました。", attempted_at=NOW)
    twilio.post("/Messages.json").mock(side_effect=LOST)
    with pytest.raises(OutcomeUnknown):
        carrier.send_sms(sms)
    page = a_page("messages", [a_message(body=sms.text, date_created=at(2))])
    twilio.get("/Messages.json").mock(side_effect=judged(answer(200, page)))
    assert carrier.find_sms(sms) is not None


def test_a_day_of_calls_is_read_page_by_page(carrier: Carrier, twilio: respx.MockRouter) -> None:
    days = {
        day: [
            a_call(sid=f"CA{page:031x}{index}", start_time=format_datetime(starts_at), parent_call_sid=None)
            for page in range(3)
            for index in range(2)
        ]
        for day, starts_at in ((date(2026, 6, 10), NOW), (date(2026, 6, 11), NOW + timedelta(days=1)))
    }
    pages = [
        answer(
            200,
            a_page(
                "calls",
                calls[start : start + 2],
                next_page_uri=f"{ACCOUNT_PATH}/Calls.json?PageSize=1000&Page={start // 2 + 1}&PageToken=PA1"
                if start + 2 < len(calls)
                else None,
            ),
        )
        for calls in days.values()
        for start in range(0, len(calls), 2)
    ]
    route = twilio.get("/Calls.json").mock(side_effect=judged(*pages))
    read = [[record.call_id for record in carrier.calls_of_day(day)] for day in days]
    assert read == [[call["sid"] for call in calls] for calls in days.values()]
    assert [call.request.url.params.get("Page") for call in route.calls] == [None, "1", "2"] * 2
