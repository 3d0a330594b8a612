"""The time of the world, as an argument. This module alone reads the machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant: aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, starts_at: datetime) -> None:
        self._now = _utc(starts_at)

    def now(self) -> datetime:
        return self._now

    def advance_to(self, at: datetime) -> None:
        """Move to `at`, which may be the present. ValueError if it lies in the past or has no zone."""
        at = _utc(at)
        if at < self._now:
            raise ValueError(
                f"the clock stands at {self._now.isoformat()} and cannot go back to {at.isoformat()}"
            )
        self._now = at


def _utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a time without a zone is no instant")
    return at.astimezone(UTC)
