"""Billing runs over HTTP: looking at one before it is issued, issuing it, its parked accounts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from coworking.billing.invoice_models import BillingRun
from coworking.billing.invoicing.errors import RunNotOpen
from coworking.billing.invoicing.preview import (
    Order,
    PreviewedAccount,
    PreviewFilter,
    chosen,
    preview,
    rows_of,
    totals_of,
)
from coworking.billing.invoicing.routes import as_file
from coworking.billing.invoicing.runs import issue_run, list_runs, parked_accounts, retry_account
from coworking.billing.invoicing.schemas import (
    OneRunAnswer,
    ParkedAnswer,
    PreviewAnswer,
    PreviewedAccountAnswer,
    PreviewTotalsAnswer,
    RetriedAnswer,
    RunAnswer,
)
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.listing import Listing, listing_of
from coworking.kit.money import LARGEST_YEN
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.spreadsheets import csv_file
from coworking.membership import MoneyStaff, Staff, Visit

router = APIRouter(prefix="/api", tags=["billing runs"])

RunListing = Annotated[
    Listing,
    Depends(
        listing_of(
            usual="-id",
            span=BillingRun.opened_at,
            equal={"status": (BillingRun.status, Literal["open", "issuing", "issued"])},
            period=BillingRun.period,
            issued_at=BillingRun.issued_at,
        )
    ),
]

Period = Annotated[
    str,
    Path(
        pattern=MONTH_PATTERN,
        description="The month in which the invoices fall due.",
        examples=["2026-07"],
    ),
]
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
LeastYen = Annotated[Decimal | None, Query(ge=0, le=LARGEST_YEN, max_digits=16, decimal_places=3)]
HEADER = (
    "member_id", "name", "due_on", "subtotal", "tax", "total", "last_total", "difference", "differences", "parked",
)  # fmt: skip


def preview_filter(
    name: Annotated[
        str | None, Query(min_length=1, max_length=100, description="A part of the member's name.")
    ] = None,
    what: Annotated[str | None, Query(max_length=60, description="Only with charges of this kind.")] = None,
    least_difference: LeastYen = None,
    least_total: LeastYen = None,
    parked_only: bool = False,
) -> PreviewFilter:
    """`least_difference` is the size of the difference from the month before, either way."""
    return PreviewFilter(name, what, least_difference, least_total, parked_only)


Wanted = Annotated[PreviewFilter, Depends(preview_filter)]


@router.get("/billing-runs", summary="List the billing runs, the newest first")
def get_runs(
    visit: Staff, listing: RunListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[RunAnswer]:
    runs = list_runs(visit.session, after_id=after, limit=limit, listing=listing)
    return page(runs, limit, RunAnswer.of, lambda facts: facts.run.id)


@router.get("/billing-runs/{period}", summary="One billing run with its parked accounts")
def get_run(period: Period, visit: Staff) -> OneRunAnswer:
    return _shown(visit, period)


@router.get("/billing-runs/{period}/preview", summary="What the run would issue now")
def get_preview(
    period: Period,
    visit: Staff,
    wanted: Wanted,
    order: Order = "member",
    descending: bool = False,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> PreviewAnswer:
    """Each account's invoices as they would be, with the difference from what fell due in the month before by kind.
    Of a run that was issued it shows what has closed since. `after` counts accounts in the order that was asked for."""
    accounts = _previewed(visit, period, wanted, order, descending=descending)
    shown = accounts[after : after + limit]
    return PreviewAnswer(
        items=[PreviewedAccountAnswer.of(account) for account in shown],
        next=after + limit if after + limit < len(accounts) else None,
        totals=PreviewTotalsAnswer.of(totals_of(accounts)),
    )


@router.get(
    "/billing-runs/{period}/preview.csv",
    summary="The same as a file for a spreadsheet",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}}},
)
def get_preview_file(
    period: Period, visit: Staff, wanted: Wanted, order: Order = "member", descending: bool = False
) -> Response:
    accounts = _previewed(visit, period, wanted, order, descending=descending)
    return as_file(f"preview-{period}.csv", csv_file(HEADER, rows_of(accounts)))


@router.post("/billing-runs/{period}/issue", status_code=202, summary="Issue the run's invoices")
def post_issue(period: Period, visit: MoneyStaff) -> OneRunAnswer:
    """They are issued account by account after the answer; the run says when it is done. Asking again issues only what
    has closed since, and what was parked and can be made now."""
    issue_run(visit.session, period, actor=visit.actor.reference, now=visit.now)
    return _shown(visit, period)


@router.post(
    "/billing-runs/{period}/parked/{member_id}/retry", summary="Make the invoices of a parked account"
)
def post_retry(period: Period, member_id: MemberId, visit: MoneyStaff) -> RetriedAnswer:
    issued = retry_account(
        visit.session, _rules(visit), period, member_id, actor=visit.actor.reference, now=visit.now
    )
    return RetriedAnswer(invoices=[one.number for one in issued])


def _previewed(
    visit: Visit, period: str, wanted: PreviewFilter, order: Order, *, descending: bool
) -> list[PreviewedAccount]:
    accounts = preview(visit.session, _rules(visit), period, visit.now)
    return chosen(accounts, wanted, order, descending=descending)


def _shown(visit: Visit, period: str) -> OneRunAnswer:
    found = list_runs(visit.session, limit=1, period=period)
    if not found:
        raise RunNotOpen(period=period)
    parked = [
        ParkedAnswer(member_id=one.member_id, reason=one.reason, parked_at=one.parked_at)
        for one in parked_accounts(visit.session, found[0].run.id)
    ]
    return OneRunAnswer(**dict(RunAnswer.of(found[0])), accounts_parked=parked)


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]
