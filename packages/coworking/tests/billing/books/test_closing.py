from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import SQLColumnExpression, text
from sqlalchemy.orm import Session

from coworking.billing.books.closing import close_month, closed_months
from coworking.billing.books.errors import BooksNotSound, EarlierMonthOpen, MonthNotOver
from coworking.billing.books.findings import Finding, enter_findings
from coworking.billing.books.journal_search import JournalFilter, find_entries
from coworking.billing.errors import MonthClosed
from coworking.billing.invoice_models import Invoice
from coworking.billing.invoicing.invoice_search import (
    COUNTERPARTY,
    InvoiceFilter,
    find_invoices,
    sum_of_found,
)
from coworking.billing.journal import Entry, Line, book, first_open_day
from coworking.kit.db import Database
from coworking.kit.errors import TryAgain
from coworking.kit.listing import Listing
from packages.coworking.tests.billing.invoicing.issuing_desk import Desk
from tests.factories.invoices import make_invoice
from tests.factories.membership import NOW, make_member

AUGUST = datetime(2026, 8, 3, tzinfo=UTC)


@pytest.fixture
def desk(session: Session) -> Desk:
    desk = Desk(session)
    desk.charge(100)
    desk.issue()
    return desk


def close(desk: Desk, month: str, now: datetime = AUGUST) -> str:
    return close_month(desk.session, desk.rules, desk.operator_id, month, actor="account:1", now=now).month


def entry(booked_on: date, key: str = "test:1") -> Entry:
    lines = [Line("money", Decimal(1)), Line("adjustments", Decimal(-1))]
    return Entry(key, "test", booked_on, None, "", "", lines)


def test_nothing_is_booked_in_a_closed_month(desk: Desk) -> None:
    assert close(desk, "2026-06") == close(desk, "2026-06") == "2026-06"
    with pytest.raises(MonthClosed) as refused:
        book(desk.session, desk.operator_id, entry(date(2026, 6, 30)), AUGUST)
    assert refused.value.facts == {"month": "2026-06"}
    assert [closed.month for closed in closed_months(desk.session, limit=9)] == ["2026-06"]


def close_while_booking(database: Database, desk: Desk) -> None:
    with database.transaction(desk.operator_id) as closing:
        closing.execute(text("SET LOCAL lock_timeout = '20ms'"))
        close_month(closing, desk.rules, desk.operator_id, "2026-06", actor="account:1", now=AUGUST)


def test_who_is_booking_is_waited_for_before_a_month_closes(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        desk = Desk(session)
    with clean_database.transaction(desk.operator_id) as booking:
        book(booking, desk.operator_id, entry(date(2026, 6, 30)), AUGUST)
        with pytest.raises(TryAgain):
            close_while_booking(clean_database, desk)


def test_what_is_told_late_is_booked_on_the_first_open_day(desk: Desk) -> None:
    assert first_open_day(desk.session, date(2026, 6, 12)) == date(2026, 6, 12)
    close(desk, "2026-06")
    close(desk, "2026-07")
    day = first_open_day(desk.session, date(2026, 6, 12))
    assert day == date(2026, 8, 1)
    assert book(desk.session, desk.operator_id, entry(day), AUGUST)


@pytest.mark.parametrize(
    ("month", "now", "refusal"),
    [
        ("2026-08", AUGUST, MonthNotOver),
        ("2026-06", NOW, MonthNotOver),
        ("2026-07", AUGUST, EarlierMonthOpen),
    ],
)
def test_which_months_can_be_closed(desk: Desk, month: str, now: datetime, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        close(desk, month, now)


def test_broken_books_are_not_closed(desk: Desk) -> None:
    enter_findings(
        desk.session, desk.operator_id, [Finding("balance-paid", "invoice:1", "")], ["balance-paid"], AUGUST
    )
    with pytest.raises(BooksNotSound):
        close(desk, "2026-06")


@pytest.fixture
def search(session: Session) -> Desk:
    desk = Desk(session)
    for name, total, day in (("青木商店", 3_000, 1), ("Aoki_50%", 5_000, 5), ("青木商店", 9_000, 9)):
        make_invoice(
            session,
            make_member(session, desk.operator_id, kind="company", name=name),
            total,
            issued_on=date(2026, 6, day),
        )
    return desk


@pytest.mark.parametrize(
    ("wanted", "totals"),
    [
        ({}, [3_000, 5_000, 9_000]),
        ({"counterparty": "青木"}, [3_000, 9_000]),
        ({"counterparty": "0%"}, [5_000]),
        ({"counterparty": "aoki_"}, [5_000]),
        ({"counterparty": "青木", "issued_from": date(2026, 6, 2), "most_total": Decimal(9_000)}, [9_000]),
        ({"issued_from": date(2026, 6, 1), "issued_to": date(2026, 6, 5)}, [3_000, 5_000]),
        ({"least_total": Decimal(3_001), "most_total": Decimal(8_999)}, [5_000]),
        ({"period": "2026-06", "statuses": ("issued",)}, [3_000, 5_000, 9_000]),
        ({"kind": "credit-note"}, []),
    ],
)
def test_papers_are_found_by_day_amount_and_counterparty(
    search: Desk, wanted: dict[str, object], totals: list[int]
) -> None:
    conditions = InvoiceFilter(**wanted)
    found = find_invoices(search.session, conditions, limit=9)
    assert [one.invoice.total for one in found] == totals
    sums = sum_of_found(search.session, conditions)
    assert (sums.count, sums.total) == (len(totals), sum(totals))


@pytest.mark.parametrize("key", [None, Invoice.issued_on, Invoice.due_on, Invoice.total, COUNTERPARTY])
@pytest.mark.parametrize("descending", [False, True])
def test_pages_in_any_order_hold_every_paper_once(
    search: Desk, key: SQLColumnExpression[Any] | None, descending: bool
) -> None:
    listing = Listing(key, descending)

    def found(limit: int, after: int = 0) -> list[int]:
        papers = find_invoices(search.session, InvoiceFilter(), after_id=after, limit=limit, listing=listing)
        return [one.invoice.id for one in papers]

    whole, paged = found(9), found(1)
    while more := found(1, paged[-1]):
        paged += more
    assert (paged, len(set(paged))) == (whole, 3)


@pytest.mark.parametrize(
    ("wanted", "amounts"),
    [
        ({"account": "receivable", "least_amount": Decimal(5_000)}, [5_000, 9_000]),
        ({"most_amount": Decimal(3_000), "counterparty": "青木"}, [3_000]),
        ({"booked_from": date(2026, 6, 9)}, [9_000]),
        ({"account": "money"}, []),
    ],
)
def test_entries_are_found_alike(search: Desk, wanted: dict[str, object], amounts: list[int]) -> None:
    found = find_entries(search.session, JournalFilter(**wanted), limit=9)
    assert [one.lines[0].amount for one in found] == amounts
