"""Companies and the people who belong to them, over HTTP."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import USUAL_ITEMS, After, Limit, Page, page
from coworking.membership.access import SignedIn
from coworking.membership.companies import company_of, list_companies, people_of, remove_person
from coworking.membership.contract_errors import BelongsToNone
from coworking.membership.member_routes import NameFilter
from coworking.membership.members import get_member
from coworking.membership.models import Company, Member, Person
from coworking.membership.rules import RulesOfMembers

router = APIRouter(prefix="/api", tags=["companies"])

CompanyListing = Annotated[
    Listing, Depends(listing_of(equal={"plan": (Member.plan, AText)}, name=Company.name))
]
PeopleListing = Annotated[
    Listing,
    Depends(
        listing_of(
            equal={
                "plan": (Member.plan, AText),
                "status": (
                    Member.status,
                    Literal[
                        "applied", "active", "suspended", "leaving", "ended", "refused", "limited", "struck"
                    ],
                ),
            },
            name=Person.name,
            starts_on=Member.starts_on,
        )
    ),
]


class CompanyAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    plan: str


class PersonAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    plan: str
    status: str


@router.get("/companies", summary="Member companies that employees pick from")
def get_companies(
    visit: SignedIn,
    listing: CompanyListing,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
    name: NameFilter = None,
) -> Page[CompanyAnswer]:
    profile = visit.resources[RulesOfMembers][visit.operator_id].profile
    found = list_companies(visit.session, profile, name=name, after_id=after, limit=limit, listing=listing)
    return page(found, limit, CompanyAnswer.model_validate, lambda member: member.id)


@router.get("/members/{member_id}/people", summary="Who belongs to a company or a group")
def get_people(
    member_id: int, visit: SignedIn, listing: PeopleListing, after: After = 0, limit: Limit = USUAL_ITEMS
) -> Page[PersonAnswer]:
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    found = people_of(visit.session, member_id, after_id=after, limit=limit, listing=listing)
    return page(found, limit, PersonAnswer.model_validate, lambda member: member.id)


@router.post(
    "/members/{member_id}/leave-company",
    status_code=204,
    summary="Take somebody out of the company or group that they belong to",
)
def post_leave_company(member_id: int, visit: SignedIn) -> None:
    """By the company, by staff, or by themselves; today is the last day."""
    company_id = company_of(visit.session, member_id)
    if company_id is None:
        visit.require_member(member_id)
        get_member(visit.session, member_id)
        raise BelongsToNone
    if visit.actor.member_id != member_id:
        visit.require_member(company_id)
    rules = visit.resources[RulesOfMembers][visit.operator_id]
    remove_person(visit.session, rules, member_id, actor=visit.actor.reference, now=visit.now)
