"""The page of sandbox doors has a word for whatever a door may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import coworking.doors.my_number_cards.errors  # noqa: F401 - its refusals
from app.door_simulator.words import REASONS
from coworking.doors.errors import EntryRefused
from coworking.doors.leaving import FORGOTTEN, NO_ENTRY
from coworking.doors.presence import Seen


def _refusals(of: type[EntryRefused]) -> Iterator[str]:
    for kind in of.__subclasses__():
        yield kind.code
        yield from _refusals(kind)


def test_every_reason_has_a_word_and_there_is_no_other() -> None:
    assert set(REASONS) == {*_refusals(EntryRefused), NO_ENTRY, FORGOTTEN, *get_args(Seen)}
