"""Closing a month of the books: nothing is booked in it any more, and the database sees to it.

What is told later about a day in a closed month (a deposit that comes to light, say) is booked on the first day that is
open, `first_open_day`: the day on which something happened stays with the payment or the paper, the books take it up
when they can. Who names a day for the books themselves gets `month-closed`.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.billing.books.errors import BooksNotSound, EarlierMonthOpen, MonthNotOver
from coworking.billing.books.findings import faults_that_stop
from coworking.billing.journal import hold_books
from coworking.billing.journal_models import ClosedMonth, JournalEntry
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.listing import OLDEST_FIRST, Listing


def close_month(
    session: Session, rules: BillingRules, operator_id: int, month: str, *, actor: str, now: datetime
) -> ClosedMonth:
    """Close a month that is over; one that is closed stays as it is. Raises `MonthNotOver`, `EarlierMonthOpen`,
    `BooksNotSound`."""
    hold_books(session, operator_id)
    closed = session.scalar(select(ClosedMonth).where(ClosedMonth.month == month))
    if closed is not None:
        return closed
    if month >= rules.calendar.local_month(now):
        raise MonthNotOver(month=month)
    if found := faults_that_stop(session):
        raise BooksNotSound(found=found)
    earlier = _earliest_open(session, month)
    if earlier is not None:
        raise EarlierMonthOpen(month=earlier)
    closed = ClosedMonth(operator_id=operator_id, month=month, closed_at=now, closed_by=actor)
    session.add(closed)
    record(
        session,
        operator_id=operator_id,
        at=now,
        actor=actor,
        action="month.closed",
        subject=f"month:{month}",
    )
    session.flush()
    return closed


def closed_months(
    session: Session, *, after_id: int = 0, limit: int, listing: Listing = OLDEST_FIRST
) -> list[ClosedMonth]:
    statement = listing.part(select(ClosedMonth), ClosedMonth.id, after_id, limit)
    return list(session.scalars(statement))


def _earliest_open(session: Session, before: str) -> str | None:
    """The first month before this one that has entries and is open."""
    month = func.to_char(JournalEntry.booked_on, "YYYY-MM")
    first: str | None = session.scalar(
        select(func.min(month)).where(
            JournalEntry.booked_on < date.fromisoformat(f"{before}-01"),
            month.not_in(select(ClosedMonth.month)),
        )
    )
    return first
