"""What billing staff ask of calls: those that match, newest first, their sums, their sums by day and class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select
from sqlalchemy.orm import Session

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.listing import Listing
from telephony.forwarding.call_records import CallRecord, records_of
from telephony.forwarding.errors import DaysOutOfRange
from telephony.forwarding.models import Call

MOST_DAYS = 366
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2999, 12, 31)
LONGEST_RING = timedelta(days=1)
"""Between the start of a call and the answer by which it counts for a day, with much to spare."""
LATEST_FIRST = Listing(Call.started_at, descending=True)


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls are meant; None leaves a thing open. Local days, both inclusive; `ending` are the last four digits
    of any number on the call."""

    first_day: date
    last_day: date
    member_id: int | None = None
    line_id: int | None = None
    call_class: str | None = None
    outcome: str | None = None
    direction: str | None = None
    least_amount: Decimal | None = None
    most_amount: Decimal | None = None
    least_seconds: int | None = None
    ending: str | None = None
    held: bool | None = None

    def __post_init__(self) -> None:
        in_order = 0 <= (self.last_day - self.first_day).days < MOST_DAYS
        if not in_order or self.first_day < EARLIEST_DAY or self.last_day > LATEST_DAY:
            raise DaysOutOfRange(most=MOST_DAYS)


@dataclass(frozen=True, slots=True)
class CallTotals:
    count: int
    seconds: int
    units: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DayFigures(CallTotals):
    """One day and class of a chart; no class: calls that nothing is billed for."""

    day: date
    call_class: str | None


def matching_calls(
    session: Session,
    calendar: BusinessCalendar,
    wanted: CallFilter,
    *,
    after_id: int = 0,
    limit: int,
    listing: Listing = LATEST_FIRST,
) -> list[CallRecord]:
    """The latest first if no order is named."""
    statement = listing.part(select(Call), Call.id, after_id, limit)
    return records_of(session, session.scalars(_matching(statement, calendar, wanted)).all())


def call_rows(session: Session, calendar: BusinessCalendar, wanted: CallFilter, most: int) -> Sequence[Call]:
    """The same without their legs, at most so many."""
    statement = LATEST_FIRST.part(select(Call), Call.id, 0, most)
    return session.scalars(_matching(statement, calendar, wanted)).all()


def call_totals(session: Session, wanted: CallFilter) -> CallTotals:
    row: Sequence[Any] = session.execute(select(*_SUMS).where(*_conditions(wanted))).one()
    return CallTotals(*row)


def call_chart(session: Session, wanted: CallFilter) -> list[DayFigures]:
    """Days in their order; a day without calls has no row."""
    statement = (
        select(*_SUMS, Call.counted_on, Call.call_class)
        .where(*_conditions(wanted))
        .group_by(Call.counted_on, Call.call_class)
        .order_by(Call.counted_on, Call.call_class.nulls_last())
    )
    rows: Iterable[Sequence[Any]] = session.execute(statement)
    return [DayFigures(*row) for row in rows]


_SUMS: tuple[ColumnElement[Any], ...] = (
    func.count(),
    func.coalesce(func.sum(Call.billed_seconds), 0),
    func.coalesce(func.sum(Call.units), 0),
    func.coalesce(func.sum(Call.amount, type_=Call.amount.type), literal(Decimal(0), Call.amount.type)),
)


def _matching(statement: Select[Call], calendar: BusinessCalendar, wanted: CallFilter) -> Select[Call]:
    # The order is by the start, so the days are told to its index as well.
    return statement.where(
        *_conditions(wanted),
        Call.started_at >= _begin(calendar, wanted.first_day) - LONGEST_RING,
        Call.started_at < _begin(calendar, wanted.last_day) + timedelta(days=1),
    )


def _begin(calendar: BusinessCalendar, day: date) -> datetime:
    return calendar.instant(day, time(0))


def _conditions(wanted: CallFilter) -> list[ColumnElement[bool]]:
    conditions = [
        Call.counted_on.between(wanted.first_day, wanted.last_day),
        *(
            getattr(Call, name) == value
            for name in ("member_id", "line_id", "call_class", "outcome", "direction")
            if (value := getattr(wanted, name)) is not None
        ),
    ]
    if wanted.least_amount is not None:
        conditions.append(Call.amount >= wanted.least_amount)
    if wanted.most_amount is not None:
        conditions.append(Call.amount <= wanted.most_amount)
    if wanted.least_seconds is not None:
        conditions.append(Call.billed_seconds >= wanted.least_seconds)
    if wanted.ending is not None:
        conditions.append(Call.endings.contains([wanted.ending]))
    if wanted.held is not None:
        conditions.append(Call.is_held.is_(wanted.held))
    return conditions
