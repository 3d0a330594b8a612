"""Which members a label's text may mean: names compared with what was read, which is never quite right. Pure.

A name counts by the characters of it that were found, less those that were not; a kanji says more than a letter. Where
it stands counts too: before 様 or 御中 more, beside the sender's words or in an address less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from mail_handling.addressees.folding import (
    MOST_FOLDED_KEPT,
    fold,
    fold_latin,
    romanised,
    without_form,
)

LEAST_SIMILARITY = 60.0
"""Of a hundred, under which nothing is looked at."""
LEAST_POINTS = 1.5
LEAD_POINTS = 0.1
LEAST_SINGLE = 0.75
"""The score and the points before the second by which the first is suggested alone."""
MOST_CANDIDATES = 60
MOST_SUGGESTIONS = 5
LONGEST_LINE = 200
MOST_LINES = 400
LEAST_LETTERS = 4
"""Of a name in Latin letters: shorter ones stand in any text."""

KANJI_POINTS, KANA_POINTS, LATIN_POINTS = 1.0, 0.6, 0.4
TITLE_POINTS = 0.8
SENDER_POINTS = -1.5
ADDRESS_POINTS = -1.0
FORM_SHARE = 0.5
"""What a company's form counts beside its name: it only decides between companies of one name."""

_TITLES = re.compile(r"様|殿|御中|先生|宛|行\Z|氏\Z")
_SENDERS = re.compile(r"依頼主|差出人|発送元|送り主|\bfrom\b|\bsender\b", re.IGNORECASE)
_ADDRESS = re.compile(r"〒|[都道府県].{1,6}[市区町村]|\d+\s*[-ー丁の]\s*\d+|\btel\b|電話", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Addressee:
    """Who may be meant, by all that they are called: names, readings in kana, aliases. A company's come with its form,
    a person's with a space between the parts."""

    member_id: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`score` from 0 to 1 says how much of the name was found. `is_single` holds for the first, and only where nobody
    else comes near; people confirm it all the same."""

    member_id: int
    score: float
    matched_text: str
    is_single: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """One folded way to write a name; `whole` has a company's form with it, always as Japanese text is folded."""

    folded: str
    is_latin: bool
    whole: str


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    folded: str
    latin: str
    points: float


def match(lines: Sequence[str], addressees: Iterable[Addressee]) -> list[Suggestion]:
    """At most `MOST_SUGGESTIONS`, the likeliest first. Members of one name come one after the other, none single."""
    read = [_line(text[:LONGEST_LINE]) for text in lines[:MOST_LINES] if text.strip()]
    found: dict[int, tuple[float, Suggestion]] = {}
    for member_id, points, similarity, text in _found(read, addressees):
        if member_id not in found or found[member_id][0] < points:
            found[member_id] = (points, Suggestion(member_id, round(similarity / 100, 3), text, False))
    ranked = sorted(found.values(), key=lambda one: (-one[0], one[1].member_id))[:MOST_SUGGESTIONS]
    suggestions = [suggestion for _, suggestion in ranked]
    leads = len(ranked) == 1 or (ranked and ranked[0][0] - ranked[1][0] >= LEAD_POINTS)
    if leads and suggestions[0].score >= LEAST_SINGLE:
        first = suggestions[0]
        suggestions[0] = Suggestion(first.member_id, first.score, first.matched_text, True)
    return suggestions


def _found(read: Sequence[_Line], addressees: Iterable[Addressee]) -> Iterator[tuple[int, float, float, str]]:
    """Member, points, similarity of a hundred, the line."""
    forms = [(one.member_id, form) for one in addressees for name in one.names for form in _forms_of(name)]
    for is_latin in (False, True):
        choices = {n: form.folded for n, (_, form) in enumerate(forms) if form.is_latin is is_latin}
        text = "\n".join(line.latin if is_latin else line.folded for line in read)
        # A text shorter than a name would be looked for in the name.
        padded = text + "\n" * max((len(folded) for folded in choices.values()), default=0)
        likely = process.extract(
            padded, choices, scorer=fuzz.partial_ratio, score_cutoff=LEAST_SIMILARITY, limit=MOST_CANDIDATES
        )
        for _, _, number in likely:
            member_id, form = forms[number]
            for found in _placed(form, read):
                yield member_id, *found


def _placed(form: _Form, read: Sequence[_Line]) -> Iterator[tuple[float, float, str]]:
    for line in read:
        similarity = _similarity(form.folded, line.latin if form.is_latin else line.folded)
        if similarity < LEAST_SIMILARITY:
            continue
        points = _worth(form.folded) * (2 * similarity / 100 - 1) + line.points
        if form.whole:
            points += FORM_SHARE * _similarity(form.whole, line.folded) / 100
        if points >= LEAST_POINTS:
            yield points, similarity, line.text


def _similarity(name: str, text: str) -> float:
    return fuzz.partial_ratio(name, text + "\n" * len(name))


def _worth(folded: str) -> float:
    return sum(
        LATIN_POINTS if one.isascii() else KANA_POINTS if "ァ" <= one <= "ヿ" else KANJI_POINTS
        for one in folded
    )


def _line(text: str) -> _Line:
    points = TITLE_POINTS if _TITLES.search(text) else 0.0
    if _SENDERS.search(text):
        points += SENDER_POINTS
    if _ADDRESS.search(text):
        points += ADDRESS_POINTS
    return _Line(text.strip(), fold(text), fold_latin(text), points)


@lru_cache(maxsize=MOST_FOLDED_KEPT)
def _forms_of(name: str) -> tuple[_Form, ...]:
    bare, whole = without_form(name), fold(name)
    folded = fold(bare)
    whole = whole if whole != folded else ""
    forms = [_Form(folded, False, whole)] if folded and not bare.isascii() else []
    return (*forms, *(_Form(order, True, whole) for order in _latin_orders(bare)))


def _latin_orders(bare: str) -> list[str]:
    """A name of Latin letters or kana, its parts in both orders."""
    parts = bare.split() or [bare]
    spoken = [part if part.isascii() else romanised(part) for part in parts]
    if not all(spoken):
        return []
    orders = {fold_latin(" ".join(spoken)), fold_latin(" ".join(reversed(spoken)))}
    return sorted(order for order in orders if len(order) >= LEAST_LETTERS)
