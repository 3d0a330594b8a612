"""An operator's rules as live calls need them, and where tasks find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from coworking.kit.errors import Language
from telephony.forwarding.profile import ForwardingProfile
from telephony.metering import NO_SYSTEM_CAPS, SystemCaps, TariffRules
from telephony.numbers import LinesNotLent


@dataclass(frozen=True)
class CallRules:
    forwarding: ForwardingProfile
    tariffs: TariffRules
    language: Language
    system_caps: SystemCaps = NO_SYSTEM_CAPS

    def usual_settings(self) -> dict[str, Any]:
        """The settings of a line until its member changes them."""
        defaults = self.forwarding.defaults
        return {
            "strategy": defaults.strategy.value,
            "press_one": defaults.press_one,
            "whisper": defaults.whisper,
            "shows": defaults.shows.value,
            "withheld": defaults.withheld_caller.value,
            "unanswered": defaults.unanswered.value,
            "when_off": defaults.when_off.value,
            "outside_hours": defaults.outside_hours.value,
        }


class RulesOfCalls(dict[int, CallRules]):
    """The rules by operator; of one that lends no lines `LinesNotLent` is raised."""

    def __missing__(self, operator_id: int) -> CallRules:
        raise LinesNotLent
