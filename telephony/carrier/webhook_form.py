"""The form of a carrier's webhook as typed values, checked after its signature (R03).

A signature does not tell where a name ends and its value begins (`a=bc` and `ab=c` sign alike), so a signed
form may still have been cut differently on its way. What is acted on is therefore unique and of its
documented shape, and what every call has is required. Parameters not known here are ignored: the carrier adds
new ones without notice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from telephony.carrier.calls import CALL_ID, RECORDING_ID, CallStatus, Direction, party

BODY_LIMIT_BYTES = 64 * 1024
PARAMETER_LIMIT = 200

_STATUSES = {status.value: status for status in CallStatus}
_DIRECTIONS = {direction.value: direction for direction in Direction}
_BOOLEANS = {"true": True, "false": False}
_KNOWN = frozenset(
    {
        "AccountSid",
        "CallSid",
        "CallStatus",
        "Direction",
        "From",
        "To",
        "ParentCallSid",
        "ForwardedFrom",
        "CallDuration",
        "SequenceNumber",
        "Timestamp",
        "SipResponseCode",
        "ErrorCode",
        "Digits",
        "DialCallStatus",
        "DialCallSid",
        "DialCallDuration",
        "DialBridged",
        "RecordingSid",
        "RecordingDuration",
        "RecordingStatus",
    }
)
_DIGITS = re.compile(r"[0-9*#A-DwW]{1,64}|hangup")
_COUNT = re.compile(r"[0-9]{1,9}")  # so that it fits a 32-bit column

# Escapes whose characters neither separate pairs nor can become part of another escape: undone in the whole
# body at once, which is five times as fast as value by value. The body of an ordinary call has no others.
_PLAIN_ESCAPES = (("%2B", "+"), ("%3A", ":"), ("%2F", "/"), ("%2C", ","), ("%40", "@"), ("%23", "#"))


class MalformedWebhook(ValueError):
    """A webhook that no carrier sends: answered with 403 (R02). `reason` holds no value of the form (R30)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceWebhook:
    """A request for a voice document: a new call, or the action of Dial, Gather or Record, or a whisper.

    Numbers are E.164 or SIP addresses; `from_` is None for a withheld caller. Durations are seconds.
    `dial_bridged` alone does not mean that a person accepted: see the whisper.
    """

    account_sid: str
    call_sid: str
    call_status: CallStatus
    direction: Direction
    from_: str | None
    to: str
    parent_call_sid: str | None = None
    forwarded_from: str | None = None
    call_duration_seconds: int | None = None
    digits: str | None = None
    dial_call_status: CallStatus | None = None
    dial_call_sid: str | None = None
    dial_call_duration_seconds: int | None = None
    dial_bridged: bool | None = None
    recording_sid: str | None = None
    recording_duration_seconds: int | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusWebhook:
    """A call's progress. `sequence` counts a call's events from 0 as they happened, not as they arrive.

    `timestamp` is when it happened, in UTC, to the second. The form's `Duration` is in minutes and not taken.
    """

    account_sid: str
    call_sid: str
    call_status: CallStatus
    direction: Direction
    from_: str | None
    to: str
    parent_call_sid: str | None = None
    forwarded_from: str | None = None
    call_duration_seconds: int | None = None
    sequence: int | None = None
    timestamp: datetime | None = None
    sip_response_code: int | None = None
    error_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingWebhook:
    """What became of a recording: it can be fetched when it `is_complete`, else there is none."""

    account_sid: str
    call_sid: str
    recording_sid: str
    is_complete: bool
    duration_seconds: int | None = None


def parse_form(body: bytes) -> list[tuple[str, str]]:
    """The decoded pairs of a form body in the order sent, exactly as `parse_qsl(…, keep_blank_values=True)`.

    Raises MalformedWebhook for a body over its limits or with bytes that a form cannot hold.
    """
    if len(body) > BODY_LIMIT_BYTES:
        raise MalformedWebhook("body over its limit")
    if body.count(b"&") >= PARAMETER_LIMIT:
        raise MalformedWebhook("too many parameters")
    try:
        text = body.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedWebhook("body is no form") from None
    text = text.replace("+", " ")
    if "%" in text:
        for escape, character in _PLAIN_ESCAPES:
            text = text.replace(escape, character)
    form = []
    if "%" not in text:
        for pair in text.split("&"):
            if pair:
                name, _, value = pair.partition("=")
                form.append((name, value))
        return form
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            form.append((unquote(name, errors="replace"), unquote(value, errors="replace")))
    return form


def voice_webhook(form: list[tuple[str, str]], *, account_sid: str) -> VoiceWebhook:
    """The values of a voice webhook of this account; raises MalformedWebhook."""
    values = _single_values(form)
    return VoiceWebhook(
        account_sid=_account(values, account_sid),
        call_sid=_call_sid(values),
        call_status=_status(values, "CallStatus"),
        direction=_direction(values),
        from_=_caller(values),
        to=_called(values),
        parent_call_sid=_optional_sid(values, "ParentCallSid", CALL_ID),
        forwarded_from=_forwarded_from(values),
        call_duration_seconds=_count(values, "CallDuration"),
        digits=_digits(values),
        dial_call_status=_status(values, "DialCallStatus") if values.get("DialCallStatus") else None,
        dial_call_sid=_optional_sid(values, "DialCallSid", CALL_ID),
        dial_call_duration_seconds=_count(values, "DialCallDuration"),
        dial_bridged=_boolean(values, "DialBridged"),
        recording_sid=_optional_sid(values, "RecordingSid", RECORDING_ID),
        recording_duration_seconds=_count(values, "RecordingDuration"),
        error_code=_count(values, "ErrorCode"),
    )


