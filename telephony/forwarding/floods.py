"""Floods of calls, seen before anything is looked up: how many came for one number within a minute.

Counted in this process and in memory: exact enough to protect the others, and nothing to wait for. What a line may cost
in a day is the business of caps, which the database counts.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
MOST_NUMBERS = 20_000


@dataclass
class Floods:
    """`most_per_minute` calls of one number are let in within any minute."""

    most_per_minute: int
    _calls: OrderedDict[str, deque[tuple[datetime, str]]] = field(default_factory=OrderedDict)

    def is_flood(self, number: str, call_sid: str, now: datetime) -> bool:
        """Whether this call is one too many. A call that the carrier asks about again is no further one."""
        calls = self._calls.get(number)
        if calls is None:
            calls = self._calls[number] = deque()
            if len(self._calls) > MOST_NUMBERS:
                self._calls.popitem(last=False)
        else:
            self._calls.move_to_end(number)
        while calls and calls[0][0] <= now - WINDOW:
            calls.popleft()
        if len(calls) < self.most_per_minute:
            calls.append((now, call_sid))
            return False
        return all(known != call_sid for _, known in calls)
