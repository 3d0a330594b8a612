"""Deposits as banks tell them: the 200-byte notice of transfers (kind 01), the 200-byte account statement (kind 03),
and CSV. Pure."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from coworking.billing.zengin.errors import BankFileRefused, BankFileTotalsWrong
from coworking.billing.zengin.records import LARGEST_FILE, Field, Layout, read_record, records

RECORD_LENGTH = 200
MOST_DEPOSITS = 100_000
REIWA_BEGAN = 2018
"""The year before the era's first."""
LONGEST_CELL = 200
"""Characters of a cell of a CSV file."""
LARGEST_DEPOSIT = 999_999_999_999
"""Yen."""

HEADER = (
    Field("record", 1, digits=True), Field("kind", 2, digits=True), Field("code", 1), Field("made_on", 6),
    Field("from_day", 6), Field("until_day", 6), Field("bank_code", 4), Field("bank_name", 15),
    Field("branch_code", 3), Field("branch_name", 15), Field("account_kind", 1), Field("account_number", 7),
    Field("account_name", 40), Field("rest", 93),
)  # fmt: skip
TRANSFER = (
    Field("record", 1, digits=True), Field("reference", 6), Field("day", 6, digits=True), Field("value_day", 6),
    Field("amount", 10, digits=True), Field("cheques", 10), Field("payer_code", 10), Field("payer", 48),
    Field("bank_name", 15), Field("branch_name", 15), Field("cancelled", 1), Field("edi", 20), Field("rest", 52),
)  # fmt: skip
STATEMENT = (
    Field("record", 1, digits=True), Field("reference", 8), Field("day", 6, digits=True), Field("value_day", 6),
    Field("direction", 1, digits=True), Field("sort", 2), Field("amount", 12, digits=True), Field("cheques", 12),
    Field("presented_on", 6), Field("returned_on", 6), Field("paper", 1), Field("paper_number", 7),
    Field("branch_of_paper", 3), Field("payer_code", 10), Field("payer", 48), Field("bank_name", 15),
    Field("branch_name", 15), Field("note", 20), Field("edi", 20), Field("rest", 1),
)  # fmt: skip
TRANSFER_TRAILER = (
    Field("record", 1, digits=True), Field("count", 6, digits=True), Field("amount", 12, digits=True),
    Field("cancelled_count", 6, digits=True), Field("cancelled_amount", 12, digits=True), Field("rest", 163),
)  # fmt: skip
STATEMENT_TRAILER = (
    Field("record", 1, digits=True), Field("count", 6, digits=True), Field("amount", 13, digits=True),
    Field("out_count", 6, digits=True), Field("out_amount", 13, digits=True), Field("rest", 161),
)  # fmt: skip
TRANSFERS, STATEMENTS = "01", "03"
DEPOSIT = "1"
CSV_COLUMNS = {
    "day": ("日付", "取引日", "入金日", "date"),
    "amount": ("入金額", "お預入金額", "入金金額", "amount"),
    "payer": ("振込依頼人", "振込依頼人名", "摘要", "お取引内容", "payer"),
}


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money that came in. `reference` tells apart two of one day, payer and amount: the bank's own, with `#2`, `#3` …
    behind it from the second of the same on, so that a deposit has the same reference in every file that holds it."""

    day: date
    amount: int
    payer: str
    reference: str


def read_deposits(content: bytes, today: date) -> list[Deposit]:
    """The deposits of a file of any of the three kinds, in its order; payments out are left aside.

    `today` decides which year a two-digit one means; no deposit is of a later day. Raises `BankFileRefused`,
    `BankFileTotalsWrong`.
    """
    if not content.strip():
        raise BankFileRefused(record=0, field="size")
    if content[:1] == b"1" and b"," not in content[:RECORD_LENGTH]:
        found = _read_fixed(content, today)
    else:
        found = _read_csv(content)
    deposits: list[Deposit] = []
    seen: Counter[Deposit] = Counter()
    for number, deposit in found:
        if deposit.day > today:
            raise BankFileRefused(record=number, field="day")
        if len(deposits) == MOST_DEPOSITS:
            raise BankFileRefused(record=number, field="size")
        if not deposit.amount:
            continue
        seen[deposit] += 1
        nth = f"#{seen[deposit]}" if seen[deposit] > 1 else ""
        deposits.append(replace(deposit, reference=deposit.reference + nth))
    return deposits


def _read_fixed(content: bytes, today: date) -> Iterator[tuple[int, Deposit]]:
    kind = ""
    trailer: dict[str, str] | None = None
    rows: list[tuple[int, dict[str, str]]] = []
    for number, record in records(content, RECORD_LENGTH):
        match record[0], bool(kind), trailer is not None:
            case "1", False, False:
                kind = read_record(HEADER, record, number=number)["kind"]
                if kind not in {TRANSFERS, STATEMENTS}:
                    raise BankFileRefused(record=number, field="kind")
            case "2", True, False:
                layout: Layout = TRANSFER if kind == TRANSFERS else STATEMENT
                rows.append((number, read_record(layout, record, number=number)))
            case "8", True, False:
                layout = TRANSFER_TRAILER if kind == TRANSFERS else STATEMENT_TRAILER
                trailer = read_record(layout, record, number=number)
            case "9", True, True:
                pass
            case _:
                raise BankFileRefused(record=number, field="record")
    if trailer is None:
        raise BankFileRefused(record=0, field="record")
    came_in = [(number, row) for number, row in rows if _came_in(row, kind)]
    for number, row in came_in:
        if not row["amount"]:
            raise BankFileRefused(record=number, field="amount")
    _check_totals(trailer, [int(row["amount"]) for _, row in came_in])
    for number, row in came_in:
        yield (
            number,
            Deposit(
                day=_day(row["day"], today, number),
                amount=int(row["amount"]),
                payer=row["payer"] or row.get("note", ""),
                reference=row["reference"],
            ),
        )


def _came_in(row: dict[str, str], kind: str) -> bool:
    return row["cancelled"] != "1" if kind == TRANSFERS else row["direction"] == DEPOSIT


def _check_totals(trailer: dict[str, str], amounts: Sequence[int]) -> None:
    said = (int(trailer["count"] or 0), int(trailer["amount"] or 0))
    found = (len(amounts), sum(amounts))
    if said != found:
        raise BankFileTotalsWrong(said=f"{said[0]} / {said[1]}", found=f"{found[0]} / {found[1]}")


def _day(text: str, today: date, number: int) -> date:
    """A day `YYMMDD`, whose year is the era's or the century's, whichever is nearer to today."""
    try:
        years = [base + int(text[:2]) for base in (REIWA_BEGAN, today.year // 100 * 100)]
        # The year first: 29 February is there in one of the two only.
        year = min(years, key=lambda year: abs(year - today.year))
        return date(year, int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise BankFileRefused(record=number, field="day") from error


def _read_csv(content: bytes) -> Iterator[tuple[int, Deposit]]:
    """CSV with a header line that has a day, an amount that came in and who paid, in the words of CSV_COLUMNS."""
    if len(content) > LARGEST_FILE:
        raise BankFileRefused(record=0, field="size")
    reader = csv.reader(io.StringIO(_decoded(content)), strict=True)
    try:
        header = [cell.strip() for cell in next(reader)]
        places = {name: _place(header, words) for name, words in CSV_COLUMNS.items()}
        for number, row in enumerate(reader, start=2):
            if not any(cell.strip() for cell in row):
                continue
            amount = _csv_cell(row, places["amount"], number).replace(",", "").replace("円", "")
            if amount in {"", "0"}:
                continue  # money that went out
            if not (amount.isascii() and amount.isdigit() and int(amount) <= LARGEST_DEPOSIT):
                raise BankFileRefused(record=number, field="amount")
            yield (
                number,
                Deposit(
                    day=_csv_day(_csv_cell(row, places["day"], number), number),
                    amount=int(amount),
                    payer=_csv_cell(row, places["payer"], number),
                    reference="",
                ),
            )
    except (csv.Error, StopIteration) as error:
        raise BankFileRefused(record=0, field="csv") from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BankFileRefused(record=0, field="encoding")


def _place(header: Sequence[str], words: Sequence[str]) -> int:
    for index, cell in enumerate(header):
        if unicodedata.normalize("NFKC", cell).lower() in words:
            return index
    raise BankFileRefused(record=1, field=words[0])


def _csv_cell(row: Sequence[str], place: int, number: int) -> str:
    if place >= len(row):
        raise BankFileRefused(record=number, field="csv")
    text = unicodedata.normalize("NFKC", row[place]).strip()
    if len(text) > LONGEST_CELL or not text.replace("\u3000", " ").isprintable():
        raise BankFileRefused(record=number, field="csv")
    return text


def _csv_day(text: str, number: int) -> date:
    parts = text.replace("/", "-").replace(".", "-").replace("年", "-").replace("月", "-").replace("日", "")
    try:
        year, month, day = (int(part) for part in parts.split("-"))
        return date(year, month, day)
    except ValueError as error:
        raise BankFileRefused(record=number, field="day") from error
