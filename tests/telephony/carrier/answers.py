"""Answers in the shape of Twilio's REST API: every property that its description names, and changes to taste."""

from typing import Any

import httpx

from tests.telephony.carrier.description import described

ACCOUNT = "AC" + "a" * 32
TOKEN = "t" * 32
CALL = "CA" + "1" * 32
NUMBER = "PN" + "2" * 32
MESSAGE = "SM" + "3" * 32
RECORDING = "RE" + "4" * 32
CREATED = "Wed, 01 Apr 2026 00:00:00 +0000"
ACCOUNT_PATH = f"/2010-04-01/Accounts/{ACCOUNT}"


def _resource(schema: str, changes: dict[str, Any]) -> dict[str, Any]:
    properties = described()["components"]["schemas"][f"api.v2010.account.{schema}"]["properties"]
    return dict.fromkeys(properties) | {"account_sid": ACCOUNT} | changes


def a_call(**changes: Any) -> dict[str, Any]:
    return _resource(
        "call",
        {
            "sid": CALL,
            "from": "+81451234567",
            "to": "+819012345678",
            "status": "queued",
            "direction": "outbound-api",
            "date_created": CREATED,
            "phone_number_sid": NUMBER,
        }
        | changes,
    )


def a_number(**changes: Any) -> dict[str, Any]:
    return _resource(
        "incoming_phone_number",
        {
            "sid": NUMBER,
            "phone_number": "+81451234567",
            "address_requirements": "local",
            "emergency_address_status": "unregistered",
            "emergency_status": "Inactive",
            "voice_receive_mode": "voice",
            "date_created": CREATED,
            "voice_url": "https://tel.example.jp/voice",
            "voice_fallback_url": "https://carrier.example.jp/apology.xml",
            "status_callback": "https://tel.example.jp/status",
            "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
            "voice_method": "POST",
            "voice_fallback_method": "GET",
            "status_callback_method": "POST",
            "sms_method": "POST",
            "sms_fallback_method": "POST",
        }
        | changes,
    )


def an_available_number(e164: str, **changes: Any) -> dict[str, Any]:
    kind = "available_phone_number_country.available_phone_number_local"
    resource = _resource(kind, {"phone_number": e164, "locality": "Yokohama", "iso_country": "JP"} | changes)
    del resource["account_sid"]
    return resource | {"capabilities": {"voice": True, "sms": False, "mms": False, "fax": False}}


def a_message(**changes: Any) -> dict[str, Any]:
    return _resource(
        "message",
        {
            "sid": MESSAGE,
            "body": "こんにちは",
            "status": "queued",
            "direction": "outbound-api",
            "date_created": CREATED,
        }
        | changes,
    )


def a_recording(**changes: Any) -> dict[str, Any]:
    return _resource(
        "recording",
        {
            "sid": RECORDING,
            "call_sid": CALL,
            "status": "completed",
            "source": "RecordVerb",
            "duration": "12",
            "date_created": CREATED,
        }
        | changes,
    )


def a_page(key: str, items: list[dict[str, Any]], *, next_page_uri: str | None = None) -> dict[str, Any]:
    uri = f"{ACCOUNT_PATH}/Page.json"
    return {
        key: items,
        "first_page_uri": uri,
        "next_page_uri": next_page_uri,
        "previous_page_uri": None,
        "uri": uri,
        "page": 0,
        "page_size": 50,
        "start": 0,
        "end": len(items),
    }


def an_error(
    status: int, code: int, message: str = "", headers: dict[str, str] | None = None
) -> httpx.Response:
    more_info = f"https://www.twilio.com/docs/errors/{code}"
    payload = {"code": code, "message": message, "more_info": more_info, "status": status}
    return httpx.Response(status, json=payload, headers=headers)
