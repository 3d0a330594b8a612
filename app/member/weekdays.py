"""Days of the week in words."""

from __future__ import annotations

from collections.abc import Sequence

from coworking.kit.web.reader import Reader
from coworking.kit.web.translations import translatable

WEEKDAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKDAY_WORDS = (
    translatable("Mon"),
    translatable("Tue"),
    translatable("Wed"),
    translatable("Thu"),
    translatable("Fri"),
    translatable("Sat"),
    translatable("Sun"),
)


def weekday_span(reader: Reader, days: Sequence[int]) -> str:
    """ "月–金" for days (from Monday = 0) that follow each other, else each of them."""
    indexes = sorted(days)
    first, last = indexes[0], indexes[-1]
    if len(indexes) > 2 and indexes == list(range(first, last + 1)):
        return f"{reader.gettext(WEEKDAY_WORDS[first])}–{reader.gettext(WEEKDAY_WORDS[last])}"
    return reader.gettext(", ").join(reader.gettext(WEEKDAY_WORDS[index]) for index in indexes)
