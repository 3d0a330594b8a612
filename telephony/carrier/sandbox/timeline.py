"""The heap of what happens when: the sandbox's only notion of the future."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from threading import RLock

from coworking.kit.clock import Clock, VirtualClock

Action = Callable[[], Awaitable[None] | None]
"""Done when its time has come; what it returns, if anything, is awaited before the next entry."""

COMPACTED_FROM = 256
"""A heap smaller than this is never compacted."""


@dataclass(slots=True, eq=False)
class Entry:
    due_at: datetime
    action: Action
    cancelled: bool = False


class Timeline:
    """Entries of the same instant are performed in the order in which they were pushed.

    `lock` is held while an entry is performed, but never while something is awaited: an application that is
    being asked for a document may call the REST API from within, on any thread.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.lock = RLock()
        self.on_push: Callable[[], None] | None = None
        """Called after every push; a loop that sleeps to the next entry is woken by it."""
        self._heap: list[tuple[datetime, int, Entry]] = []
        self._pushed = 0
        self._cancelled = 0
        self._present = clock.now()
        self._performing = False

    def __len__(self) -> int:
        return len(self._heap) - self._cancelled

    def now(self) -> datetime:
        """The time of the entry that is being performed, otherwise the clock's; never earlier than before.

        So what was planned for a time happens at exactly that time, however late a loop in real time comes to it.
        """
        return self._present if self._performing else max(self._present, self.clock.now())

    def soon(self, action: Action) -> Entry:
        """After everything that is due by now."""
        return self.at(self.now(), action)

    def after(self, seconds: float, action: Action) -> Entry:
        return self.at(self.now() + timedelta(seconds=seconds), action)

    def at(self, due_at: datetime, action: Action) -> Entry:
        with self.lock:
            entry = Entry(max(due_at, self._present), action)
            self._pushed += 1
            heappush(self._heap, (entry.due_at, self._pushed, entry))
        if self.on_push is not None:
            self.on_push()
        return entry

    def cancel(self, entry: Entry | None) -> None:
        """Cancelling what was performed or cancelled before changes nothing."""
        if entry is None or entry.cancelled:
            return
        with self.lock:
            entry.cancelled = True
            self._cancelled += 1
            if len(self._heap) > COMPACTED_FROM and self._cancelled * 2 > len(self._heap):
                self._heap = [item for item in self._heap if not item[2].cancelled]
                heapify(self._heap)
                self._cancelled = 0

    def next_due_at(self) -> datetime | None:
        with self.lock:
            self._drop_cancelled()
            return self._heap[0][0] if self._heap else None

    async def advance(self, to: datetime) -> None:
        """Perform everything due up to and including `to`, also what comes up meanwhile; set a VirtualClock."""
        while True:
            with self.lock:
                entry = self._pop_due(to)
                if entry is None:
                    break
                self._present = entry.due_at
                self._set_clock(entry.due_at)
                self._performing = True
                try:
                    work = entry.action()
                finally:
                    self._performing = False
            if work is not None:
                await work
        self._set_clock(to)

    def _set_clock(self, at: datetime) -> None:
        if isinstance(self.clock, VirtualClock) and at > self.clock.now():
            self.clock.advance_to(at)

    def _pop_due(self, to: datetime) -> Entry | None:
        self._drop_cancelled()
        if not self._heap or self._heap[0][0] > to:
            return None
        entry = heappop(self._heap)[2]
        entry.cancelled = True  # no longer in the heap: a later cancel must not count it
        return entry

    def _drop_cancelled(self) -> None:
        while self._heap and self._heap[0][2].cancelled:
            heappop(self._heap)
            self._cancelled -= 1
