"""REST resources as Twilio writes them: every property present, times in RFC 2822, numbers as text."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from math import ceil
from typing import Any
from urllib.parse import urlencode

from telephony.carrier.sandbox.forms import API_VERSION, recording_url, rfc2822
from telephony.carrier.sandbox.numbers import NATIONAL_DIGITS, NumberType, OwnedNumber, locality
from telephony.carrier.sandbox.store import CallRow, MessageRow, RecordingRow

Json = dict[str, Any]

INBOUND_PRICE = Decimal("0.0100")
OUTBOUND_PRICE = Decimal("0.0746")
MOBILE_PRICE = Decimal("0.1900")
"""Dollars for a started minute; examples in the size of the carrier's list, not the list."""
MOBILE_PREFIXES = ("+8170", "+8180", "+8190")
PRICE_UNIT = "USD"

CALL_SUBRESOURCES = {
    "events": "Events",
    "notifications": "Notifications",
    "payments": "Payments",
    "recordings": "Recordings",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}
NUMBER_TYPES: dict[NumberType, str] = {
    "local": "Local",
    "mobile": "Mobile",
    "toll-free": "TollFree",
    "voip": "Voip",
    "national": "National",
}


def base(account_sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}"


def call(row: CallRow, account_sid: str, now: datetime, price_delay_seconds: float) -> Json:
    uri = f"{base(account_sid)}/Calls/{row.sid}"
    starts_at = row.answered_at if row.answered_at is not None else row.created_at
    price = call_price(row, now, price_delay_seconds)
    return {
        "account_sid": account_sid,
        "annotation": None,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": _date(row.created_at),
        "date_updated": _date(row.updated_at),
        "direction": row.direction,
        "duration": str(row.seconds) if row.ended_at is not None else None,
        "end_time": _date(row.ended_at),
        "forwarded_from": row.forwarded_from,
        "from": row.caller,
        "from_formatted": row.caller,
        "group_sid": None,
        "parent_call_sid": row.parent_sid,
        "phone_number_sid": row.number_sid,
        "price": None if price is None else str(-price),
        "price_unit": PRICE_UNIT,
        "queue_time": "0",
        "sid": row.sid,
        "start_time": None if row.status == "queued" else _date(starts_at),
        "status": row.status,
        "subresource_uris": {name: f"{uri}/{path}.json" for name, path in CALL_SUBRESOURCES.items()},
        "to": row.callee,
        "to_formatted": row.callee,
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def call_price(row: CallRow, now: datetime, price_delay_seconds: float) -> Decimal | None:
    """Per started minute; None until the carrier has priced the call."""
    if row.ended_at is None or now.timestamp() < row.ended_at / 1_000 + price_delay_seconds:
        return None
    if row.direction == "inbound":
        per_minute = INBOUND_PRICE
    else:
        per_minute = MOBILE_PRICE if row.callee.startswith(MOBILE_PREFIXES) else OUTBOUND_PRICE
    return per_minute * ceil(row.seconds / 60)


def number(owned: OwnedNumber, account_sid: str) -> Json:
    settings = owned.settings
    return {
        "account_sid": account_sid,
        "address_requirements": "local",
        "address_sid": settings.address_sid,
        "api_version": API_VERSION,
        "beta": False,
        "bundle_sid": settings.bundle_sid,
        "capabilities": {"voice": True, "sms": False, "mms": False, "fax": False},
        "date_created": rfc2822(owned.created_at),
        "date_updated": rfc2822(owned.updated_at),
        "emergency_address_sid": None,
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": settings.friendly_name or owned.e164,
        "identity_sid": settings.identity_sid,
        "origin": "twilio",
        "phone_number": owned.e164,
        "sid": owned.sid,
        "sms_application_sid": None,
        "sms_fallback_method": settings.sms_fallback_method,
        "sms_fallback_url": settings.sms_fallback_url,
        "sms_method": settings.sms_method,
        "sms_url": settings.sms_url,
        "status": "in-use",
        "status_callback": settings.status_callback,
        "status_callback_method": settings.status_callback_method,
        "subresource_uris": {
            "assigned_add_ons": f"{base(account_sid)}/IncomingPhoneNumbers/{owned.sid}/AssignedAddOns.json"
        },
        "trunk_sid": None,
        "type": "national" if owned.e164[3:].startswith(tuple(NATIONAL_DIGITS)) else "local",
        "uri": f"{base(account_sid)}/IncomingPhoneNumbers/{owned.sid}.json",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "voice_fallback_method": settings.voice_fallback_method,
        "voice_fallback_url": settings.voice_fallback_url,
        "voice_method": settings.voice_method,
        "voice_receive_mode": "voice",
        "voice_url": settings.voice_url,
    }


def available(e164: str) -> Json:
    place = locality(e164)
    return {
        "address_requirements": "local",
        "beta": False,
        "capabilities": {"voice": True, "SMS": False, "MMS": False, "fax": False},
        "friendly_name": e164,
        "iso_country": "JP",
        "lata": None,
        "latitude": None,
        "locality": place,
        "longitude": None,
        "phone_number": e164,
        "postal_code": None,
        "rate_center": None,
        "region": place,
    }


def country(account_sid: str) -> Json:
    uri = f"{base(account_sid)}/AvailablePhoneNumbers/JP"
    return {
        "beta": False,
        "country": "Japan",
        "country_code": "JP",
        "subresource_uris": {
            kind.replace("-", "_"): f"{uri}/{path}.json"
            for kind, path in NUMBER_TYPES.items()
            if kind in ("local", "mobile", "toll-free", "national")
        },
        "uri": f"{uri}.json",
    }


def recording(row: RecordingRow, account_sid: str) -> Json:
    uri = f"{base(account_sid)}/Recordings/{row.sid}"
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "call_sid": row.call_sid,
        "channels": row.channels,
        "conference_sid": None,
        "date_created": _date(row.created_at),
        "date_updated": _date(row.created_at),
        "duration": str(row.seconds),
        "encryption_details": None,
        "error_code": None,
        "media_url": recording_url(account_sid, row.sid),
        "price": None,
        "price_unit": PRICE_UNIT,
        "sid": row.sid,
        "source": row.source,
        "start_time": _date(row.starts_at),
        "status": "completed",
        "subresource_uris": {
            "add_on_results": f"{uri}/AddOnResults.json",
            "transcriptions": f"{uri}/Transcriptions.json",
        },
        "track": "both",
        "uri": f"{uri}.json",
    }


