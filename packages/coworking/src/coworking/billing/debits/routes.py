"""Direct debits over HTTP: batches, their files for the bank, and what the bank sends back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from sqlalchemy import select

from coworking.billing.bank_uploads import ANY_FILE, FILE_BODY, Uploaded
from coworking.billing.debits.batches import cancel_batch, file_of, make_batch
from coworking.billing.debits.models import DebitBatch, DebitRow
from coworking.billing.debits.results import take_results
from coworking.billing.debits.schemas import DebitAnswer, DebitBody, DebitRowAnswer, MadeDebitAnswer
from coworking.billing.invoice_models import Invoice
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.errors import NotFound
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.kit.web.language import preferred_language
from coworking.membership import MoneyStaff, Visit

router = APIRouter(prefix="/api", tags=["direct debit"])

DebitListing = Annotated[
    Listing,
    Depends(listing_of(span=DebitBatch.debit_on, debit_on=DebitBatch.debit_on, amount=DebitBatch.amount)),
]
RowListing = Annotated[
    Listing,
    Depends(
        listing_of(
            equal={"member_id": (DebitRow.member_id, AnId)}, amount=DebitRow.amount, invoice=Invoice.number
        )
    ),
]

DebitId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AcceptLanguage = Annotated[str, Header(include_in_schema=False)]


@router.post("/debits", status_code=201, summary="Debit accounts for what is due")
def post_debit(body: DebitBody, visit: MoneyStaff) -> MadeDebitAnswer:
    """Asks for every open invoice of members who pay by direct debit that is due by that date and stands in no batch
    yet. The file for the bank is at `/api/debits/{debit_id}/file`."""
    made = make_batch(
        visit.session,
        _rules(visit),
        visit.operator_id,
        body.debit_on,
        also_failed=body.also_failed,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return MadeDebitAnswer.of(made)


@router.get("/debits", summary="List batches of direct debits")
def get_debits(
    visit: MoneyStaff,
    listing: DebitListing,
    state: Annotated[
        Literal["written", "settled", "cancelled"] | None, Query(description="written: results are awaited.")
    ] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[DebitAnswer]:
    statement = listing.part(select(DebitBatch), DebitBatch.id, after, limit)
    if state is not None:
        statement = statement.where(DebitBatch.state == state)
    return page(visit.session.scalars(statement).all(), limit, DebitAnswer.of, lambda one: one.id)


@router.get("/debits/{debit_id}", summary="One batch of direct debits")
def get_debit(debit_id: DebitId, visit: MoneyStaff) -> DebitAnswer:
    return DebitAnswer.of(_batch(visit, debit_id))


@router.get("/debits/{debit_id}/rows", summary="What a batch asks for, and the bank's result of each")
def get_rows(
    debit_id: DebitId,
    visit: MoneyStaff,
    listing: RowListing,
    state: Annotated[Literal["asked", "paid", "failed", "cancelled"] | None, Query()] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    accept_language: AcceptLanguage = "",
) -> Page[DebitRowAnswer]:
    _batch(visit, debit_id)
    asked = select(DebitRow, Invoice.number).join(Invoice, Invoice.id == DebitRow.invoice_id)
    statement = listing.part(asked, DebitRow.id, after, limit).where(DebitRow.batch_id == debit_id)
    if state is not None:
        statement = statement.where(DebitRow.state == state)
    language = preferred_language(accept_language)
    rows = [(row, number) for row, number in visit.session.execute(statement)]
    return page(rows, limit, lambda one: DebitRowAnswer.of(*one, language), lambda one: one[0].id)


@router.get(
    "/debits/{debit_id}/file",
    summary="The file for the bank",
    response_class=Response,
    responses={200: {"content": {ANY_FILE: {}}}},
)
def get_file(debit_id: DebitId, visit: MoneyStaff) -> Response:
    """120-byte records of the Japanese Bankers Association (預金口座振替), the same bytes each time."""
    batch = _batch(visit, debit_id)
    content = file_of(visit.session, visit.resources[FieldKeys], batch)
    headers = {
        "content-disposition": f'attachment; filename="debits-{batch.debit_on:%Y%m%d}-{batch.id}.txt"',
        "cache-control": "no-store",
    }
    return Response(content, media_type=ANY_FILE, headers=headers)


@router.post(
    "/debits/{debit_id}/results", summary="Read the bank's results of a batch", openapi_extra=FILE_BODY
)
def post_results(debit_id: DebitId, visit: MoneyStaff, content: Uploaded) -> DebitAnswer:
    """All of it or nothing: it must be of this day and collector, tell of every row and its totals must be right. What
    was paid is recorded as payment in a moment; who could not be debited is told what to do."""
    batch = take_results(
        visit.session,
        _rules(visit),
        debit_id,
        content,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DebitAnswer.of(batch)


@router.post("/debits/{debit_id}/cancel", summary="Give up a batch that the bank was not asked for")
def post_cancel(debit_id: DebitId, visit: MoneyStaff) -> DebitAnswer:
    return DebitAnswer.of(cancel_batch(visit.session, debit_id, actor=visit.actor.reference, now=visit.now))


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]


def _batch(visit: Visit, debit_id: int) -> DebitBatch:
    batch = visit.session.get(DebitBatch, debit_id)
    if batch is None:
        raise NotFound
    return batch
