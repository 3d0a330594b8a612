"""Live calls: where they go, what the carrier told of them, what became of them."""

from telephony.forwarding.callbacks import Callbacks
from telephony.forwarding.cards import rewrite_all_cards, rewrite_card
from telephony.forwarding.event_store import EventStore
from telephony.forwarding.rules import CallRules, RulesOfCalls
from telephony.forwarding.settling import settle_events
from telephony.forwarding.webhooks import CarrierAccount, Webhooks

__all__ = [
    "CallRules",
    "Callbacks",
    "CarrierAccount",
    "EventStore",
    "RulesOfCalls",
    "Webhooks",
    "rewrite_all_cards",
    "rewrite_card",
    "settle_events",
]
