"""What metering tells the packages above it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallsOvertaken:
    """Calls that were billed anew because another call took their free units."""

    call_sids: Sequence[str]
    at: datetime
