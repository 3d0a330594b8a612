"""Every address at which the carrier calls us, on one door."""

from __future__ import annotations

from starlette.routing import BaseRoute

from coworking.membership import Passwords
from telephony.forwarding import CarrierDoor, Floods, OutgoingCalls, Webhooks
from telephony.forwarding.control import ControlCalls
from telephony.forwarding.voicemail.webhooks import VoicemailWebhooks

MOST_CALLS_A_MINUTE_OF_A_NUMBER = 120


def carrier_routes(door: CarrierDoor, passwords: Passwords) -> list[BaseRoute]:
    control = ControlCalls(door, passwords)
    calls = Webhooks(door, control.greet, Floods(MOST_CALLS_A_MINUTE_OF_A_NUMBER))
    voicemail = VoicemailWebhooks(door)
    return [
        *calls.routes(),
        *control.routes(),
        *OutgoingCalls(door, control).routes(),
        *voicemail.routes(),
    ]
