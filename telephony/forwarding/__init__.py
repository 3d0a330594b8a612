"""Live calls: where they go, what the carrier told of them, what became of them."""

from telephony.forwarding.call_records import CallRecord, get_call
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.calling_out.calls import OutgoingCalls
from telephony.forwarding.calling_out.desk_phones import lend_desk_phone
from telephony.forwarding.calling_out.placing import place_calls
from telephony.forwarding.cards import rewrite_all_cards, rewrite_card, rewrite_control_card
from telephony.forwarding.carrier_door import Believed, CarrierAccount, CarrierDoor
from telephony.forwarding.destinations import Change, WantedDestination, set_forwarding
from telephony.forwarding.event_store import EventStore
from telephony.forwarding.floods import Floods
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.settling import settle_events
from telephony.forwarding.told_calls import CallsTold, ToldCall
from telephony.forwarding.watching import ParkedCall, parked_calls, watch_told
from telephony.forwarding.webhooks import Webhooks

__all__ = [
    "Believed",
    "CallRecord",
    "CallRules",
    "Callbacks",
    "CallsTold",
    "CarrierAccount",
    "CarrierDoor",
    "Change",
    "EventStore",
    "Floods",
    "OutgoingCalls",
    "ParkedCall",
    "RulesOfCalls",
    "ToldCall",
    "WantedDestination",
    "Webhooks",
    "get_call",
    "lend_desk_phone",
    "parked_calls",
    "place_calls",
    "rewrite_all_cards",
    "rewrite_card",
    "rewrite_control_card",
    "set_forwarding",
    "settle_events",
    "watch_told",
]
