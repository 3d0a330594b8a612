"""The form of an incoming text message as typed values, checked after its signature (R03)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.carrier.calls import party
from telephony.carrier.protocol import SMS_LIMIT
from telephony.carrier.webhook_form import MalformedWebhook

MESSAGE_ID = re.compile(r"(?:SM|MM)[0-9a-fA-F]{32}")
_NEEDED = ("AccountSid", "MessageSid", "From", "To", "Body")


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsWebhook:
    """A text message to one of our numbers. `from_` is E.164, None for a sender without a number to answer to."""

    message_sid: str
    from_: str | None
    to: str
    body: str


def sms_webhook(form: list[tuple[str, str]], *, account_sid: str) -> SmsWebhook:
    """The values of a message webhook of this account; raises MalformedWebhook, whose reason holds no value."""
    values: dict[str, str] = {}
    for name, value in form:
        if name in _NEEDED:
            if name in values:
                raise MalformedWebhook(f"{name} repeated")
            values[name] = value
    for name in _NEEDED:
        if name not in values:
            raise MalformedWebhook(f"{name} missing")
    if values["AccountSid"] != account_sid:
        raise MalformedWebhook("AccountSid is not ours")
    if not MESSAGE_ID.fullmatch(values["MessageSid"]):
        raise MalformedWebhook("MessageSid malformed")
    to = _number(values["To"])
    if to is None:
        raise MalformedWebhook("To malformed")
    if len(values["Body"]) > SMS_LIMIT:
        raise MalformedWebhook("Body over its limit")
    return SmsWebhook(
        message_sid=values["MessageSid"], from_=_number(values["From"]), to=to, body=values["Body"]
    )


def _number(text: str) -> str | None:
    """None for who sends without a number of their own: a short code, a name."""
    try:
        found = party(text)
    except ValueError:
        return None
    return found if found is not None and found.startswith("+") else None