def message(row: MessageRow, account_sid: str) -> Json:
    uri = f"{base(account_sid)}/Messages/{row.sid}"
    sent = row.status in ("sent", "delivered")
    return {
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "body": row.body,
        "date_created": _date(row.created_at),
        "date_sent": _date(row.created_at) if sent else None,
        "date_updated": _date(row.created_at),
        "direction": "outbound-api",
        "error_code": None,
        "error_message": None,
        "from": row.sender,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": str(segments(row.body)),
        "price": None,
        "price_unit": PRICE_UNIT,
        "sid": row.sid,
        "status": row.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": row.recipient,
        "uri": f"{uri}.json",
    }


def segments(body: str) -> int:
    """How many SMS it takes: 160 or 153 characters each in GSM's alphabet, 70 or 67 in any other."""
    one, more = (160, 153) if body.isascii() else (70, 67)
    units = len(body) if body.isascii() else len(body.encode("utf-16-le")) // 2
    return 1 if units <= one else ceil(units / more)


def page(
    key: str, items: list[Json], *, path: str, query: Mapping[str, str], number: int, size: int, more: bool
) -> Json:
    """One page of a list; `more`: whether another follows."""
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageSize", "PageToken")}

    def uri(page_number: int) -> str:
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': page_number})}"

    start = number * size
    return {
        key: items,
        "end": max(start, start + len(items) - 1),
        "first_page_uri": uri(0),
        "next_page_uri": f"{uri(number + 1)}&PageToken=PA{items[-1]['sid']}" if more else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(number - 1) if number else None,
        "start": start,
        "uri": uri(number),
    }


def _date(ms: int | None) -> str | None:
    return None if ms is None else rfc2822(datetime.fromtimestamp(ms // 1_000, UTC))
