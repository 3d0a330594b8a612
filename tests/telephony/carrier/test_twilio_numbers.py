"""The Twilio adapter with numbers: each request and each answer is judged by Twilio's own description."""

from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest
import respx

from telephony.carrier import (
    Carrier,
    NumberWebhooks,
    OwnedNumber,
)
from telephony.carrier.protocol import SEARCH_LIMIT
from tests.telephony.carrier.answers import (
    ACCOUNT_PATH,
    NUMBER,
    a_number,
    a_page,
    an_available_number,
)
from tests.telephony.carrier.judged_answers import judged, sent

AT = datetime(2026, 4, 1, tzinfo=UTC)
WEBHOOKS = NumberWebhooks(
    voice_url="https://tel.example.jp/voice",
    voice_fallback_url="https://carrier.example.jp/apology.xml",
    status_callback_url="https://tel.example.jp/status",
)


def test_search(carrier: Carrier, twilio: respx.MockRouter) -> None:
    found = [
        an_available_number("+81451234567", address_requirements="local"),
        an_available_number("+81451234568", locality=None, address_requirements="none"),
        an_available_number("+81312345678"),
    ]
    page = httpx.Response(200, json=a_page("available_phone_numbers", found))
    route = twilio.get("/AvailablePhoneNumbers/JP/Local.json").mock(side_effect=judged(page))
    numbers = carrier.search_numbers("+8145", limit=5)
    assert [number.e164 for number in numbers] == ["+81451234567", "+81451234568"]
    assert (numbers[0].locality, numbers[0].needs_address, numbers[1].needs_address) == (
        "Yokohama",
        True,
        False,
    )
    assert (numbers[0].takes_calls, numbers[0].takes_sms) == (True, False)
    query = dict(parse_qsl(route.calls.last.request.url.query.decode()))
    assert query == {"Contains": "+8145", "VoiceEnabled": "true", "PageSize": "5"}


def test_search_for_ip_numbers_and_its_limit(carrier: Carrier, twilio: respx.MockRouter) -> None:
    page = httpx.Response(200, json=a_page("available_phone_numbers", []))
    route = twilio.get("/AvailablePhoneNumbers/JP/National.json").mock(side_effect=judged(page))
    assert carrier.search_numbers("+8150", limit=10_000) == []
    assert route.calls.last.request.url.params["PageSize"] == str(SEARCH_LIMIT)


@pytest.mark.parametrize("prefix", ["045", "+8145*", "+1415", "", "+81"])
def test_search_takes_japanese_prefixes_only(carrier: Carrier, prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix"):
        carrier.search_numbers(prefix)


def test_buy(carrier: Carrier, twilio: respx.MockRouter) -> None:
    bundle, address = "BU" + "5" * 32, "AD" + "6" * 32
    bought = httpx.Response(201, json=a_number(bundle_sid=bundle, address_sid=address))
    route = twilio.post("/IncomingPhoneNumbers.json").mock(side_effect=judged(bought))
    assert carrier.buy_number("+81451234567", WEBHOOKS, bundle_id=bundle, address_id=address) == OwnedNumber(
        number_id=NUMBER,
        e164="+81451234567",
        webhooks=WEBHOOKS,
        bundle_id=bundle,
        address_id=address,
        bought_at=AT,
    )
    assert sent(route) == {
        "PhoneNumber": ["+81451234567"],
        "BundleSid": [bundle],
        "AddressSid": [address],
        "VoiceUrl": [WEBHOOKS.voice_url],
        "VoiceMethod": ["POST"],
        "VoiceFallbackUrl": [WEBHOOKS.voice_fallback_url],
        "VoiceFallbackMethod": ["GET"],
        "StatusCallback": [WEBHOOKS.status_callback_url],
        "StatusCallbackMethod": ["POST"],
    }


def test_buy_without_papers_sends_none(carrier: Carrier, twilio: respx.MockRouter) -> None:
    route = twilio.post("/IncomingPhoneNumbers.json").mock(
        side_effect=judged(httpx.Response(201, json=a_number()))
    )
    number = carrier.buy_number("+81451234567", WEBHOOKS, bundle_id=None, address_id=None)
    assert (number.bundle_id, number.address_id) == (None, None)
    assert not {"BundleSid", "AddressSid"} & set(sent(route))


def test_find_number_is_exact(carrier: Carrier, twilio: respx.MockRouter) -> None:
    near = a_number(sid="PN" + "9" * 32, phone_number="+814512345670")
    pages = [a_page("incoming_phone_numbers", items) for items in ([near, a_number()], [near])]
    twilio.get("/IncomingPhoneNumbers.json").mock(
        side_effect=judged(*[httpx.Response(200, json=page) for page in pages])
    )
    found = carrier.find_number("+81451234567")
    assert found is not None
    assert found.number_id == NUMBER
    assert carrier.find_number("+81451234567") is None


def test_fetch_configure_and_release_a_number(carrier: Carrier, twilio: respx.MockRouter) -> None:
    path = f"/IncomingPhoneNumbers/{NUMBER}.json"
    twilio.get(path).mock(side_effect=judged(httpx.Response(200, json=a_number())))
    route = twilio.post(path).mock(side_effect=judged(httpx.Response(200, json=a_number())))
    twilio.delete(path).mock(side_effect=judged(httpx.Response(204)))
    assert carrier.fetch_number(NUMBER).e164 == "+81451234567"
    assert carrier.configure_number(NUMBER, WEBHOOKS).webhooks == WEBHOOKS
    assert sent(route)["VoiceUrl"] == [WEBHOOKS.voice_url]
    carrier.release_number(NUMBER)


def test_owned_numbers_page_by_page(carrier: Carrier, twilio: respx.MockRouter) -> None:
    rest = f"{ACCOUNT_PATH}/IncomingPhoneNumbers.json?PageSize=1000&Page=1&PageToken=PAx"
    second = a_number(sid="PN" + "9" * 32)
    route = twilio.get("/IncomingPhoneNumbers.json").mock(
        side_effect=judged(
            httpx.Response(200, json=a_page("incoming_phone_numbers", [a_number()], next_page_uri=rest)),
            httpx.Response(200, json=a_page("incoming_phone_numbers", [second])),
        )
    )
    assert [number.number_id for number in carrier.owned_numbers()] == [NUMBER, "PN" + "9" * 32]
    assert [call.request.url.params.get("Page") for call in route.calls] == [None, "1"]
