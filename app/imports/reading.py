"""A file's lines as named cells."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Protocol

from app.imports.columns import COLUMNS, Column
from app.imports.errors import ColumnsTooMany, ImportFileUnreadable, ImportHeaderWrong, ImportTooLong
from coworking.kit.errors import UserError

MOST_LINES = 20_000
LARGEST_FILE = 8 * 1024 * 1024
"""Bytes."""
LONGEST_CELL = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """`number` is the line of the file on which the row ends, the header's being 1. Cells are stripped, by column;
    empty ones are left out. `error` says why there are none to read."""

    number: int
    cells: Mapping[str, str]
    error: UserError | None = None

    @property
    def reference(self) -> str | None:
        return self.cells.get("reference")

    @property
    def digest(self) -> bytes:
        """The same for the same cells, in whatever order and language their columns stand."""
        told = json.dumps(dict(self.cells), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()


class _Rows(Protocol):
    """What `csv.reader` makes. `line_num` counts the lines of text that were read, from 1."""

    @property
    def line_num(self) -> int: ...

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with a byte order mark or without, or in the Shift_JIS of Japanese spreadsheets.
    Raises `ImportFileUnreadable`."""
    if len(content) > LARGEST_FILE:
        raise ImportFileUnreadable
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportFileUnreadable


def lines_of(kind: str, text: str) -> list[Line]:
    """Raises `ImportFileUnreadable`, `ImportHeaderWrong`, `ImportTooLong`."""
    if "\x00" in text:
        raise ImportFileUnreadable
    reader = csv.reader(StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = _header(COLUMNS[kind], next(reader, []))
        return list(_lines(reader, header))
    except csv.Error as error:
        raise ImportFileUnreadable from error


def _header(columns: tuple[Column, ...], cells: list[str]) -> list[str]:
    by_title = {title: column.name for column in columns for title in (column.name, column.title)}
    names = [by_title.get(cell.strip().lower(), "") for cell in cells]
    unknown = [cell for cell, name in zip(cells, names, strict=True) if not name]
    missing = [column.name for column in columns if column.required and column.name not in names]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if unknown or missing or twice:
        told = ", ".join((*unknown[:10], *twice))[:200]
        raise ImportHeaderWrong(missing=", ".join(missing) or "-", unknown=told or "-")
    return names


def _lines(reader: _Rows, header: list[str]) -> Iterator[Line]:
    read = 0
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        read += 1
        if read > MOST_LINES:
            raise ImportTooLong(most=MOST_LINES)
        number = reader.line_num
        if len(cells) > len(header) or any(len(cell) > LONGEST_CELL for cell in cells):
            yield Line(number, {}, ColumnsTooMany())
            continue
        named = zip(header, cells, strict=False)
        yield Line(number, {name: cell.strip() for name, cell in named if cell.strip()})
