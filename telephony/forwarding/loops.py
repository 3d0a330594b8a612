"""Loops through numbers that are not ours, seen by what they do: the same caller comes back to the same line again and
again within seconds, while the calls before are still going on.

A loop through our own lines is refused when it is set, and one that comes back under the line's own number is seen by
routing. What is left has passed a network that shows the first caller, the phone in between, or nobody. A call that is
one too many is not forwarded, so the circle is broken where it passes us.

Counted in this process and in memory, as floods are: cheap enough for every call, and nothing to wait for.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

WINDOW = timedelta(seconds=30)
MOST_AT_ONCE = 2
"""Calls of one caller to one line that may go on together. With the one that began the circle that makes three legs at
most (R18), for a phone in between may show its own number from the second call on."""
MOST_CALLS = 50_000


@dataclass(frozen=True, slots=True)
class _Call:
    line_id: int
    caller: str | None
    forwarded_from: str | None
    began_at: datetime
    is_loop: bool

    def is_like(self, caller: str | None, forwarded_from: str | None) -> bool:
        return self.caller == caller or (forwarded_from is not None and self.forwarded_from == forwarded_from)


@dataclass
class Loops:
    """The calls of the last `WINDOW` that have not ended. A withheld caller is one like any other: a circle may hide
    its number too."""

    _calls: OrderedDict[str, _Call] = field(default_factory=OrderedDict)
    _of_line: defaultdict[int, dict[str, _Call]] = field(default_factory=lambda: defaultdict(dict))

    def seen(
        self, line_id: int, caller: str | None, forwarded_from: str | None, call_sid: str, now: datetime
    ) -> bool:
        """Whether this call is a loop come back to this line, and remember it. `caller` and `forwarded_from` are as the
        carrier tells them. A call that the carrier asks about again is answered as the first time."""
        self._forget_before(now - WINDOW)
        known = self._calls.get(call_sid)
        if known is not None:
            return known.is_loop
        alike = sum(call.is_like(caller, forwarded_from) for call in self._of_line[line_id].values())
        call = _Call(line_id, caller, forwarded_from, now, is_loop=alike >= MOST_AT_ONCE)
        self._calls[call_sid] = self._of_line[line_id][call_sid] = call
        if len(self._calls) > MOST_CALLS:
            self.ended(next(iter(self._calls)))
        return call.is_loop

    def ended(self, call_sid: str) -> None:
        """The call is over; one that is not known here changes nothing."""
        call = self._calls.pop(call_sid, None)
        if call is None:
            return
        of_line = self._of_line[call.line_id]
        del of_line[call_sid]
        if not of_line:
            del self._of_line[call.line_id]

    def _forget_before(self, at: datetime) -> None:
        while self._calls:
            call_sid, oldest = next(iter(self._calls.items()))
            if oldest.began_at >= at:
                return
            self.ended(call_sid)
