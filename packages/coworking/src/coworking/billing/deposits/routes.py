"""Deposits over HTTP: the bank's files, the queue of what nobody is known for, and what staff decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from sqlalchemy import select

from coworking.billing.bank_uploads import FILE_BODY, Uploaded
from coworking.billing.deposits.assigning import assign_deposit, ignore_deposit, undo_deposit
from coworking.billing.deposits.matching import decide
from coworking.billing.deposits.models import Deposit, DepositFile, PayerName
from coworking.billing.deposits.payers import accounts_of, forget_name, list_names, told_by
from coworking.billing.deposits.receiving import read_file
from coworking.billing.deposits.schemas import (
    AssignBody,
    DepositAnswer,
    DepositFileAnswer,
    IgnoreBody,
    PayerNameAnswer,
    Status,
)
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.errors import NotFound
from coworking.kit.listing import AnId, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.membership import MoneyStaff, Visit

router = APIRouter(prefix="/api", tags=["deposits"])

FileListing = Annotated[Listing, Depends(listing_of(span=DepositFile.read_at, read_at=DepositFile.read_at))]
DepositListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=Deposit.received_on,
            equal={"file_id": (Deposit.file_id, AnId)},
            received_on=Deposit.received_on,
            amount=Deposit.amount,
            payer=Deposit.payer,
        )
    ),
]
NameListing = Annotated[
    Listing,
    Depends(listing_of(span=PayerName.learned_at, name=PayerName.name, learned_at=PayerName.learned_at)),
]

DepositId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.post(
    "/deposits/files", status_code=201, summary="Read a bank's file of deposits", openapi_extra=FILE_BODY
)
def post_file(visit: MoneyStaff, content: Uploaded) -> DepositFileAnswer:
    """A notice of transfers or an account statement of 200-byte records, or CSV. A file that is damaged is refused as a
    whole; deposits known from another file are left out. What surely is a member's is recorded as their payment in a
    moment; the rest waits at `GET /api/deposits?status=unmatched`."""
    file = read_file(
        visit.session,
        _rules(visit),
        visit.operator_id,
        content,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DepositFileAnswer.of(file)


@router.get("/deposits/files", summary="List the files of deposits that were read")
def get_files(
    visit: MoneyStaff, listing: FileListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[DepositFileAnswer]:
    statement = listing.part(select(DepositFile), DepositFile.id, after, limit)
    files = visit.session.scalars(statement).all()
    return page(files, limit, DepositFileAnswer.of, lambda file: file.id)


@router.get("/deposits", summary="List deposits")
def get_deposits(
    visit: MoneyStaff,
    listing: DepositListing,
    status: Annotated[Status | None, Query(description="unmatched: what waits for staff.")] = None,
    member_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[DepositAnswer]:
    """Unmatched ones with the members who may have paid, and what speaks for each."""
    statement = listing.part(select(Deposit), Deposit.id, after, limit)
    if status is not None:
        statement = statement.where(Deposit.status == status)
    if member_id is not None:
        statement = statement.where(Deposit.member_id == member_id)
    answers = _answers(visit, visit.session.scalars(statement).all())
    return page(answers, limit, lambda answer: answer, lambda answer: answer.id)


@router.get("/deposits/{deposit_id}", summary="One deposit")
def get_deposit(deposit_id: DepositId, visit: MoneyStaff) -> DepositAnswer:
    deposit = visit.session.get(Deposit, deposit_id)
    if deposit is None:
        raise NotFound
    return _answers(visit, [deposit])[0]


@router.post("/deposits/{deposit_id}/assign", summary="Say whose deposit it is")
def post_assign(deposit_id: DepositId, body: AssignBody, visit: MoneyStaff) -> DepositAnswer:
    """It becomes the member's payment; more than is owed is an advance."""
    deposit = assign_deposit(
        visit.session,
        _rules(visit),
        deposit_id,
        body.member_id,
        body.invoice,
        remembers=body.remember,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DepositAnswer.of(deposit, None)


@router.post("/deposits/{deposit_id}/ignore", summary="Say that a deposit is nobody's payment")
def post_ignore(deposit_id: DepositId, body: IgnoreBody, visit: MoneyStaff) -> DepositAnswer:
    deposit = ignore_deposit(
        visit.session, deposit_id, body.reason, actor=visit.actor.reference, now=visit.now
    )
    return DepositAnswer.of(deposit, None)


@router.post("/deposits/{deposit_id}/undo", summary="Put a deposit back into the queue")
def post_undo(deposit_id: DepositId, visit: MoneyStaff) -> DepositAnswer:
    """The payment that it had become is reversed, and what it had paid is owed again."""
    deposit = undo_deposit(
        visit.session, _rules(visit), deposit_id, actor=visit.actor.reference, now=visit.now
    )
    return _answers(visit, [deposit])[0]


@router.get("/payer-names", summary="List the names under which members pay, as staff have assigned them")
def get_names(
    visit: MoneyStaff,
    listing: NameListing,
    member_id: int | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[PayerNameAnswer]:
    names = list_names(visit.session, member_id=member_id, after_id=after, limit=limit, listing=listing)
    return page(names, limit, PayerNameAnswer.of, lambda name: name.id)


@router.delete(
    "/payer-names/{payer_name_id}", status_code=204, summary="Forget a name under which a member paid"
)
def delete_name(payer_name_id: Annotated[int, Path(ge=1, le=LARGEST_ID)], visit: MoneyStaff) -> None:
    forget_name(visit.session, payer_name_id, actor=visit.actor.reference, now=visit.now)


def _rules(visit: Visit) -> BillingRules:
    return visit.resources[RulesOfBilling][visit.operator_id]


def _answers(visit: Visit, deposits: Sequence[Deposit]) -> list[DepositAnswer]:
    """Who may have paid is found again each time: names and debts change while a deposit waits."""
    waits = any(deposit.status == "unmatched" for deposit in deposits)
    accounts = accounts_of(visit.session) if waits else None
    return [
        DepositAnswer.of(
            deposit,
            decide(told_by(deposit), accounts)
            if accounts is not None and deposit.status == "unmatched"
            else None,
        )
        for deposit in deposits
    ]
