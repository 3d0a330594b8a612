"""The stock of numbers: entered by hand or from a CSV file, counted by area code, taken one at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.phone import InvalidPhoneNumber, NumberClass, PhoneNumber, parse_phone
from telephony.numbers.errors import NoFreeNumber, StockNumberRefused, StockRowRefused
from telephony.numbers.models import StockNumber
from telephony.numbers.number_states import move

MOST_ROWS = 10_000
LARGEST_FILE_BYTES = 1_000_000
LARGEST_PAGE = 200
LONGEST_CARRIER_SID = 64
IP_AREA_CODE = "050"
LENDABLE = frozenset({NumberClass.FIXED, NumberClass.IP})
CSV_HEADER = ("number", "carrier_sid")
BYTE_ORDER_MARK = "\ufeff"  # what spreadsheets write before a file in UTF-8


@dataclass(frozen=True, slots=True)
class StockRow:
    """A number to enter; `carrier_sid` is the carrier's own reference of it, if it has one."""

    number: PhoneNumber
    carrier_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Entered:
    """What came of entering numbers: how many are new, how many stood in stock already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class StockCount:
    area_code: str
    status: str
    count: int


def parse_stock_csv(text: str) -> list[StockRow]:
    """The rows of a stock file with the header `number[,carrier_sid]`. Raises `StockRowRefused` for the first line that
    is wrong, naming it: nothing is entered of such a file."""
    reader = csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), strict=True)
    rows: list[StockRow] = []
    seen: set[str] = set()
    try:
        header = tuple(cell.strip() for cell in next(reader, []))
        if header not in {CSV_HEADER, CSV_HEADER[:1]}:
            raise _refused(
                1, "1 行目は number または number,carrier_sid です。", "the header is number,carrier_sid"
            )
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            rows.append(stock_row(reader.line_num, cells, len(header), seen))
            if len(rows) > MOST_ROWS:
                raise _refused(
                    reader.line_num, f"一度に {MOST_ROWS} 件までです。", f"at most {MOST_ROWS} rows"
                )
    except csv.Error as error:
        raise _refused(reader.line_num or 1, "CSV として読めません。", "this is no CSV") from error
    return rows


def enter(
    session: Session, operator_id: int, rows: Sequence[StockRow], *, actor: str, now: datetime
) -> Entered:
    """Put numbers in stock as available; one that is there already stays as it is."""
    if not rows:
        return Entered(new=0, known=0)
    values = [
        {
            "operator_id": operator_id,
            "number": row.number.e164,
            "area_code": stock_area_code(row.number),
            "status": "available",
            "carrier_sid": row.carrier_sid,
            "entered_at": now,
        }
        for row in rows
    ]
    added = session.scalars(
        insert(StockNumber).on_conflict_do_nothing().returning(StockNumber.id), values
    ).all()
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="stock.entered",
        subject="stock",
        details={"new": len(added), "known": len(rows) - len(added)},
    )
    return Entered(new=len(added), known=len(rows) - len(added))


def enter_one(
    session: Session,
    operator_id: int,
    number: PhoneNumber,
    status: str,
    carrier_sid: str | None,
    now: datetime,
) -> StockNumber:
    """A number in stock, held: entered with this state, or as it stands there already. Raises `StockNumberRefused`."""
    if number.number_class not in LENDABLE:
        raise StockNumberRefused
    row = insert(StockNumber).values(
        operator_id=operator_id,
        number=number.e164,
        area_code=stock_area_code(number),
        status=status,
        carrier_sid=carrier_sid,
        entered_at=now,
    )
    session.execute(row.on_conflict_do_nothing())
    stocked = session.scalar(select(StockNumber).where(StockNumber.number == number.e164).with_for_update())
    if stocked is None:  # another operator of this deployment has it
        raise StockNumberRefused
    return stocked


def stock_area_code(number: PhoneNumber) -> str:
    """The area code that a number is lent under; an IP number is lent under 050."""
    return number.area_code or IP_AREA_CODE


def take_next_free(
    session: Session, operator_id: int, area_code: str, *, member_id: int | None = None
) -> StockNumber:
    """The number of an area code that is reserved for the member, or else the next free one, now assigned. Others that
    look at the same time get the one after it. Raises `NoFreeNumber`."""
    number = None
    if member_id is not None:
        number = _first(
            session,
            operator_id,
            area_code,
            StockNumber.status == "reserved",
            StockNumber.reserved_for_member_id == member_id,
        )
    number = number or _first(session, operator_id, area_code, StockNumber.status == "available")
    if number is None:
        raise NoFreeNumber(area_code=area_code)
    move(number, "assigned")
    return number


def _first(
    session: Session, operator_id: int, area_code: str, *wanted: ColumnElement[bool]
) -> StockNumber | None:
    return session.scalar(
        select(StockNumber)
        .where(StockNumber.operator_id == operator_id, StockNumber.area_code == area_code, *wanted)
        .order_by(StockNumber.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def count_stock(session: Session) -> list[StockCount]:
    statement = (
        select(StockNumber.area_code, StockNumber.status, func.count())
        .group_by(StockNumber.area_code, StockNumber.status)
        .order_by(StockNumber.area_code, StockNumber.status)
    )
    return [StockCount(area_code, status, count) for area_code, status, count in session.execute(statement)]


def list_stock(
    session: Session,
    *,
    area_code: str | None = None,
    status: str | None = None,
    after_id: int = 0,
    limit: int = 50,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[StockNumber]:
    statement = listing.part(select(StockNumber), StockNumber.id, after_id, limit)
    if area_code is not None:
        statement = statement.where(StockNumber.area_code == area_code)
    if status is not None:
        statement = statement.where(StockNumber.status == status)
    return session.scalars(statement).all()


def stock_row(line: int, cells: list[str], columns: int, seen: set[str]) -> StockRow:
    """A line of a stock file; `seen` holds the numbers of the lines before it. Raises `StockRowRefused`."""
    if len(cells) > columns:
        raise _refused(line, "列が多すぎます。", "there are too many columns")
    try:
        number = parse_phone(cells[0])
    except InvalidPhoneNumber as error:
        raise _refused(line, "電話番号として読めません。", "this is no telephone number") from error
    if number.number_class not in LENDABLE:
        raise _refused(
            line, "貸し出せるのは固定電話と 050 の番号です。", "only fixed and 050 numbers can be lent"
        )
    if number.e164 in seen:
        raise _refused(line, "同じ番号が前の行にあります。", "the same number stands on an earlier line")
    seen.add(number.e164)
    carrier_sid = cells[1].strip() if len(cells) > 1 else ""
    if len(carrier_sid) > LONGEST_CARRIER_SID or not carrier_sid.isprintable():
        raise _refused(
            line,
            f"carrier_sid は {LONGEST_CARRIER_SID} 文字までの文字列です。",
            f"carrier_sid is a text of at most {LONGEST_CARRIER_SID} characters",
        )
    return StockRow(number, carrier_sid or None)


def _refused(line: int, problem_ja: str, problem_en: str) -> StockRowRefused:
    return StockRowRefused(line=line, problem_ja=problem_ja, problem_en=problem_en)
