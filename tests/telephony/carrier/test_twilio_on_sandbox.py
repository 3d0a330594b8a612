"""The adapter against the sandbox in this process: the same class, another transport, no network."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from coworking.kit.clock import VirtualClock
from telephony.carrier import (
    CallAttempt,
    Carrier,
    CarrierRefused,
    NumberWebhooks,
    OutcomeUnknown,
    OwnedNumber,
    Pace,
    Reason,
    SmsAttempt,
    TwilioSettings,
    twilio_carrier,
)
from telephony.carrier.sandbox import Sandbox, Store, WebhookRequest, WebhookResponse
from tests.telephony.carrier.answers import ACCOUNT, TOKEN
from tests.telephony.carrier.description import judge_request

AT = datetime(2026, 4, 1, tzinfo=UTC)
WEBHOOKS = NumberWebhooks(
    voice_url="https://tel.example.jp/voice",
    voice_fallback_url="https://carrier.example.jp/apology.xml",
    status_callback_url="https://tel.example.jp/status",
)
PAPERS = {"bundle_id": "BU" + "1" * 32, "address_id": "AD" + "2" * 32}


async def answer(request: WebhookRequest) -> WebhookResponse:
    return WebhookResponse(status=204, headers={}, body=b"")


class Network(httpx.BaseTransport):
    """The way to the sandbox; it can lose the next answer after the sandbox has done what was asked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.loses_next_answer = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        judge_request(request)
        response = self.sandbox.handle(request)
        if self.loses_next_answer:
            self.loses_next_answer = False
            raise httpx.ReadTimeout("timed out", request=request)
        return response


@pytest.fixture
def network() -> Iterator[Network]:
    clock, store = VirtualClock(AT), Store()
    yield Network(Sandbox(clock=clock, account_sid=ACCOUNT, auth_token=TOKEN, deliver=answer, store=store))
    store.close()


@pytest.fixture
def carrier(network: Network) -> Iterator[Carrier]:
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url="http://sandbox.invalid")
    carrier = twilio_carrier(settings, transport=network, pace=Pace(0))
    yield carrier
    carrier.close()


@pytest.fixture
def line(carrier: Carrier) -> OwnedNumber:
    free = carrier.search_numbers("+8145", limit=1)[0]
    return carrier.buy_number(free.e164, WEBHOOKS, **PAPERS)


def attempt(line: OwnedNumber) -> CallAttempt:
    return CallAttempt(
        key="callback-1",
        from_=line.e164,
        to="+819012345678",
        voice_url="https://tel.example.jp/voice",
        status_callback_url="https://tel.example.jp/status",
        ring_seconds=20,
        longest_seconds=60,
        attempted_at=AT,
    )


def test_a_number_from_search_to_release(carrier: Carrier) -> None:
    free = carrier.search_numbers("+8145", limit=2)
    assert len(free) == 2
    with pytest.raises(CarrierRefused) as caught:
        carrier.buy_number(free[0].e164, WEBHOOKS, bundle_id=None, address_id=None)
    assert caught.value.reason in {Reason.BUNDLE_REQUIRED, Reason.ADDRESS_REQUIRED}
    number = carrier.buy_number(free[0].e164, WEBHOOKS, **PAPERS)
    assert number.webhooks == WEBHOOKS
    assert carrier.find_number(free[0].e164) == number
    assert list(carrier.owned_numbers()) == [number]
    with pytest.raises(CarrierRefused) as caught:
        carrier.buy_number(free[0].e164, WEBHOOKS, **PAPERS)
    assert caught.value.reason is Reason.NUMBER_NOT_AVAILABLE
    carrier.release_number(number.number_id)
    assert carrier.find_number(free[0].e164) is None


def test_a_purchase_whose_answer_was_lost_is_found(carrier: Carrier, network: Network) -> None:
    e164 = carrier.search_numbers("+8145", limit=1)[0].e164
    network.loses_next_answer = True
    with pytest.raises(OutcomeUnknown) as caught:
        carrier.buy_number(e164, WEBHOOKS, **PAPERS)
    assert caught.value.look_up == e164
    found = carrier.find_number(e164)
    assert found is not None
    assert found.webhooks == WEBHOOKS


def test_a_call_whose_answer_was_lost_is_found_and_made_once(
    carrier: Carrier, network: Network, line: OwnedNumber
) -> None:
    assert carrier.find_call(attempt(line)) is None
    network.loses_next_answer = True
    with pytest.raises(OutcomeUnknown) as caught:
        carrier.create_call(attempt(line))
    looked_up = caught.value.look_up
    assert isinstance(looked_up, CallAttempt)
    found = carrier.find_call(looked_up)
    assert found is not None
    assert carrier.fetch_call(found.call_id) == found
    assert carrier.find_call(looked_up, known_call_ids={found.call_id}) is None


def test_a_call_is_ended_and_ending_it_again_changes_nothing(
    carrier: Carrier, network: Network, line: OwnedNumber
) -> None:
    call = carrier.create_call(attempt(line))
    assert carrier.end_call(call.call_id).call_id == call.call_id
    asyncio.run(network.sandbox.advance(AT + timedelta(seconds=1)))
    ended = carrier.fetch_call(call.call_id)
    assert ended.status.ended
    assert carrier.end_call(call.call_id) == ended
    days = [record.call_id for record in carrier.calls_of_day(date(2026, 4, 1))]
    assert days in ([], [call.call_id])  # a call that was ended before it was dialled never started


def test_a_text_whose_answer_was_lost_is_found(carrier: Carrier, network: Network, line: OwnedNumber) -> None:
    sms = SmsAttempt(from_=line.e164, to="+819012345678", text="転送を始めました。", attempted_at=AT)
    assert carrier.find_sms(sms) is None
    network.loses_next_answer = True
    with pytest.raises(OutcomeUnknown) as caught:
        carrier.send_sms(sms)
    assert caught.value.look_up == sms
    assert carrier.find_sms(sms) is not None


def test_what_the_sandbox_does_not_have_is_not_found(carrier: Carrier) -> None:
    for ask in (
        lambda: carrier.fetch_call("CA" + "0" * 32),
        lambda: carrier.fetch_number("PN" + "0" * 32),
        lambda: carrier.fetch_recording("RE" + "0" * 32),
    ):
        with pytest.raises(CarrierRefused) as caught:
            ask()
        assert caught.value.reason is Reason.NOT_FOUND
    carrier.delete_recording("RE" + "0" * 32)


def test_a_wrong_token_is_refused(network: Network) -> None:
    settings = TwilioSettings(account_sid=ACCOUNT, auth_token="wrong", base_url="http://sandbox.invalid")
    with pytest.raises(CarrierRefused) as caught:
        twilio_carrier(settings, transport=network).fetch_call("CA" + "0" * 32)
    assert caught.value.reason is Reason.AUTHENTICATION_FAILED
