"""Every address at which the carrier calls us, on one door."""

from __future__ import annotations

from starlette.routing import BaseRoute

from coworking.membership import Passwords
from telephony.forwarding import CarrierDoor, Floods, OutgoingCalls, Webhooks
from telephony.forwarding.control import ControlCalls
from telephony.forwarding.voicemail.webhooks import VoicemailWebhooks


def carrier_routes(door: CarrierDoor, passwords: Passwords, floods: Floods) -> list[BaseRoute]:
    control = ControlCalls(door, passwords)
    calls = Webhooks(door, control.greet, floods)
    voicemail = VoicemailWebhooks(door)
    return [
        *calls.routes(),
        *control.routes(),
        *OutgoingCalls(door, control).routes(),
        *voicemail.routes(),
    ]