def status_webhook(form: list[tuple[str, str]], *, account_sid: str) -> StatusWebhook:
    """The values of a status callback of this account; raises MalformedWebhook."""
    values = _single_values(form)
    return StatusWebhook(
        account_sid=_account(values, account_sid),
        call_sid=_call_sid(values),
        call_status=_status(values, "CallStatus"),
        direction=_direction(values),
        from_=_caller(values),
        to=_called(values),
        parent_call_sid=_optional_sid(values, "ParentCallSid", CALL_ID),
        forwarded_from=_forwarded_from(values),
        call_duration_seconds=_count(values, "CallDuration"),
        sequence=_count(values, "SequenceNumber"),
        timestamp=_timestamp(values),
        sip_response_code=_count(values, "SipResponseCode"),
        error_code=_count(values, "ErrorCode"),
    )


def recording_webhook(form: list[tuple[str, str]], *, account_sid: str) -> RecordingWebhook:
    """The values of a recording's callback of this account; raises MalformedWebhook."""
    values = _single_values(form)
    recording_sid = _required(values, "RecordingSid")
    if not RECORDING_ID.fullmatch(recording_sid):
        raise MalformedWebhook("RecordingSid malformed")
    return RecordingWebhook(
        account_sid=_account(values, account_sid),
        call_sid=_call_sid(values),
        recording_sid=recording_sid,
        is_complete=values.get("RecordingStatus", "completed") == "completed",
        duration_seconds=_count(values, "RecordingDuration"),
    )


def _single_values(form: list[tuple[str, str]]) -> dict[str, str]:
    values = dict(form)
    if len(values) != len(form):
        seen = set()
        for name, _ in form:
            if name in seen and name in _KNOWN:
                raise MalformedWebhook(f"{name} repeated")
            seen.add(name)
    return values


def _required(values: dict[str, str], name: str) -> str:
    value = values.get(name)
    if value is None:
        raise MalformedWebhook(f"{name} missing")
    return value


def _account(values: dict[str, str], account_sid: str) -> str:
    if _required(values, "AccountSid") != account_sid:
        raise MalformedWebhook("AccountSid is not ours")
    return account_sid


def _call_sid(values: dict[str, str]) -> str:
    call_sid = _required(values, "CallSid")
    if not CALL_ID.fullmatch(call_sid):
        raise MalformedWebhook("CallSid malformed")
    return call_sid


def _optional_sid(values: dict[str, str], name: str, shape: re.Pattern[str]) -> str | None:
    value = values.get(name)
    if not value:
        return None
    if not shape.fullmatch(value):
        raise MalformedWebhook(f"{name} malformed")
    return value


def _status(values: dict[str, str], name: str) -> CallStatus:
    status = _STATUSES.get(_required(values, name))
    if status is None:
        raise MalformedWebhook(f"{name} unknown")
    return status


def _direction(values: dict[str, str]) -> Direction:
    direction = _DIRECTIONS.get(_required(values, "Direction"))
    if direction is None:
        raise MalformedWebhook("Direction unknown")
    return direction


def _caller(values: dict[str, str]) -> str | None:
    text = _required(values, "From")
    try:
        return party(text)
    except ValueError:
        raise MalformedWebhook("From malformed") from None


def _called(values: dict[str, str]) -> str:
    text = _required(values, "To")
    try:
        called = party(text)
    except ValueError:
        called = None
    if called is None:
        raise MalformedWebhook("To malformed")
    return called


def _forwarded_from(values: dict[str, str]) -> str | None:
    """Who forwarded the call here, if the caller's carrier says so; in what shape is up to that carrier."""
    text = values.get("ForwardedFrom")
    if not text:
        return None
    try:
        return party(text)
    except ValueError:
        return None


def _count(values: dict[str, str], name: str) -> int | None:
    value = values.get(name)
    if not value:
        return None
    if not _COUNT.fullmatch(value):
        raise MalformedWebhook(f"{name} malformed")
    return int(value)


def _digits(values: dict[str, str]) -> str | None:
    """The keys pressed; a Record that ended with the call says `hangup`, which is no key."""
    digits = values.get("Digits")
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits):
        raise MalformedWebhook("Digits malformed")
    return None if digits == "hangup" else digits


def _boolean(values: dict[str, str], name: str) -> bool | None:
    value = values.get(name)
    if not value:
        return None
    if value not in _BOOLEANS:
        raise MalformedWebhook(f"{name} malformed")
    return _BOOLEANS[value]


def _timestamp(values: dict[str, str]) -> datetime | None:
    value = values.get("Timestamp")
    if not value:
        return None
    try:
        given = parsedate_to_datetime(value)
        at = given.astimezone(UTC) if given.tzinfo else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        raise MalformedWebhook("Timestamp malformed")
    return at
