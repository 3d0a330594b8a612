"""Reading the books: by day, amount and counterparty together, as the electronic-books law asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from coworking.billing.invoicing.errors import TooManyRows
from coworking.billing.journal_models import JournalEntry, JournalLine
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span

MOST_IN_FILE = 50_000

_Conditions = list[tuple[object, Callable[[Any], ColumnElement[bool]]]]


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Days are inclusive. `least_amount` and `most_amount` are the size of a line, debit or credit; `counterparty` is a
    part of the name, case does not count."""

    booked_from: date | None = None
    booked_to: date | None = None
    least_amount: Decimal | None = None
    most_amount: Decimal | None = None
    counterparty: str | None = None
    document: str | None = None
    account: str | None = None
    kind: str | None = None
    member_id: int | None = None

    def __post_init__(self) -> None:
        """Raises `EndsBeforeItStarts`."""
        require_span(self.booked_from, self.booked_to)


@dataclass(frozen=True, slots=True)
class FoundEntry:
    entry: JournalEntry
    lines: Sequence[JournalLine]


def find_entries(
    session: Session,
    wanted: JournalFilter,
    *,
    after_id: int = 0,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> list[FoundEntry]:
    statement = listing.part(select(JournalEntry), JournalEntry.id, after_id, limit)
    entries = session.scalars(_filtered(statement, wanted)).all()
    lines: dict[int, list[JournalLine]] = {}
    of_entries = (
        select(JournalLine)
        .where(JournalLine.entry_id.in_([entry.id for entry in entries]))
        .order_by(JournalLine.id)
    )
    for line in session.scalars(of_entries):
        lines.setdefault(line.entry_id, []).append(line)
    return [FoundEntry(entry, lines.get(entry.id, [])) for entry in entries]


def entries_for_file(session: Session, wanted: JournalFilter, listing: Listing) -> list[FoundEntry]:
    """All that were found, in this order. Raises `TooManyRows`."""
    found = session.scalars(
        select(func.count()).select_from(_filtered(select(JournalEntry), wanted).subquery())
    ).one()
    if found > MOST_IN_FILE:
        raise TooManyRows(found=found, most=MOST_IN_FILE)
    return find_entries(session, wanted, limit=MOST_IN_FILE, listing=listing)


def _filtered(statement: Select[JournalEntry], wanted: JournalFilter) -> Select[JournalEntry]:
    size = func.abs(JournalLine.amount, type_=JournalLine.amount.type)
    of_entry: _Conditions = [
        (wanted.booked_from, JournalEntry.booked_on.__ge__),
        (wanted.booked_to, JournalEntry.booked_on.__le__),
        (wanted.counterparty, lambda name: JournalEntry.counterparty.icontains(name, autoescape=True)),
        (wanted.document, JournalEntry.document.__eq__),
        (wanted.kind, JournalEntry.kind.__eq__),
        (wanted.member_id, JournalEntry.member_id.__eq__),
    ]
    of_line: _Conditions = [
        (wanted.account, JournalLine.account.__eq__),
        (wanted.least_amount, size.__ge__),
        (wanted.most_amount, size.__le__),
    ]
    held = [holds(value) for value, holds in of_line if value is not None]
    if held:
        has_line = select(JournalLine.id).where(JournalLine.entry_id == JournalEntry.id, *held).exists()
        statement = statement.where(has_line)
    return statement.where(*(holds(value) for value, holds in of_entry if value is not None))
