"""The language of `expect`: `calls.c1.amount == 64`, `count(invoices[member=sato]) >= 1`, `… in [a, b]`.

    comparison = operand operator right
    operand    = path | "count(" path ")" | "sum(" path ")"
    path       = key { "." name | "[" field "=" value { "," field "=" value } "]" }
    operator   = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in"
    right      = text | quoted text | "[" item { "," item } "]" | operand

The right side is a path only where it begins like one and stands without quotes. What a comparison is worth
against a result is in `evaluation`.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.simulate.errors import Sentences, hint, listed

COLLECTIONS: Final = (
    "members",
    "lines",
    "calls",
    "charges",
    "invoices",
    "payments",
    "payment_slips",
    "deposits",
    "debits",
    "debit_mandates",
    "reservations",
    "door_events",
    "mail",
    "notices",
    "refused",
    "offices",
    "price_lists",
    "terms",
    "news",
    "supporters",
    "service_stops",
    "partner_facilities",
    "agreements",
    "activity",
    "companies",
    "events",
    "announcements",
    "breaches",
    "service_refusals",
    "lost_things",
    "lent_things",
    "house",
    "damages",
    "inquiries",
    "fault_reports",
    "identity_records",
    "registrations",
    "certificates",
    "exit_cases",
    "address_misuses",
    "visits",
    "access_cards",
    "vouchers",
)
FACTS: Final = ("scenario", "operator", "ended_at")
FUNCTIONS: Final = ("count", "sum")
LONGEST_COMPARISON: Final = 1000

_NAME = re.compile(r"[^\s.,=!<>\[\]()\"']+")
INDEX = re.compile(r"\d{1,6}")
_PATH_START = re.compile(rf"(?:({'|'.join(FUNCTIONS)})\s*\(|(?:{'|'.join(COLLECTIONS)})[.\[])")

# Longest first: "<=" must not be read as "<".
_OPERATORS: Final = ("==", "!=", "<=", ">=", "<", ">", "in")


class Unreadable(ValueError):
    """The text is no comparison; `problem` says why."""

    def __init__(self, ja: str, en: str) -> None:
        self.problem = Sentences(ja, en)
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Selector:
    """All conditions must hold; an empty one selects everything."""

    conditions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Path:
    root: str
    parts: tuple[str | Selector, ...]

    def __str__(self) -> str:
        rendered = self.root
        for part in self.parts:
            if isinstance(part, str):
                rendered += f".{part}"
            else:
                rendered += f"[{','.join(f'{field}={_quoted(value)}' for field, value in part.conditions)}]"
        return rendered


@dataclass(frozen=True, slots=True)
class Operand:
    path: Path
    function: str | None = None

    def __str__(self) -> str:
        return f"{self.function}({self.path})" if self.function else str(self.path)


@dataclass(frozen=True, slots=True)
class Comparison:
    text: str
    left: Operand
    operator: str
    right: str | tuple[str, ...] | Operand


class _Scanner:
    """The text and how far it was read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def take(self, token: str) -> bool:
        if self.text.startswith(token, self.at):
            self.at += len(token)
            return True
        return False

    def name(self, what: Sentences) -> str:
        match = _NAME.match(self.text, self.at)
        if match is None:
            raise Unreadable(
                f"{self.at + 1} 文字目に{what.ja}が要ります",
                f"{what.en} is missing at character {self.at + 1}",
            )
        self.at = match.end()
        return match[0]

    def quoted(self) -> str | None:
        """A text in quotes that begins here, or None where none does."""
        quote = self.text[self.at : self.at + 1]
        if quote not in ('"', "'") or not quote:
            return None
        end = self.text.find(quote, self.at + 1)
        if end < 0:
            raise Unreadable("引用符が閉じていません", "a quotation mark is not closed")
        content = self.text[self.at + 1 : end]
        self.at = end + 1
        return content

    def until(self, stops: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at].strip()

    @property
    def rest(self) -> str:
        return self.text[self.at :]


def parse_comparison(text: str) -> Comparison:
    """Raises Unreadable."""
    if len(text) > LONGEST_COMPARISON:
        raise Unreadable(
            f"{LONGEST_COMPARISON} 文字までです", f"it is longer than {LONGEST_COMPARISON} characters"
        )
    scanner = _Scanner(text.strip())
    left = _operand(scanner)
    scanner.skip_spaces()
    found = next((token for token in _OPERATORS if scanner.take(token)), None)
    if found is None or (found == "in" and not (scanner.rest[:1].isspace() or scanner.rest.startswith("["))):
        raise Unreadable(
            f"左側の後に演算子が要ります（{listed(_OPERATORS)}）",
            f"an operator must follow the left side ({listed(_OPERATORS)})",
        )
    scanner.skip_spaces()
    return Comparison(text.strip(), left, found, _right(scanner, found))


