"""Where each key of a TOML text stands: tomllib gives values without positions.

The text must already have been read by tomllib without an error; this scanner knows just enough of TOML 1.0
to follow keys, tables, arrays and the ends of values, and judges nothing.
"""

import re
import tomllib
from bisect import bisect_right

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"""(?:"{0,2})'
    r"|'''.*?'''(?:'{0,2})"
    r'|"(?:[^"\\]|\\.)*"'
    r"|'[^']*'",
    re.DOTALL,
)
_DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]+")
_BARE_VALUE = re.compile(r"[^\s,\]}#]+")


def lines_of_keys(text: str) -> dict[KeyPath, int]:
    """The line (from 1) on which each key path of a valid TOML text first stands; elements by their index."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line_ends = [match.start() for match in re.finditer("\n", text)]
        self._lines: dict[KeyPath, int] = {}
        self._array_lengths: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip_blank()
        while self._at < len(self._text):
            if self._take("[["):
                table = self._array_table()
            elif self._take("["):
                table = self._table()
            else:
                self._pair(table)
            self._skip_blank()
        return self._lines

    def _record(self, key: KeyPath) -> None:
        self._lines.setdefault(key, bisect_right(self._line_ends, self._at - 1) + 1)

    def _skip_blank(self) -> None:
        blank = _BLANK.match(self._text, self._at)
        if blank:
            self._at = blank.end()

    def _take(self, mark: str) -> bool:
        if not self._text.startswith(mark, self._at):
            return False
        self._at += len(mark)
        return True

    def _skip(self, *patterns: re.Pattern[str]) -> str:
        for pattern in patterns:
            found = pattern.match(self._text, self._at)
            if found:
                self._at = found.end()
                return found.group()
        raise ValueError(f"no TOML at character {self._at}")

    def _key(self) -> list[str]:
        """A dotted key, up to but not including what follows it."""
        parts: list[str] = []
        while True:
            self._skip_blank()
            written = self._skip(_STRING, _BARE_KEY)
            parts.append(str(tomllib.loads(f"k = {written}")["k"]) if written[0] in "\"'" else written)
            self._skip_blank()
            if not self._take("."):
                return parts

    def _inside(self, parts: list[str]) -> KeyPath:
        """The path of a table header, with the last index of every array of tables that it enters."""
        path: KeyPath = ()
        for part in parts:
            path = (*path, part)
            self._record(path)
            if path in self._array_lengths:
                path = (*path, self._array_lengths[path] - 1)
        return path

    def _table(self) -> KeyPath:
        path = self._inside(self._key())
        self._take("]")
        return path

    def _array_table(self) -> KeyPath:
        parts = self._key()
        array = (*self._inside(parts[:-1]), parts[-1])
        self._record(array)
        self._array_lengths[array] = self._array_lengths.get(array, 0) + 1
        path = (*array, self._array_lengths[array] - 1)
        self._record(path)
        self._take("]]")
        return path

    def _pair(self, table: KeyPath) -> None:
        path = table
        self._skip_blank()
        for part in self._key():
            path = (*path, part)
            self._record(path)
        self._take("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        self._skip_blank()
        if self._take("["):
            self._array(path)
        elif self._take("{"):
            self._inline_table(path)
        else:
            self._skip(_STRING, _DATE_AND_TIME, _BARE_VALUE)

    def _array(self, path: KeyPath) -> None:
        index = 0
        self._skip_blank()
        while not self._take("]"):
            self._record((*path, index))
            self._value((*path, index))
            self._skip_blank()
            self._take(",")
            self._skip_blank()
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._skip_blank()
        while not self._take("}"):
            self._pair(path)
            self._skip_blank()
            self._take(",")
            self._skip_blank()
