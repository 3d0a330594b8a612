"""A stock file with a report line by line: the good lines are entered, the others say why not."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.profile_fields import Words
from telephony.numbers.errors import StockFileUnreadable, StockRowRefused
from telephony.numbers.models import StockNumber
from telephony.numbers.stock import BYTE_ORDER_MARK, CSV_HEADER, MOST_ROWS, StockRow, enter, stock_row

Outcome = Literal["entered", "known", "refused"]

ANOTHERS = Words("この番号は在庫にできません。", "this number cannot be stock here")
NO_CSV = Words("CSV として読めません。", "this is no CSV")
HEADER = Words("1 行目は number または number,carrier_sid です。", "the header is number,carrier_sid")
TOO_MANY = Words(f"一度に {MOST_ROWS} 件までです。", f"at most {MOST_ROWS} rows")


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """What became of a line of the file. `line` counts from 1, the header's; `number` is None where there is none to
    read."""

    line: int
    outcome: Outcome
    number: str | None = None
    reason: Words | None = None


def read_stock_file(content: bytes) -> str:
    """The text of a file in UTF-8, with a byte order mark or without, or in the Shift_JIS of Japanese spreadsheets.
    Raises `StockFileUnreadable`."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise StockFileUnreadable


def import_stock(
    session: Session, operator_id: int, text: str, *, actor: str, now: datetime
) -> list[ReportedLine]:
    """Enter every good line of a stock file; each line stands for itself, so none may hold a line break in quotes.
    Raises `StockRowRefused` where the header is wrong, for then no line can be read."""
    read = list(_read(text))
    rows = [row for _, row in read if isinstance(row, StockRow)]
    numbers = [row.number.e164 for row in rows]
    before = _known(session, numbers)
    enter(session, operator_id, rows, actor=actor, now=now)
    after = _known(session, numbers)
    return [_reported(line, row, before, after) for line, row in read]


def _read(text: str) -> Iterator[tuple[int, StockRow | Words]]:
    lines = text.removeprefix(BYTE_ORDER_MARK).splitlines()
    header = tuple(cell.strip() for cell in _cells(lines[0]) or ()) if lines else ()
    if header not in {CSV_HEADER, CSV_HEADER[:1]}:
        raise StockRowRefused(line=1, problem_ja=HEADER.ja, problem_en=HEADER.en)
    seen: set[str] = set()
    for line, content in enumerate(lines[1:], start=2):
        cells = _cells(content)
        if cells is None:
            yield line, NO_CSV
        elif any(cell.strip() for cell in cells):
            if len(seen) >= MOST_ROWS:
                yield line, TOO_MANY
                return
            try:
                yield line, stock_row(line, cells, len(header), seen)
            except StockRowRefused as refused:
                yield line, Words(refused.facts["problem_ja"], refused.facts["problem_en"])


def _cells(line: str) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return None


def _reported(line: int, row: StockRow | Words, before: set[str], after: set[str]) -> ReportedLine:
    if isinstance(row, Words):
        return ReportedLine(line, "refused", reason=row)
    number = row.number.e164
    if number in before:
        return ReportedLine(line, "known", number)
    if number in after:
        return ReportedLine(line, "entered", number)
    return ReportedLine(line, "refused", number, ANOTHERS)


def _known(session: Session, numbers: Sequence[str]) -> set[str]:
    return set(session.scalars(select(StockNumber.number).where(StockNumber.number.in_(numbers))))
