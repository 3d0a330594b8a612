"""An operator's rules as live calls need them, and where tasks find them."""

from __future__ import annotations

from dataclasses import dataclass

from coworking.kit.errors import Language
from telephony.forwarding.profile import ForwardingProfile
from telephony.metering import TariffRules


@dataclass(frozen=True)
class CallRules:
    forwarding: ForwardingProfile
    tariffs: TariffRules
    language: Language


class RulesOfCalls(dict[int, CallRules]):
    """The rules by operator."""
