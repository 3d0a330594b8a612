"""Live calls: where they go, what the carrier told of them, what became of them."""

from telephony.forwarding.call_records import CallRecord, get_call
from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.cards import rewrite_all_cards, rewrite_card
from telephony.forwarding.destinations import Change, WantedDestination, set_forwarding
from telephony.forwarding.event_store import EventStore
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.settling import settle_events
from telephony.forwarding.webhooks import CarrierAccount, Webhooks

__all__ = [
    "CallRecord",
    "CallRules",
    "Callbacks",
    "CarrierAccount",
    "Change",
    "EventStore",
    "RulesOfCalls",
    "WantedDestination",
    "Webhooks",
    "get_call",
    "rewrite_all_cards",
    "rewrite_card",
    "set_forwarding",
    "settle_events",
]
