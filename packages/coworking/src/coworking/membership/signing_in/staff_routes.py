"""Accounts of staff, and a company's representative, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request

from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import Administrator, SignedIn, Visit, doorway_of
from coworking.membership.accounts import has_second_factor
from coworking.membership.models import Account
from coworking.membership.roles import Right
from coworking.membership.signing_in.entries import require_fresh
from coworking.membership.signing_in.entry_routes import registrar_of
from coworking.membership.signing_in.representatives import replace_representative
from coworking.membership.signing_in.schemas import (
    RepresentativeBody,
    RoleBody,
    SignInNameAnswer,
    StaffAccountAnswer,
    StaffAccountBody,
)
from coworking.membership.signing_in.second_factors import take_off
from coworking.membership.signing_in.staff_accounts import (
    change_role,
    get_staff,
    invite,
    list_staff,
    remove,
)

router = APIRouter(prefix="/api", tags=["accounts"])

AccountListing = Annotated[
    Listing,
    Depends(
        listing_of(
            equal={"role": (Account.role, Literal["reception", "billing", "administrator"])},
            sign_in_name=Account.sign_in_name,
        )
    ),
]


@router.get("/staff-accounts", summary="List accounts of staff")
def get_staff_accounts(
    visit: Administrator, listing: AccountListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[StaffAccountAnswer]:
    found = list_staff(visit.session, after_id=after, limit=limit, listing=listing)
    return page(found, limit, lambda account: _answer(visit, account), lambda account: account.id)


@router.post("/staff-accounts", status_code=201, summary="Invite somebody as staff")
def post_staff_account(body: StaffAccountBody, visit: Administrator, request: Request) -> StaffAccountAnswer:
    """A mail lets them choose a password."""
    account = invite(
        visit.session,
        registrar_of(doorway_of(request), visit.operator_id),
        operator_id=visit.operator_id,
        name=body.name,
        email=body.email,
        role=body.role,
        language=body.language,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return _answer(visit, account)


@router.put("/staff-accounts/{account_id}/role", summary="Change the role of an account of staff")
def put_role(account_id: int, body: RoleBody, visit: Administrator) -> StaffAccountAnswer:
    account = get_staff(visit.session, account_id)
    change_role(visit.session, account, body.role, actor=visit.actor.reference, now=visit.now)
    return _answer(visit, account)


@router.delete("/staff-accounts/{account_id}", status_code=204, summary="Remove an account of staff")
def delete_staff_account(account_id: int, visit: Administrator) -> None:
    """It lets nobody in any more; what it did stays on record."""
    remove(visit.session, get_staff(visit.session, account_id), actor=visit.actor.reference, now=visit.now)


@router.delete(
    "/staff-accounts/{account_id}/second-factor",
    status_code=204,
    summary="Take off the second factor of staff who lost it",
)
def delete_second_factor(account_id: int, visit: Administrator) -> None:
    take_off(visit.session, get_staff(visit.session, account_id), visit.now, actor=visit.actor.reference)


@router.post(
    "/members/{member_id}/representative", summary="Hand a company account on to another representative"
)
def post_representative(
    member_id: int, body: RepresentativeBody, visit: SignedIn, request: Request
) -> SignInNameAnswer:
    """ID and password are reset at once; the successor chooses a password through the link in a mail."""
    visit.require_member(member_id)
    if visit.actor.is_staff:
        visit.require(Right.PERSONS)
    else:
        require_fresh(visit.session, visit.resources, visit.actor, body.password, visit.now)
    account = replace_representative(
        visit.session,
        registrar_of(doorway_of(request), visit.operator_id),
        member_id,
        name=body.name,
        email=body.email,
        language=body.language,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return SignInNameAnswer(sign_in_name=account.sign_in_name)


def _answer(visit: Visit, account: Account) -> StaffAccountAnswer:
    return StaffAccountAnswer(
        id=account.id,
        name=account.person.name,
        email=account.person.email,
        sign_in_name=account.sign_in_name,
        role=account.role,
        confirmed_at=account.confirmed_at,
        second_factor=has_second_factor(visit.session, account.id),
    )
