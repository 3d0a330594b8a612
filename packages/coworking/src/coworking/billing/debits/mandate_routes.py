"""Direct-debit mandates over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from coworking.billing.bank_uploads import FILE_BODY, Uploaded
from coworking.billing.debits.mandates import (
    State,
    account_of,
    activate_mandate,
    end_mandate,
    import_mandates,
    list_mandates,
    members_without_mandate,
    refuse_mandate,
    register_mandate,
)
from coworking.billing.debits.models import DebitMandate
from coworking.billing.debits.schemas import (
    ImportAnswer,
    MandateAnswer,
    MandateBody,
    ReasonBody,
    WithoutMandateAnswer,
)
from coworking.billing.rules import RulesOfBilling
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.sealing import FieldKeys
from coworking.membership import MoneyStaff, SignedIn, Visit, facts

router = APIRouter(prefix="/api", tags=["direct debit"])

MandateListing = Annotated[
    Listing,
    Depends(
        listing_of(span=DebitMandate.signed_on, signed_on=DebitMandate.signed_on, holder=DebitMandate.holder)
    ),
]

MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
MandateId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.post(
    "/members/{member_id}/debit-mandates",
    status_code=201,
    summary="Register a direct-debit mandate from paper",
)
def post_mandate(member_id: MemberId, body: MandateBody, visit: MoneyStaff) -> MandateAnswer:
    """One that the bank has taken (`is_active`) takes the place of the one before."""
    mandate = register_mandate(
        visit.session,
        visit.resources[FieldKeys],
        member_id,
        body.mandate(_today(visit)),
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _answer(visit, mandate)


@router.get("/members/{member_id}/debit-mandates", summary="A member's direct-debit mandates")
def get_members_mandates(
    member_id: MemberId,
    visit: SignedIn,
    listing: MandateListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[MandateAnswer]:
    visit.require_member(member_id)
    facts(visit.session, member_id)
    found = list_mandates(
        visit.session, member_id=member_id, state=None, after_id=after, limit=limit, listing=listing
    )
    return _page(visit, found, limit)


@router.get("/debit-mandates", summary="List direct-debit mandates")
def get_mandates(
    visit: MoneyStaff,
    listing: MandateListing,
    member_id: int | None = None,
    state: Annotated[State | None, Query()] = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[MandateAnswer]:
    found = list_mandates(
        visit.session, member_id=member_id, state=state, after_id=after, limit=limit, listing=listing
    )
    return _page(visit, found, limit)


@router.get("/debit-mandates/missing", summary="Who pays by direct debit and has no active mandate")
def get_missing(visit: MoneyStaff) -> WithoutMandateAnswer:
    profile = visit.resources[RulesOfBilling][visit.operator_id].profile
    return WithoutMandateAnswer(member_ids=members_without_mandate(visit.session, profile, _today(visit)))


@router.post(
    "/debit-mandates/import",
    status_code=201,
    summary="Register direct-debit mandates from a file",
    openapi_extra=FILE_BODY,
)
def post_import(visit: MoneyStaff, content: Uploaded) -> ImportAnswer:
    """CSV in UTF-8 with the columns member_id, bank_code, bank_name, branch_code, branch_name, account_kind (1
    ordinary, 2 current), account_number, holder, signed_on, state (applied, active). All rows or none."""
    registered = import_mandates(
        visit.session,
        visit.resources[FieldKeys],
        content,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return ImportAnswer(registered=len(registered))


@router.post("/debit-mandates/{mandate_id}/activate", summary="The bank has taken a mandate")
def post_activate(mandate_id: MandateId, visit: MoneyStaff) -> MandateAnswer:
    mandate = activate_mandate(visit.session, mandate_id, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, mandate)


@router.post("/debit-mandates/{mandate_id}/refuse", summary="The bank has refused a mandate")
def post_refuse(mandate_id: MandateId, body: ReasonBody, visit: MoneyStaff) -> MandateAnswer:
    mandate = refuse_mandate(
        visit.session, mandate_id, body.reason, actor=visit.actor.reference, now=visit.now
    )
    return _answer(visit, mandate)


@router.post("/debit-mandates/{mandate_id}/end", summary="End a mandate")
def post_end(mandate_id: MandateId, body: ReasonBody, visit: MoneyStaff) -> MandateAnswer:
    """What the bank was asked for already goes on."""
    mandate = end_mandate(visit.session, mandate_id, body.reason, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, mandate)


def _today(visit: Visit) -> date:
    return visit.resources[RulesOfBilling][visit.operator_id].calendar.local_date(visit.now)


def _answer(visit: Visit, mandate: DebitMandate) -> MandateAnswer:
    """Of one that was erased there is no number any more."""
    is_there = bool(mandate.sealed_number)
    number = account_of(mandate, visit.resources[FieldKeys]).number if is_there else ""
    return MandateAnswer.of(mandate, number)


def _page(visit: Visit, mandates: Sequence[DebitMandate], limit: int) -> Page[MandateAnswer]:
    return page(mandates, limit, lambda one: _answer(visit, one), lambda one: one.id)