def _right(scanner: _Scanner, found: str) -> str | tuple[str, ...] | Operand:
    if not scanner.rest:
        raise Unreadable("右側がありません", "the right side is missing")
    if scanner.rest.startswith("["):
        if found not in ("in", "==", "!="):
            raise Unreadable(f"{found} の右側は並びにできません", f"a list cannot stand after {found}")
        return _items(scanner)
    if found == "in":
        raise Unreadable("in の右側は [a, b] の形にしてください", "a list such as [a, b] must follow “in”")
    quoted = scanner.quoted()
    if quoted is not None:
        _nothing_after(scanner)
        return quoted
    if _PATH_START.match(scanner.rest):
        path = _operand(scanner)
        _nothing_after(scanner)
        return path
    return scanner.rest.strip()


def _items(scanner: _Scanner) -> tuple[str, ...]:
    scanner.take("[")
    items: list[str] = []
    scanner.skip_spaces()
    if scanner.take("]"):
        _nothing_after(scanner)
        return ()
    while True:
        scanner.skip_spaces()
        quoted = scanner.quoted()
        item = scanner.until(",]") if quoted is None else quoted
        if quoted is None and not item:
            raise Unreadable("並びに空の項目があります", "an item of the list is empty")
        items.append(item)
        scanner.skip_spaces()
        if scanner.take("]"):
            _nothing_after(scanner)
            return tuple(items)
        if not scanner.take(","):
            raise Unreadable("並びが ] で閉じていません", "the list is not closed with ]")


def _nothing_after(scanner: _Scanner) -> None:
    scanner.skip_spaces()
    if scanner.rest:
        raise Unreadable(f"「{scanner.rest}」が余っています", f"“{scanner.rest}” is left over")


def _operand(scanner: _Scanner) -> Operand:
    scanner.skip_spaces()
    start = scanner.at
    name = scanner.name(Sentences("結果の項目", "a key of the result"))
    scanner.skip_spaces()
    if not scanner.take("("):
        scanner.at = start
        return Operand(_path(scanner))
    if name not in FUNCTIONS:
        meant = hint(name, FUNCTIONS)
        raise Unreadable(
            f"「{name}」という関数はありません（{listed(FUNCTIONS)}）{meant.ja}",
            f"no function “{name}” (allowed: {listed(FUNCTIONS)}){meant.en}",
        )
    path = _path(scanner)
    scanner.skip_spaces()
    if not scanner.take(")"):
        raise Unreadable(f"{name}( が ) で閉じていません", f"{name}( is not closed with )")
    return Operand(path, name)


def _path(scanner: _Scanner) -> Path:
    scanner.skip_spaces()
    root = scanner.name(Sentences("結果の項目", "a key of the result"))
    if root not in COLLECTIONS and root not in FACTS:
        meant = hint(root, COLLECTIONS + FACTS)
        raise Unreadable(
            f"結果に「{root}」はありません。あるもの: {listed(COLLECTIONS + FACTS)}{meant.ja}",
            f"the result has no “{root}”; it has: {listed(COLLECTIONS + FACTS)}{meant.en}",
        )
    parts: list[str | Selector] = []
    while True:
        if scanner.take("."):
            parts.append(scanner.name(Sentences("名前", "a name")))
        elif scanner.take("["):
            parts.append(_selector(scanner))
        else:
            return Path(root, tuple(parts))


def _selector(scanner: _Scanner) -> str | Selector:
    """What stands in brackets: conditions, or the position in a list (from 0)."""
    conditions: list[tuple[str, str]] = []
    scanner.skip_spaces()
    if scanner.take("]"):
        return Selector(())
    position = INDEX.match(scanner.text, scanner.at)
    if position and scanner.text.startswith("]", position.end()):
        scanner.at = position.end() + 1
        return position[0]
    while True:
        scanner.skip_spaces()
        field = scanner.name(Sentences("項目の名前", "the name of a field"))
        while scanner.take("."):
            field += "." + scanner.name(Sentences("項目の名前", "the name of a field"))
        scanner.skip_spaces()
        if not scanner.take("="):
            raise Unreadable(f"[{field}=値] の形にしてください", f"write [{field}=value]")
        scanner.skip_spaces()
        quoted = scanner.quoted()
        value = scanner.until(",]") if quoted is None else quoted
        conditions.append((field, value))
        scanner.skip_spaces()
        if scanner.take("]"):
            return Selector(tuple(conditions))
        if not scanner.take(","):
            raise Unreadable("[ が ] で閉じていません", "[ is not closed with ]")


def _quoted(value: str) -> str:
    if value and not any(character in value for character in ",]\"'") and value == value.strip():
        return value
    return f"'{value}'" if "'" not in value else f'"{value}"'
