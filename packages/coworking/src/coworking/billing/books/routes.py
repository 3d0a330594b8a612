"""The books over HTTP: reading entries, closing months, and what their checks found."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from coworking.billing.books.checks import check_and_enter
from coworking.billing.books.closing import close_month, closed_months
from coworking.billing.books.finding_models import CheckFinding
from coworking.billing.books.findings import open_findings
from coworking.billing.books.journal_search import (
    FoundEntry,
    JournalFilter,
    entries_for_file,
    find_entries,
)
from coworking.billing.invoicing.routes import AcceptLanguage, as_file
from coworking.billing.journal import ACCOUNTS
from coworking.billing.journal_models import ClosedMonth, JournalEntry
from coworking.billing.rules import RulesOfBilling
from coworking.kit.audit import record
from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import LARGEST_YEN, plain
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.spreadsheets import csv_file
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, Staff

router = APIRouter(prefix="/api", tags=["books"])

MonthListing = Annotated[Listing, Depends(listing_of(span=ClosedMonth.closed_at, month=ClosedMonth.month))]

Month = Annotated[
    str,
    Path(pattern=MONTH_PATTERN, description="A month that is over.", examples=["2026-06"]),
]
LeastYen = Annotated[Decimal | None, Query(ge=0, le=LARGEST_YEN, max_digits=16, decimal_places=3)]
Text = Annotated[str | None, Query(min_length=1, max_length=100)]
HEADER = (
    "entry", "booked_on", "booked_at", "kind", "document", "member_id", "counterparty", "account", "account_title",
    "detail", "debit", "credit",
)  # fmt: skip


class JournalLineAnswer(BaseModel):
    account: str
    detail: str = Field(description="For what, or by which means.")
    amount: str = Field(description="Yen; debit is positive, credit negative.", examples=["-3000"])


class JournalEntryAnswer(BaseModel):
    id: int
    kind: str
    booked_on: date
    booked_at: datetime
    member_id: int | None
    counterparty: str
    document: str = Field(description="The number of the paper, or the reference of the payment.")
    lines: list[JournalLineAnswer] = Field(description="They sum to 0.")

    @classmethod
    def of(cls, found: FoundEntry) -> JournalEntryAnswer:
        entry = found.entry
        return cls(
            id=entry.id,
            kind=entry.kind,
            booked_on=entry.booked_on,
            booked_at=entry.booked_at,
            member_id=entry.member_id,
            counterparty=entry.counterparty,
            document=entry.document,
            lines=[
                JournalLineAnswer(account=line.account, detail=line.detail, amount=plain(line.amount))
                for line in found.lines
            ],
        )


class ClosedMonthAnswer(BaseModel):
    month: str
    closed_at: datetime
    closed_by: str

    @classmethod
    def of(cls, closed: ClosedMonth) -> ClosedMonthAnswer:
        return cls(month=closed.month, closed_at=closed.closed_at, closed_by=closed.closed_by)


class FindingAnswer(BaseModel):
    kind: str
    subject: str
    detail: str
    stops_invoicing: bool
    found_at: datetime

    @classmethod
    def of(cls, finding: CheckFinding) -> FindingAnswer:
        return cls(
            kind=finding.kind,
            subject=finding.subject,
            detail=finding.detail,
            stops_invoicing=finding.stops_invoicing,
            found_at=finding.found_at,
        )


def wanted_entries(
    booked_from: date | None = None,
    booked_to: date | None = None,
    least_amount: LeastYen = None,
    most_amount: LeastYen = None,
    counterparty: Text = None,
    document: Text = None,
    account: Text = None,
    kind: Text = None,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> JournalFilter:
    """Days are inclusive; amounts are the size of one line, debit or credit."""
    return JournalFilter(
        booked_from, booked_to, least_amount, most_amount, counterparty, document, account, kind, member_id
    )


JournalListing = Annotated[
    Listing,
    Depends(listing_of(booked_on=JournalEntry.booked_on, counterparty=JournalEntry.counterparty)),
]
Wanted = Annotated[JournalFilter, Depends(wanted_entries)]


@router.get("/journal", summary="Find entries of the books")
def get_journal(
    visit: Staff,
    wanted: Wanted,
    listing: JournalListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[JournalEntryAnswer]:
    """By day, amount and counterparty together."""
    found = find_entries(visit.session, wanted, after_id=after, limit=limit, listing=listing)
    return page(found, limit, JournalEntryAnswer.of, lambda one: one.entry.id)


@router.get(
    "/journal.csv",
    summary="The same as a file for bookkeeping, one row for each line",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_journal_file(
    visit: Staff,
    wanted: Wanted,
    listing: JournalListing,
    accept_language: AcceptLanguage = "",
) -> Response:
    """At most 50,000 entries."""
    language = preferred_language(accept_language)
    found = entries_for_file(visit.session, wanted, listing)
    record(
        visit.session,
        operator_id=visit.operator_id,
        at=visit.now,
        actor=visit.actor.reference,
        action="journal.exported",
        subject="journal",
        details={"entries": len(found)},
    )
    rows = (
        (
            one.entry.id,
            one.entry.booked_on.isoformat(),
            one.entry.booked_at.isoformat(),
            one.entry.kind,
            one.entry.document,
            one.entry.member_id or "",
            one.entry.counterparty,
            line.account,
            ACCOUNTS[line.account].spoken(language),
            line.detail,
            line.amount if line.amount > 0 else "",
            -line.amount if line.amount < 0 else "",
        )
        for one in found
        for line in one.lines
    )
    return as_file("journal.csv", csv_file(HEADER, rows))


@router.get("/books/months", summary="List the months that are closed")
def get_months(
    visit: Staff, listing: MonthListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[ClosedMonthAnswer]:
    closed = closed_months(visit.session, after_id=after, limit=limit, listing=listing)
    return page(closed, limit, ClosedMonthAnswer.of, lambda one: one.id)


@router.post("/books/months/{month}/close", summary="Close a month: nothing is booked in it any more")
def post_close(month: Month, visit: MoneyStaff) -> ClosedMonthAnswer:
    """Only months that are over, the oldest first, and only sound books. It cannot be undone."""
    rules = visit.resources[RulesOfBilling][visit.operator_id]
    closed = close_month(
        visit.session, rules, visit.operator_id, month, actor=visit.actor.reference, now=visit.now
    )
    return ClosedMonthAnswer.of(closed)


@router.get("/books/findings", summary="List what the checks of the books found and nobody has mended")
def get_findings(visit: Staff) -> list[FindingAnswer]:
    """At most 1,000, the oldest first."""
    return [FindingAnswer.of(finding) for finding in open_findings(visit.session)]


@router.post("/books/check", summary="Run the checks of the books now")
def post_check(visit: MoneyStaff) -> list[FindingAnswer]:
    """What is mended is cleared; while something that stops invoicing is not, nothing is issued."""
    rules = visit.resources[RulesOfBilling][visit.operator_id]
    today = rules.calendar.local_date(visit.now)
    found = check_and_enter(visit.session, visit.operator_id, today, visit.now)
    record(
        visit.session,
        operator_id=visit.operator_id,
        at=visit.now,
        actor=visit.actor.reference,
        action="books.checked",
        subject="books",
        details={"found": len(found)},
    )
    return [FindingAnswer.of(finding) for finding in open_findings(visit.session)]
