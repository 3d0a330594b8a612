"""Searching, buying, configuring and releasing numbers over REST."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from telephony.carrier.sandbox import resources
from telephony.carrier.sandbox.numbers import (
    CONTAINS,
    NumberSettings,
    NumberType,
    OwnedNumber,
    is_japanese_number,
)
from telephony.carrier.sandbox.requests import ApiError, RestRequest, not_found
from telephony.carrier.sandbox.resources import Json

if TYPE_CHECKING:
    from telephony.carrier.sandbox.exchange import Exchange

ADDRESS_SID = re.compile(r"AD[0-9a-f]{32}")
BUNDLE_SID = re.compile(r"BU[0-9a-f]{32}")
URL_FIELDS = {
    "VoiceUrl": "voice_url",
    "VoiceFallbackUrl": "voice_fallback_url",
    "StatusCallback": "status_callback",
    "SmsUrl": "sms_url",
    "SmsFallbackUrl": "sms_fallback_url",
}
METHOD_FIELDS = {
    "VoiceMethod": "voice_method",
    "VoiceFallbackMethod": "voice_fallback_method",
    "StatusCallbackMethod": "status_callback_method",
    "SmsMethod": "sms_method",
    "SmsFallbackMethod": "sms_fallback_method",
}


def country(exchange: "Exchange", request: RestRequest) -> Json:
    _japan(request)
    return resources.country(exchange.account_sid)


def available(exchange: "Exchange", request: RestRequest) -> Json:
    _japan(request)
    kinds: dict[str, NumberType] = {path: kind for kind, path in resources.NUMBER_TYPES.items()}
    kind = kinds.get(request.parts["kind"])
    if kind is None:
        raise not_found(request)
    contains = request.query.get("Contains") or None
    if contains is not None and not CONTAINS.fullmatch(contains):
        raise ApiError(400, 21451, "Contains holds digits and *, for Japan with +81 before them")
    found = exchange.inventory.offered(kind, contains, request.page_size) if request.page == 0 else []
    items = [resources.available(number) for number in found]
    return request.paged("available_phone_numbers", items, more=False)


def buy(exchange: "Exchange", request: RestRequest) -> Json:
    e164 = request.field("PhoneNumber") or ""
    inventory = exchange.inventory
    if not is_japanese_number(e164):
        raise ApiError(400, 21421, f"PhoneNumber is invalid: {e164}")
    if not inventory.is_free(e164) or e164 in exchange.phones:
        raise ApiError(400, 21422, f"{e164} is not available")
    if not BUNDLE_SID.fullmatch(request.field("BundleSid") or ""):
        raise ApiError(400, 21649, "Phone Number Requires a Bundle but the BundleSid was empty or is not one")
    if not ADDRESS_SID.fullmatch(request.field("AddressSid") or ""):
        raise ApiError(
            400, 21631, "Phone Number Requires an Address but the 'AddressSid' parameter was empty"
        )
    settings = _settings(request, NumberSettings())
    number = inventory.buy(exchange.new_sid("PN"), e164, exchange.now(), settings)
    return resources.number(number, exchange.account_sid)


def listed(exchange: "Exchange", request: RestRequest) -> Json:
    numbers = list(exchange.inventory.owned.values())
    wanted, name = request.query.get("PhoneNumber"), request.query.get("FriendlyName")
    if wanted:
        digits = wanted.lstrip("+").replace("*", "")
        numbers = [number for number in numbers if digits in number.e164]
    if name:
        numbers = [number for number in numbers if number.settings.friendly_name == name]
    start, size = request.page * request.page_size, request.page_size
    items = [resources.number(number, exchange.account_sid) for number in numbers[start : start + size]]
    return request.paged("incoming_phone_numbers", items, more=len(numbers) > start + size)


def fetch(exchange: "Exchange", request: RestRequest) -> Json:
    return resources.number(_number(exchange, request), exchange.account_sid)


def update(exchange: "Exchange", request: RestRequest) -> Json:
    number = _number(exchange, request)
    number.settings = _settings(request, number.settings)
    number.updated_at = exchange.now()
    exchange.inventory.save(number)
    return resources.number(number, exchange.account_sid)


def release(exchange: "Exchange", request: RestRequest) -> None:
    exchange.inventory.release(_number(exchange, request))


def _number(exchange: "Exchange", request: RestRequest) -> OwnedNumber:
    number = exchange.inventory.by_sid(request.parts["sid"])
    if number is None:
        raise not_found(request)
    return number


def _settings(request: RestRequest, before: NumberSettings) -> NumberSettings:
    changes: dict[str, str] = {}
    for field, name in URL_FIELDS.items():
        url = request.url(field)
        if url is not None:
            changes[name] = url
    for field, name in METHOD_FIELDS.items():
        if request.field(field):
            changes[name] = request.method(field)
    for field, name in (
        ("FriendlyName", "friendly_name"),
        ("AddressSid", "address_sid"),
        ("BundleSid", "bundle_sid"),
        ("IdentitySid", "identity_sid"),
    ):
        value = request.field(field)
        if value is not None:
            changes[name] = value
    return replace(before, **changes)


def _japan(request: RestRequest) -> None:
    if request.parts["country"] != "JP":
        raise not_found(request)
