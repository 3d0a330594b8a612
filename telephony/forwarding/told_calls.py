"""What the house hears of calls that were told anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ToldCall:
    """A call as all of its events tell it now. `outcome` stands when the call has ended; `recording_seconds` is None
    where nothing was recorded. A call to a number that is not lent has no line and no member."""

    call_sid: str
    line_id: int | None
    member_id: int | None
    direction: str
    status: str
    outcome: str | None
    decided_by: str | None
    from_number: str | None
    to_number: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    recording_sid: str | None
    recording_seconds: int | None


@dataclass(frozen=True, slots=True)
class CallsTold:
    """Told in the session that wrote these calls down, again whenever one is told anew: who acts on it does so once,
    under a key."""

    calls: Sequence[ToldCall]
    at: datetime
