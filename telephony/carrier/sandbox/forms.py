"""The form fields of Twilio's webhooks."""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from math import ceil

from telephony.carrier.sandbox.calls import Leg, Status

API_VERSION = "2010-04-01"

Form = list[tuple[str, str]]


def call_form(leg: Leg, account_sid: str, status: Status) -> Form:
    """What every voice webhook says of the leg."""
    if not leg.fixed_form:
        leg.fixed_form = _fixed_form(leg, account_sid)
    return [*leg.fixed_form, ("CallStatus", status.value)]


def status_form(leg: Leg, account_sid: str, event_status: Status, sequence: int, at: datetime) -> Form:
    form = call_form(leg, account_sid, event_status)
    form += (
        ("Timestamp", rfc2822(at)),
        ("CallbackSource", "call-progress-events"),
        ("SequenceNumber", str(sequence)),
    )
    if leg.ended_at is not None:
        # Duration is in started minutes, CallDuration in seconds: Twilio sends both
        form += (
            ("CallDuration", str(leg.call_seconds)),
            ("Duration", str(ceil(leg.call_seconds / 60))),
            ("SipResponseCode", str(leg.sip_code)),
        )
    return form


def _fixed_form(leg: Leg, account_sid: str) -> Form:
    form = [
        ("AccountSid", account_sid),
        ("ApiVersion", API_VERSION),
        ("CallSid", leg.sid),
        ("Direction", leg.direction),
        ("From", leg.caller),
        ("To", leg.to),
        ("Caller", leg.caller),
        ("Called", leg.to),
    ]
    for side, number in (("Caller", leg.caller), ("Called", leg.to), ("From", leg.caller), ("To", leg.to)):
        country = "JP" if number.startswith("+81") else ""
        form += ((f"{side}City", ""), (f"{side}State", ""), (f"{side}Zip", ""), (f"{side}Country", country))
    if leg.parent is not None:
        form.append(("ParentCallSid", leg.parent.sid))
    if leg.forwarded_from is not None:
        form += (("ForwardedFrom", leg.forwarded_from), ("CalledVia", leg.forwarded_from))
    if leg.stir_verstat is not None:
        form.append(("StirVerstat", leg.stir_verstat))
    form += leg.sip_form
    return form


@lru_cache(maxsize=64)
def rfc2822(at: datetime) -> str:
    return format_datetime(at)


def recording_url(account_sid: str, sid: str) -> str:
    return f"https://api.twilio.com/{API_VERSION}/Accounts/{account_sid}/Recordings/{sid}"
