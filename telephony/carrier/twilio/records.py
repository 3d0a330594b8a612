"""The SDK's resources as our values. Raises ValueError (also as InvalidOperation) for what cannot be one."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from telephony.carrier.calls import CallStatus, Direction, party
from telephony.carrier.protocol import (
    AvailableNumber,
    CallRecord,
    NumberWebhooks,
    OwnedNumber,
    RecordingRecord,
    SmsRecord,
)


def call_record(call: Any) -> CallRecord:
    price = _decimal(call.price)
    return CallRecord(
        call_id=_text(call.sid),
        parent_call_id=call.parent_call_sid or None,
        from_=_party(call._from),
        to=_party(call.to),
        direction=_direction(call.direction),
        status=CallStatus(call.status),
        created_at=call.date_created,
        started_at=call.start_time,
        ended_at=call.end_time,
        duration_seconds=_seconds(call.duration),
        price=None if price is None else -price,  # Twilio's is negative: it is taken off the account
        price_unit=call.price_unit or None,
        number_id=call.phone_number_sid or None,
        forwarded_from=_party(call.forwarded_from or ""),
    )


def available_number(number: Any) -> AvailableNumber:
    capabilities = {name.lower(): able for name, able in (number.capabilities or {}).items()}
    return AvailableNumber(
        e164=_text(number.phone_number),
        locality=number.locality or None,
        takes_calls=bool(capabilities.get("voice")),
        takes_sms=bool(capabilities.get("sms")),
        needs_address=(number.address_requirements or "none") != "none",
    )


def owned_number(number: Any) -> OwnedNumber:
    return OwnedNumber(
        number_id=_text(number.sid),
        e164=_text(number.phone_number),
        webhooks=NumberWebhooks(
            voice_url=number.voice_url or "",
            voice_fallback_url=number.voice_fallback_url or "",
            status_callback_url=number.status_callback or "",
            sms_url=number.sms_url or "",
        ),
        bundle_id=number.bundle_sid or None,
        address_id=number.address_sid or None,
        bought_at=number.date_created,
    )


def sms_record(message: Any) -> SmsRecord:
    return SmsRecord(sms_id=_text(message.sid), status=_text(message.status), created_at=message.date_created)


def recording_record(recording: Any) -> RecordingRecord:
    created_at = recording.date_created
    return RecordingRecord(
        recording_id=_text(recording.sid),
        call_id=recording.call_sid or None,
        status=_text(recording.status),
        duration_seconds=_seconds(recording.duration),
        created_at=created_at if isinstance(created_at, datetime) else None,
    )


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a member that must be a text is not")
    return value


def _party(value: object) -> str | None:
    """A record is history: a party in a shape that nobody knows is no reason to lose it."""
    try:
        return party(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _direction(value: object) -> Direction | None:
    """None for a trunk's directions, which are not ours."""
    try:
        return Direction(str(value))
    except ValueError:
        return None


def _seconds(value: object) -> int | None:
    """Seconds, which Twilio writes as text; empty and negative ones mean that there is no duration."""
    if value is None or value == "":
        return None
    seconds = int(str(value))
    return seconds if seconds >= 0 else None


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise ValueError("a price that is no number") from None
    if not number.is_finite():
        raise ValueError("a price that is no number")
    return number
