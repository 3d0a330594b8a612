"""Dated versions of what is published: which is in force, which was, which will be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, Literal, Protocol, TypeVar

State = Literal["in-force", "coming", "past"]


class Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


V = TypeVar("V", bound=Dated)


@dataclass(frozen=True, slots=True)
class Edition(Generic[V]):
    """A version with the days on which it is in force; `valid_until` is its last day, None while no other follows."""

    version: V
    valid_until: date | None
    state: State

    @property
    def valid_from(self) -> date:
        return self.version.valid_from


def editions(versions: Sequence[V], today: date) -> list[Edition[V]]:
    """The versions, given from the oldest to the newest: the one in force first, then those to come, the next of them
    first, then those that were, the last of them first."""
    found = []
    for index, version in enumerate(versions):
        follower = versions[index + 1] if index + 1 < len(versions) else None
        valid_until = follower.valid_from - timedelta(days=1) if follower else None
        found.append(Edition(version, valid_until, _state(version.valid_from, valid_until, today)))
    return [
        *(one for one in found if one.state == "in-force"),
        *(one for one in found if one.state == "coming"),
        *reversed([one for one in found if one.state == "past"]),
    ]


def _state(valid_from: date, valid_until: date | None, today: date) -> State:
    if valid_from > today:
        return "coming"
    return "past" if valid_until is not None and valid_until < today else "in-force"
