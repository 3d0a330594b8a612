"""What an item's history says about the present. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Protocol

ENDS: Final = frozenset({"handed-over", "forwarded", "disposed", "returned"})
"""After one of these nothing more happens to an item."""
HERE: Final = ("waiting", "scanned")
"""A member's, and in the office's keeping."""


class Entry(Protocol):
    """One line of a history."""

    @property
    def what(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def member_id(self) -> int | None: ...
    @property
    def location(self) -> str | None: ...
    @property
    def instruction(self) -> str | None: ...
    @property
    def disposable_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class State:
    member_id: int | None = None
    status: str = "unassigned"
    location: str | None = None
    instruction: str | None = None
    instructed_by: str | None = None
    disposable_on: date | None = None

    def after(self, entry: Entry) -> State:
        """What an entry does. Being noticed does nothing."""
        match entry.what:
            case "received":
                return replace(self, location=entry.location)
            case "assigned":
                return replace(self, member_id=entry.member_id, status="waiting")
            case "put-back":
                return State(location=self.location)
            case "instructed":
                return replace(
                    self,
                    instruction=entry.instruction,
                    instructed_by=entry.by,
                    disposable_on=entry.disposable_on,
                )
            case "confirmed":
                # Whatever brought the instruction, from here on it is the word of who confirmed it.
                return replace(self, instructed_by=entry.by, disposable_on=entry.disposable_on)
            case "moved":
                return replace(self, location=entry.location)
            case "scanned":
                return self._carried_out("scanned", self.location)
            case "distributed":
                return self._carried_out("distributed", entry.location)
            case what if what in ENDS:
                return self._carried_out(what, None)
        return self

    def _carried_out(self, status: str, location: str | None) -> State:
        return State(self.member_id, status, location)


def state_after(entries: Iterable[Entry]) -> State:
    state = State()
    for entry in entries:
        state = state.after(entry)
    return state
