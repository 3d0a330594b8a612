"""Floods of calls, seen before anything is looked up: how many came within a minute, for one number and for all (R19,
R22).

Counted in this process and in memory: exact enough to protect the others, and nothing to wait for. What a line may cost
in a day is the business of caps, which the database counts.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
MOST_NUMBERS = 20_000

Calls = deque[tuple[datetime, str]]


@dataclass
class Floods:
    """Within any minute `most_per_minute` calls of one number are let in, and `most_in_all` of all numbers together."""

    most_per_minute: int
    most_in_all: int
    _of_number: OrderedDict[str, Calls] = field(default_factory=OrderedDict)
    _of_all: Calls = field(default_factory=deque)

    def is_flood(self, number: str, call_sid: str, now: datetime) -> bool:
        """Whether this call is one too many. A call that the carrier asks about again is no further one."""
        of_number = self._of_number.get(number)
        if of_number is None:
            of_number = self._of_number[number] = deque()
            if len(self._of_number) > MOST_NUMBERS:
                self._of_number.popitem(last=False)
        else:
            self._of_number.move_to_end(number)
        for calls in (of_number, self._of_all):
            while calls and calls[0][0] <= now - WINDOW:
                calls.popleft()
        if any(known == call_sid for _, known in of_number):
            return False
        if len(of_number) >= self.most_per_minute or len(self._of_all) >= self.most_in_all:
            return True
        of_number.append((now, call_sid))
        self._of_all.append((now, call_sid))
        return False
