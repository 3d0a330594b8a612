"""What calls cost: legs, prices, one charge per call."""

from telephony.metering.charging import CallFacts, LegFacts, charge_key, legs_of, posting_for, settle
from telephony.metering.models import Leg
from telephony.metering.reasons import why
from telephony.metering.tariffs import TariffRules

__all__ = [
    "CallFacts",
    "Leg",
    "LegFacts",
    "TariffRules",
    "charge_key",
    "legs_of",
    "posting_for",
    "settle",
    "why",
]
