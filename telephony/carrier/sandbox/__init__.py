"""A Twilio-compatible carrier on this machine (see README.md)."""

from telephony.carrier.sandbox.exchange import Limits, Problem
from telephony.carrier.sandbox.phones import Behaviour, Busy, Forwards, Keys, Manual, Phone, Script
from telephony.carrier.sandbox.sandbox import NoCall, Sandbox, UnknownPhone
from telephony.carrier.sandbox.sip import SipDomain
from telephony.carrier.sandbox.store import Store
from telephony.carrier.sandbox.webhooks import Deliver, Disturbances, WebhookRequest, WebhookResponse

__all__ = [
    "Behaviour",
    "Busy",
    "Deliver",
    "Disturbances",
    "Forwards",
    "Keys",
    "Limits",
    "Manual",
    "NoCall",
    "Phone",
    "Problem",
    "Sandbox",
    "Script",
    "SipDomain",
    "Store",
    "UnknownPhone",
    "WebhookRequest",
    "WebhookResponse",
]
