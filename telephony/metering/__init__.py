"""What calls cost: legs, prices, one charge per call."""

from telephony.metering.anomalies import Anomaly, LineMonth, find_anomalies
from telephony.metering.call_facts import CallFacts, LegFacts, legs_of, stored_calls
from telephony.metering.caps import (
    CAPPED,
    NO_SYSTEM_CAPS,
    Count,
    Passed,
    SystemCaps,
    UnitPrice,
    cap_ends_at,
    cap_period,
    cap_wait_seconds,
    caps_passed,
)
from telephony.metering.charging import BILLED_ROLES, charge_key, posting_for, settle
from telephony.metering.events import CallsOvertaken
from telephony.metering.holds import charge_holds, hold_charge, release_charge
from telephony.metering.models import Leg
from telephony.metering.months import MonthSpan, month_before, month_span
from telephony.metering.profile import CallClass, Caps, CapSet, Origin
from telephony.metering.reasons import why, why_free
from telephony.metering.schemas import AnomalyAnswer
from telephony.metering.tariffs import RulesOfTariffs, TariffRules, offers_outgoing
from telephony.metering.usage import LiveLeg, Usage, live_legs, usage_of_line, usage_of_member
from telephony.metering.usage_models import BilledLeg, ChargeHold

__all__ = [
    "BILLED_ROLES",
    "CAPPED",
    "NO_SYSTEM_CAPS",
    "Anomaly",
    "AnomalyAnswer",
    "BilledLeg",
    "CallClass",
    "CallFacts",
    "CallsOvertaken",
    "CapSet",
    "Caps",
    "ChargeHold",
    "Count",
    "Leg",
    "LegFacts",
    "LineMonth",
    "LiveLeg",
    "MonthSpan",
    "Origin",
    "Passed",
    "RulesOfTariffs",
    "SystemCaps",
    "TariffRules",
    "UnitPrice",
    "Usage",
    "cap_ends_at",
    "cap_period",
    "cap_wait_seconds",
    "caps_passed",
    "charge_holds",
    "charge_key",
    "find_anomalies",
    "hold_charge",
    "legs_of",
    "live_legs",
    "month_before",
    "month_span",
    "offers_outgoing",
    "posting_for",
    "release_charge",
    "settle",
    "stored_calls",
    "usage_of_line",
    "usage_of_member",
    "why",
    "why_free",
]
