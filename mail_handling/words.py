"""The words by which an item is found, and how what somebody types is made alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

LONGEST_WORD: Final = 60
MOST_WORDS: Final = 40
"""Of one item."""
LAST: Final = chr(0x10FFFF)
"""Sorts after every character that a word has."""
_APART = re.compile(r"[\W_]+")
_LEGAL_FORMS = re.compile("株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人")
_KATAKANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def folded(text: str) -> str:
    """One writing for full and half width, for capitals and small letters, and for the two kana."""
    return unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)


def words_of(texts: Iterable[str | None]) -> list[str]:
    """Every place at which somebody may begin to type: the start of each part of each text, up to the text's end, also
    without a company's legal form."""
    found: dict[str, None] = {}
    for text in texts:
        parts = [part for part in _APART.split(folded(text or "")) if part]
        for index in range(len(parts)):
            tail = "".join(parts[index:])
            for word in (tail, *_LEGAL_FORMS.split(tail)[1:]):
                if word:
                    found.setdefault(word[:LONGEST_WORD])
    return list(found)[:MOST_WORDS]


def beginning(typed: str) -> str:
    """What the words of an item begin with that is found by this."""
    return "".join(_APART.split(folded(typed)))[:LONGEST_WORD]
