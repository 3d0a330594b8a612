"""Telephone carriers: the protocol by which the house asks one, the documents and webhooks that it exchanges.

Importing this does not import the SDK; `twilio_carrier` does, when it is called.
"""

from typing import TYPE_CHECKING

from telephony.carrier import voice_document
from telephony.carrier.calls import CallStatus, Direction, party
from telephony.carrier.errors import (
    CarrierAnswerMalformed,
    CarrierError,
    CarrierRefused,
    CarrierUnreachable,
    OutcomeUnknown,
    Reason,
)
from telephony.carrier.pace import Pace
from telephony.carrier.protocol import (
    AvailableNumber,
    CallAttempt,
    CallRecord,
    Capabilities,
    Carrier,
    Carriers,
    LookUp,
    NumberWebhooks,
    OwnedNumber,
    RecordingRecord,
    SmsAttempt,
    SmsRecord,
)
from telephony.carrier.settings import TwilioSettings
from telephony.carrier.signature import SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER, sign, valid
from telephony.carrier.sms_form import SmsWebhook, sms_webhook
from telephony.carrier.webhook_form import (
    BODY_LIMIT_BYTES,
    MalformedWebhook,
    RecordingWebhook,
    StatusWebhook,
    VoiceWebhook,
    parse_form,
    recording_webhook,
    status_webhook,
    voice_webhook,
)

if TYPE_CHECKING:
    import httpx

__all__ = [
    "BODY_LIMIT_BYTES",
    "SIGNATURE_HEADER",
    "SIGNATURE_SETTINGS_HEADER",
    "AvailableNumber",
    "CallAttempt",
    "CallRecord",
    "CallStatus",
    "Capabilities",
    "Carrier",
    "CarrierAnswerMalformed",
    "CarrierError",
    "CarrierRefused",
    "CarrierUnreachable",
    "Carriers",
    "Direction",
    "LookUp",
    "MalformedWebhook",
    "NumberWebhooks",
    "OutcomeUnknown",
    "OwnedNumber",
    "Pace",
    "Reason",
    "RecordingRecord",
    "RecordingWebhook",
    "SmsAttempt",
    "SmsRecord",
    "SmsWebhook",
    "StatusWebhook",
    "TwilioSettings",
    "VoiceWebhook",
    "parse_form",
    "party",
    "recording_webhook",
    "sign",
    "sms_webhook",
    "status_webhook",
    "twilio_carrier",
    "valid",
    "voice_document",
    "voice_webhook",
]


def twilio_carrier(
    settings: TwilioSettings, *, transport: "httpx.BaseTransport | None" = None, pace: Pace | None = None
) -> Carrier:
    """The carrier at `settings.base_url`: Twilio's own or a sandbox's.

    `transport` asks a sandbox of this process without the network: `httpx.MockTransport(sandbox.handle)`.
    """
    from telephony.carrier.twilio import TwilioCarrier

    return TwilioCarrier(settings, transport=transport, pace=pace)
