"""Posting charges, so that posting the same again changes nothing, and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.models import Charge
from coworking.kit.db import table_of
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.money import TaxMode

LARGEST_PAGE = 200
MOST_TOTALS = 10_000


@dataclass(frozen=True, slots=True)
class Posting:
    """A charge to be. `amount` is what is owed, in yen by `tax_mode`; `reason` holds JSON values, no personal data."""

    key: str
    member_id: int
    what: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    tax_mode: TaxMode
    service_month: str
    service_on: date
    closes_on: date
    due_on: date
    reason: dict[str, Any]
    profile_version_id: int


_POSTING_FIELDS = tuple(field.name for field in fields(Posting))


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """What a member owes for one month and one kind of thing, before tax is reckoned on the whole."""

    member_id: int
    service_month: str
    what: str
    tax_mode: TaxMode
    count: int
    quantity: int
    amount: Decimal


def post(session: Session, operator_id: int, postings: Sequence[Posting], now: datetime) -> None:
    """Post charges, each under its key. One that stands as posted is left alone; one that differs is reversed by a row
    and posted anew by another, so that the sum of a key is always what was last posted for it."""
    if not postings:
        return
    entered = set(
        session.scalars(
            insert(table_of(Charge))
            .on_conflict_do_nothing(index_elements=["operator_id", "key", "revision"])
            .returning(table_of(Charge).c.key),
            [_row(posting, operator_id, 1, now) for posting in postings],
        )
    )
    for posting in postings:
        if posting.key in entered:
            entered.remove(
                posting.key
            )  # the row just entered is the first of its key; what follows corrects it
        else:
            _correct(session, operator_id, posting, now)


def reverse(session: Session, operator_id: int, key: str, *, reason: str, now: datetime) -> bool:
    """Take back what stands under a key by a row of the opposite amount; says whether anything stood."""
    rows = _rows_of(session, key)
    standing = _standing(rows)
    if standing is None:
        return False
    _add_reversal(session, operator_id, standing, len(rows) + 1, {"reversed": reason}, now)
    return True


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """What upper packages may know of a charge that stands."""

    key: str
    quantity: int
    unit_price: Decimal
    amount: Decimal
    tax_mode: str
    service_month: str
    reason: dict[str, Any]


def standing_charges(session: Session, keys: Sequence[str]) -> dict[str, ChargeFacts]:
    """What stands under these keys: the last row of each that was not reversed."""
    if not keys:
        return {}
    rows = session.scalars(select(Charge).where(Charge.key.in_(keys)).order_by(Charge.key, Charge.revision))
    by_key: dict[str, list[Charge]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    found = {key: _standing(of_key) for key, of_key in by_key.items()}
    return {
        key: ChargeFacts(
            key=key,
            quantity=charge.quantity,
            unit_price=charge.unit_price,
            amount=charge.amount,
            tax_mode=charge.tax_mode,
            service_month=charge.service_month,
            reason=charge.reason,
        )
        for key, charge in found.items()
        if charge is not None
    }


def list_charges(
    session: Session,
    *,
    member_id: int | None = None,
    what: str | None = None,
    service_month: str | None = None,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Charge]:
    """Charges, reversals among them."""
    statement = listing.part(select(Charge), Charge.id, after_id, limit)
    return list(session.scalars(_filtered(statement, member_id, what, service_month)))


def totals_by_month(
    session: Session, *, member_id: int | None = None, service_month: str | None = None
) -> list[MonthTotal]:
    """What was posted, grouped by member, month and kind: what a month's bill is made of. At most `MOST_TOTALS`, by
    month."""
    statement = (
        select(
            Charge.member_id,
            Charge.service_month,
            Charge.what,
            Charge.tax_mode,
            func.count(),
            func.sum(Charge.quantity),
            func.sum(Charge.amount, type_=Charge.amount.type),
        )
        .group_by(Charge.member_id, Charge.service_month, Charge.what, Charge.tax_mode)
        .order_by(Charge.service_month, Charge.member_id, Charge.what)
        .limit(MOST_TOTALS)
    )
    rows = session.execute(_filtered(statement, member_id, None, service_month))
    return [
        MonthTotal(member, month, what, TaxMode(tax_mode), count, quantity, amount)
        for member, month, what, tax_mode, count, quantity, amount in rows
    ]


def _filtered(
    statement: Select[*tuple[Any, ...]], member_id: int | None, what: str | None, service_month: str | None
) -> Select[*tuple[Any, ...]]:
    if member_id is not None:
        statement = statement.where(Charge.member_id == member_id)
    if what is not None:
        statement = statement.where(Charge.what == what)
    if service_month is not None:
        statement = statement.where(Charge.service_month == service_month)
    return statement


def _row(posting: Posting, operator_id: int, revision: int, now: datetime) -> dict[str, Any]:
    return {
        **{name: getattr(posting, name) for name in _POSTING_FIELDS},
        "tax_mode": posting.tax_mode.value,
        "operator_id": operator_id,
        "revision": revision,
        "posted_at": now,
    }


def _correct(session: Session, operator_id: int, posting: Posting, now: datetime) -> None:
    rows = _rows_of(session, posting.key)
    standing = _standing(rows)
    if standing is not None and _same(standing, posting):
        return
    revision = len(rows) + 1
    if standing is not None:
        _add_reversal(session, operator_id, standing, revision, {"reversed": "corrected"}, now)
        revision += 1
    session.add(Charge(**_row(posting, operator_id, revision, now)))
    session.flush()


def _rows_of(session: Session, key: str) -> list[Charge]:
    return list(session.scalars(select(Charge).where(Charge.key == key).order_by(Charge.revision)))


def _standing(rows: Sequence[Charge]) -> Charge | None:
    reversed_ids = {row.reverses_id for row in rows if row.reverses_id}
    return next(
        (row for row in reversed(rows) if row.reverses_id is None and row.id not in reversed_ids), None
    )


def _same(charge: Charge, posting: Posting) -> bool:
    # Not the days of closing and falling due: they may hang on the day of the posting.
    return (
        charge.member_id,
        charge.what,
        charge.quantity,
        charge.unit_price,
        charge.amount,
        charge.tax_mode,
        charge.service_month,
        charge.service_on,
    ) == (
        posting.member_id,
        posting.what,
        posting.quantity,
        posting.unit_price,
        posting.amount,
        posting.tax_mode,
        posting.service_month,
        posting.service_on,
    )


def _add_reversal(
    session: Session, operator_id: int, charge: Charge, revision: int, reason: dict[str, Any], now: datetime
) -> None:
    session.add(
        Charge(
            operator_id=operator_id,
            member_id=charge.member_id,
            profile_version_id=charge.profile_version_id,
            key=charge.key,
            revision=revision,
            what=charge.what,
            quantity=-charge.quantity,
            unit_price=charge.unit_price,
            amount=-charge.amount,
            tax_mode=charge.tax_mode,
            service_month=charge.service_month,
            service_on=charge.service_on,
            closes_on=charge.closes_on,
            due_on=charge.due_on,
            posted_at=now,
            reason=reason,
            reverses_id=charge.id,
        )
    )
    session.flush()
