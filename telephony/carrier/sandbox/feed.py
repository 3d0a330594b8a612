"""What went in and out lately, numbered, for the page that shows it."""

from collections import deque
from datetime import datetime
from typing import Literal, NamedTuple

KEPT_ENTRIES = 200

Tone = Literal["", "on", "warn", "miss", "bad"]


class FeedEntry(NamedTuple):
    seq: int
    at: datetime
    direction: Literal["in", "out"]
    """As the application sees it: in = a webhook that it gets, out = what it answers or asks for."""
    label: str
    event: str
    detail: str
    note: str
    """"", "duplicate", "repeated", "dropped", "delayed", "retry", or an error code."""
    tone: Tone


class Feed:
    def __init__(self) -> None:
        self._entries: deque[FeedEntry] = deque(maxlen=KEPT_ENTRIES)
        self.last = 0

    def add(
        self,
        at: datetime,
        direction: Literal["in", "out"],
        label: str,
        event: str,
        detail: str = "",
        note: str = "",
        tone: Tone = "",
    ) -> None:
        self.last += 1
        self._entries.append(FeedEntry(self.last, at, direction, label, event, detail, note, tone))

    def since(self, seq: int) -> list[FeedEntry]:
        """Entries after number `seq`, oldest first."""
        return [entry for entry in self._entries if entry.seq > seq]
