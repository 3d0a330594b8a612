"""Booking in double entry. What is booked is never changed; booking the same again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Function, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.billing.closing_days import month_after
from coworking.billing.errors import MonthClosed
from coworking.billing.journal_models import ClosedMonth, JournalEntry, JournalLine
from coworking.kit.db import table_of, violated_constraint
from coworking.kit.profile_fields import Words

ACCOUNTS = {
    "receivable": Words("売掛金", "Accounts receivable"),
    "sales": Words("売上高", "Sales"),
    "tax-payable": Words("仮受消費税", "Consumption tax received"),
    "money": Words("現金・預金・決済未収入金", "Cash, bank and payment providers"),
    "advance": Words("前受金", "Advance payments received"),
    "interest-income": Words("受取利息（遅延損害金）", "Late interest received"),
    "fees-paid": Words("支払手数料", "Fees paid"),
    "bad-debt": Words("貸倒損失", "Bad debts"),
    "opening": Words("開始残高", "Opening balances"),
    "adjustments": Words("雑損益", "Adjustments"),
}
"""What the books distinguish; a line's `detail` says for what or by which means."""


@dataclass(frozen=True, slots=True)
class Line:
    """Debit is positive, credit negative."""

    account: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """`key` says what it books; `counterparty` is a name as it was; `document` a paper's number or a reference."""

    key: str
    kind: str
    booked_on: date
    member_id: int | None
    counterparty: str
    document: str
    lines: Sequence[Line]


def book(session: Session, operator_id: int, entry: Entry, now: datetime) -> bool:
    """Book an entry; says whether it was new. Lines of 0 are left out.

    Raises ValueError for one that does not balance, `MonthClosed` for a day of a closed month.
    """
    return book_all(session, operator_id, [entry], now) == 1


def book_all(session: Session, operator_id: int, entries: Sequence[Entry], now: datetime) -> int:
    """Book entries, all or none; returns how many of them were new. Raises as `book` does."""
    for entry in entries:
        if sum((line.amount for line in entry.lines), Decimal(0)):
            raise ValueError(f"the entry {entry.key} does not balance")
        if unknown := {line.account for line in entry.lines} - ACCOUNTS.keys():
            raise ValueError(f"there is no account {min(unknown)}")
    entered = _enter(session, operator_id, entries, now)
    lines = [
        {
            "operator_id": operator_id,
            "entry_id": entered[entry.key],
            "account": line.account,
            "detail": line.detail,
            "amount": line.amount,
        }
        for entry in entries
        if entry.key in entered
        for line in entry.lines
        if line.amount
    ]
    if lines:
        session.execute(insert(table_of(JournalLine)), lines)
    return len(entered)


def first_open_day(session: Session, day: date) -> date:
    """The day itself, or the first day after it whose month is open: where what is told late is booked."""
    months = select(ClosedMonth.month).where(ClosedMonth.month >= f"{day:%Y-%m}").order_by(ClosedMonth.month)
    for month in session.scalars(months):
        if month == f"{day:%Y-%m}":
            day = month_after(day, 1)
    return day


def hold_books(session: Session, operator_id: int) -> None:
    """Nothing is booked for the operator by anybody else until the transaction ends: who is booking now is waited
    for."""
    session.execute(select(func.pg_advisory_xact_lock(_books_of(operator_id))))


def _books_of(operator_id: int) -> Function[int]:
    return func.hashtext(f"books:{operator_id}")


def _enter(session: Session, operator_id: int, entries: Sequence[Entry], now: datetime) -> dict[str, int]:
    """Ids by key of the entries that were new."""
    table = table_of(JournalEntry)
    rows = [
        {
            "operator_id": operator_id,
            "key": entry.key,
            "kind": entry.kind,
            "booked_on": entry.booked_on,
            "booked_at": now,
            "member_id": entry.member_id,
            "counterparty": entry.counterparty,
            "document": entry.document,
        }
        for entry in entries
    ]
    if not rows:
        return {}
    statement = upsert(table).on_conflict_do_nothing(index_elements=["operator_id", "key"])
    # Beside others who book, but not beside one who closes a month: neither would see what the other does.
    session.execute(select(func.pg_advisory_xact_lock_shared(_books_of(operator_id))))
    try:
        with session.begin_nested():
            found = session.execute(statement.returning(table.c.key, table.c.id), rows)
            return dict(found.all())
    except IntegrityError as error:
        if violated_constraint(error) == "month_is_open":
            days = sorted({entry.booked_on for entry in entries})
            closed = next((day for day in days if first_open_day(session, day) != day), days[0])
            raise MonthClosed(month=f"{closed:%Y-%m}") from error
        raise


def balances(session: Session) -> dict[str, Decimal]:
    """The sum of every account of the session's operator; all of them together are 0."""
    statement = select(
        JournalLine.account, func.sum(JournalLine.amount, type_=JournalLine.amount.type)
    ).group_by(JournalLine.account)
    return dict(session.execute(statement).all())
