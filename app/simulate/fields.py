"""The kinds of values that a field of a step can have, and the reading of each from the file."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Final

from app.simulate.document import Mapping, Node, Scalar, Sequence
from app.simulate.errors import Sentences

LONGEST_SECONDS: Final = 7 * 24 * 3600

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)(s|m|h|d)")
_UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PHONE_CHARACTERS = re.compile(r"[-+0-9０-９()（）\s.‐-―−ー－*#]{2,40}")

ANONYMOUS: Final = "anonymous"


class WrongValue(ValueError):
    """The node is not of the kind; `allowed` says what would be."""

    def __init__(self, allowed: Sentences, shown: str) -> None:
        self.allowed = allowed
        self.shown = shown
        super().__init__(allowed.en)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `refers_to` names the kind of thing that the text (or each of the texts) must be a name of;
    where `or_number` is set, a text that is no such name may be a telephone number instead; `also` are words that need
    to be neither."""

    read: Callable[[Node], object]
    refers_to: str | None = None
    or_number: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    kind: Kind
    required: bool = False


def shown(node: Node) -> str:
    if isinstance(node, Scalar):
        return node.text if len(node.text) <= 60 else node.text[:57] + "…"
    return "[…]" if isinstance(node, Sequence) else "{…}"


def _text(node: Node) -> str:
    if not isinstance(node, Scalar) or node.is_null or not node.text.strip():
        raise WrongValue(Sentences("文字を書いてください", "write a text"), shown(node))
    return node.text


def _texts(node: Node) -> tuple[str, ...]:
    if isinstance(node, Scalar) and not node.is_null:
        return (_text(node),)
    if not isinstance(node, Sequence):
        raise WrongValue(Sentences("文字の並びを書いてください", "write a list of texts"), shown(node))
    return tuple(_text(item) for item in node.items)


def _word(choices: tuple[str, ...], node: Node) -> str:
    if isinstance(node, Scalar) and node.text in choices:
        return node.text
    names = ", ".join(choices)
    raise WrongValue(Sentences(f"使えるもの: {names}", f"allowed: {names}"), shown(node))


def _words(choices: tuple[str, ...], node: Node) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(_word(choices, item) for item in items)


def _boolean(node: Node) -> bool:
    if isinstance(node, Scalar) and node.is_boolean:
        return node.text == "true"
    raise WrongValue(Sentences("true か false", "true or false"), shown(node))


def _flag(node: Node) -> bool:
    """A name that stands without a value says yes."""
    return True if isinstance(node, Scalar) and node.is_null else _boolean(node)


def _integer(least: int, most: int, node: Node) -> int:
    if (
        isinstance(node, Scalar)
        and node.is_integer
        and len(node.text) <= 12
        and least <= int(node.text) <= most
    ):
        return int(node.text)
    raise WrongValue(
        Sentences(f"{least} から {most} までの整数", f"a whole number from {least} to {most}"), shown(node)
    )


def _number(most: int, node: Node) -> Decimal:
    if (
        isinstance(node, Scalar)
        and node.is_number
        and len(node.text) <= 12
        and 0 <= Decimal(node.text) <= most
    ):
        return Decimal(node.text)
    raise WrongValue(Sentences(f"0 から {most} までの数", f"a number from 0 to {most}"), shown(node))


def _moment(node: Node) -> datetime:
    if isinstance(node, Scalar) and _MOMENT.fullmatch(node.text):
        try:
            return datetime.fromisoformat(node.text)
        except ValueError:
            pass
    raise WrongValue(
        Sentences("2026-06-01T09:00 のように現地の時刻を", "a local time such as 2026-06-01T09:00"),
        shown(node),
    )


def _day(node: Node) -> date:
    if isinstance(node, Scalar) and _DAY.fullmatch(node.text):
        try:
            return date.fromisoformat(node.text)
        except ValueError:
            pass
    raise WrongValue(Sentences("2026-06-01 のように日付を", "a date such as 2026-06-01"), shown(node))


def _month(node: Node) -> str:
    if isinstance(node, Scalar) and _MONTH.fullmatch(node.text) and not node.text.startswith("0000"):
        return node.text
    raise WrongValue(Sentences("2026-06 のように月を", "a month such as 2026-06"), shown(node))


def _duration(node: Node) -> timedelta:
    match = _DURATION.fullmatch(node.text) if isinstance(node, Scalar) else None
    if match is None:
        raise WrongValue(
            Sentences("30s・5m・2h・1d のように", "a duration such as 30s, 5m, 2h or 1d"), shown(node)
        )
    return timedelta(seconds=float(Decimal(match[1]) * _UNIT_SECONDS[match[2]]))


def _office(node: Node) -> dict[str, object]:
    """`yokohama`, or `{place: yokohama, capacity: 4}`."""
    if isinstance(node, Mapping) and set(node.entries) <= {"place", "capacity"} and "place" in node.entries:
        office: dict[str, object] = {"place": _text(node.entries["place"].value)}
        if "capacity" in node.entries:
            office["capacity"] = _integer(1, 1000, node.entries["capacity"].value)
        return office
    if isinstance(node, Scalar) and not node.is_null:
        return {"place": _text(node)}
    raise WrongValue(
        Sentences(
            "場所の名前か {place, capacity} を", "the name of a place, or a mapping with place and capacity"
        ),
        shown(node),
    )


def _document(node: Node) -> object:
    """As JSON has it."""
    if isinstance(node, Mapping):
        return {key: _document(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [_document(item) for item in node.items]
    if node.is_null:
        return None
    if node.is_boolean:
        return node.text == "true"
    return int(node.text) if node.is_integer and len(node.text) <= 12 else node.text


def looks_like_number(text: str) -> bool:
    """Could be meant as a telephone number, however it is written; whether it is one, the service decides."""
    return _PHONE_CHARACTERS.fullmatch(text) is not None and any(character.isdigit() for character in text)


TEXT: Final = Kind(_text)
TEXTS: Final = Kind(_texts)
BOOLEAN: Final = Kind(_boolean)
FLAG: Final = Kind(_flag)
MOMENT: Final = Kind(_moment)
DAY: Final = Kind(_day)
MONTH: Final = Kind(_month)
DURATION: Final = Kind(_duration)
OFFICE: Final = Kind(_office)
DOCUMENT: Final = Kind(_document)
SECONDS: Final = Kind(partial(_integer, 0, LONGEST_SECONDS))


def integer(least: int, most: int) -> Kind:
    return Kind(partial(_integer, least, most))


def number(most: int) -> Kind:
    return Kind(partial(_number, most))


def word(*choices: str) -> Kind:
    return Kind(partial(_word, choices))


def words(*choices: str) -> Kind:
    return Kind(partial(_words, choices))


def name_of(kind: str) -> Kind:
    return Kind(_text, refers_to=kind)


def name_or_word(kind: str, *also: str) -> Kind:
    """The name of such a thing, or one of these words."""
    return Kind(_text, refers_to=kind, also=also)


def names_of(kind: str, *also: str) -> Kind:
    """Names of such things, or one of these words."""
    return Kind(_texts, refers_to=kind, also=also)


def name_or_number(kind: str, *also: str) -> Kind:
    """The name of such a thing, or a telephone number, or one of these words."""
    return Kind(_text, refers_to=kind, or_number=True, also=also)
