"""What a comparison is worth against a result: whether it holds, and what stood on both sides.

A comparison is numeric where both sides are numbers, else by text. A number with a leading zero is text, so that
an area code stays one.
"""

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any, Final, Protocol

from app.simulate.comparisons import FACTS, INDEX, Comparison, Operand, Path, Selector
from app.simulate.errors import Sentences, hint, listed

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
MOST_NAMES_LISTED: Final = 200

_ORDER: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

Value = Any
"""What JSON has: text, number, boolean, null, list, mapping."""


class NoAnswer(LookupError):
    """The comparison is well formed, but the result has no single answer to it."""

    def __init__(self, ja: str, en: str) -> None:
        self.problem = Sentences(ja, en)
        super().__init__(en)


class Collection(Protocol):
    """One key of the result: entries by name, read when asked for, in a stable order."""

    def get(self, name: str) -> Mapping[str, Value] | None: ...
    def entries(self) -> Iterable[Mapping[str, Value]]: ...
    def names(self) -> Iterable[str]: ...


class Answers(Protocol):
    """Where comparisons look: the result so far."""

    def collection(self, key: str) -> Collection: ...
    def fact(self, key: str) -> Value: ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether it holds, and both sides as text for the one who reads why it does not."""

    holds: bool
    left: str
    right: str


def evaluate(comparison: Comparison, answers: Answers) -> Outcome:
    """Raises NoAnswer where a path leads nowhere, or to several where one is meant."""
    left = operand_value(comparison.left, answers)
    right: Value = comparison.right
    if isinstance(right, Operand):
        right = operand_value(right, answers)
    return Outcome(_holds(left, comparison.operator, right), as_text(left), as_text(right))


def _holds(left: Value, found: str, right: Value) -> bool:
    if found == "in":
        return any(equal(left, item) for item in right)
    if found == "==":
        return equal(left, right)
    if found == "!=":
        return not equal(left, right)
    one, other = as_number(left), as_number(right)
    if one is not None and other is not None:
        return _ORDER[found](one, other)
    return _ORDER[found](as_text(left), as_text(right))


def equal(left: Value, right: Value) -> bool:
    """Numeric where both are numbers, item by item where both are lists, else by text. What is not there (null) equals
    the empty text too."""
    if (left is None and right == "") or (right is None and left == ""):
        return True
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(
            equal(one, other) for one, other in zip(left, right, strict=True)
        )
    one, other = as_number(left), as_number(right)
    if one is not None and other is not None:
        return one == other
    return as_text(left) == as_text(right)


def as_number(value: Value) -> Decimal | None:
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | Decimal):
        return Decimal(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return Decimal(value)
    return None


def as_text(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(as_text(item) for item in value)}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {as_text(item)}" for key, item in value.items()) + "}"
    return str(value)


def operand_value(operand: Operand, answers: Answers) -> Value:
    if operand.function == "count":
        return _count(operand.path, answers)
    if operand.function == "sum":
        return _sum(operand.path, answers)
    how_many, found = 0, None
    for how_many, found in enumerate(values(operand.path, answers), start=1):  # noqa: B007 - the last of them
        pass
    if how_many != 1:
        raise NoAnswer(
            f"{operand.path} に {how_many} 件が当たります", f"{how_many} entries match {operand.path}"
        )
    return found


def _count(path: Path, answers: Answers) -> int:
    """How many entries match; of a field that is a list, how many items it has."""
    number = 0
    for value in values(path, answers):
        is_list = isinstance(value, Sequence) and not isinstance(value, str)
        number += len(value) if is_list else 1
    return number


def _sum(path: Path, answers: Answers) -> Decimal:
    """Of numbers; what has none (null) adds nothing."""
    total = Decimal(0)
    for value in values(path, answers):
        if value is None:
            continue
        number = as_number(value)
        if number is None:
            raise NoAnswer(
                f"{path} の「{as_text(value)}」は数ではありません",
                f"“{as_text(value)}” at {path} is no number",
            )
        total += number
    return total


def values(path: Path, answers: Answers) -> Iterator[Value]:
    """Everything that the path leads to, read one by one."""
    if path.root in FACTS:
        if path.parts:
            raise NoAnswer(f"{path.root} に項目はありません", f"{path.root} has no fields")
        yield answers.fact(path.root)
        return
    collection = answers.collection(path.root)
    if not path.parts:
        yield from collection.entries()
        return
    head = path.parts[0]
    if isinstance(head, Selector):
        for entry in collection.entries():
            if _matches(entry, head, path):
                yield from _descend(entry, path.parts[1:], path)
        return
    entry, taken = _named(collection, path)
    yield from _descend(entry, path.parts[taken:], path)


def _named(collection: Collection, path: Path) -> tuple[Mapping[str, Value], int]:
    """The entry and how many parts its name took: `calls.c1.2.units` may be field `units` of the call `c1.2`."""
    names: list[str] = []
    for part in path.parts:
        if isinstance(part, Selector):
            break
        names.append(part)
    for taken in range(len(names), 0, -1):
        entry = collection.get(".".join(names[:taken]))
        if entry is not None:
            return entry, taken
    known = list(islice(collection.names(), MOST_NAMES_LISTED))
    meant = hint(names[0], known)
    raise NoAnswer(
        f"{path.root} に「{names[0]}」はありません。あるもの: {listed(known)}{meant.ja}",
        f"{path.root} has no “{names[0]}”; it has: {listed(known)}{meant.en}",
    )


def _descend(value: Value, parts: tuple[str | Selector, ...], path: Path) -> Iterator[Value]:
    if not parts:
        yield value
        return
    head, rest = parts[0], parts[1:]
    if isinstance(head, Selector):
        if not isinstance(value, list | tuple):
            raise NoAnswer(
                f"{path} の [ ] の前が並びではありません", f"what stands before [ ] in {path} is no list"
            )
        for item in value:
            if _matches(item, head, path):
                yield from _descend(item, rest, path)
        return
    yield from _descend(_field(value, head, path), rest, path)


def _field(value: Value, name: str, path: Path) -> Value:
    if isinstance(value, list | tuple) and INDEX.fullmatch(name):
        if int(name) < len(value):
            return value[int(name)]
        raise NoAnswer(f"{path}: 項目は {len(value)} 件です", f"{path}: there are {len(value)} items")
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        meant = hint(name, value)
        raise NoAnswer(
            f"「{name}」という項目はありません。あるもの: {listed(value)}{meant.ja}",
            f"there is no field “{name}”; there are: {listed(value)}{meant.en}",
        )
    raise NoAnswer(
        f"{path} の「{name}」の前には項目がありません", f"what stands before “{name}” in {path} has no fields"
    )


def _matches(entry: Value, selector: Selector, path: Path) -> bool:
    return all(equal(_dotted(entry, field, path), value) for field, value in selector.conditions)


def _dotted(entry: Value, field: str, path: Path) -> Value:
    value = entry
    for name in field.split("."):
        value = _field(value, name, path)
    return value
