"""Steering a line from outside: by calling in, by text message, with a PIN."""

from telephony.forwarding.control.calls import ControlCalls
from telephony.forwarding.control.change_notices import Contacts, read_texts, tell_phone_changed
from telephony.forwarding.control.pins import pin_of, set_pin
from telephony.forwarding.control.sessions import close_sessions

__all__ = [
    "Contacts",
    "ControlCalls",
    "close_sessions",
    "pin_of",
    "read_texts",
    "set_pin",
    "tell_phone_changed",
]
