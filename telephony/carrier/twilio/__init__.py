"""The Twilio adapter; the SDK comes with it. Entered by `telephony.carrier.twilio_carrier`."""

from telephony.carrier.twilio.adapter import TwilioCarrier

__all__ = ["TwilioCarrier"]
