"""A person's data over HTTP: given out, erased, held."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query
from sqlalchemy import or_, select

from app.people.erasing import erase
from app.people.exporting import export_person
from app.people.holds import lift_hold, place_hold
from app.people.schemas import ErasedAnswer, ExportAnswer, HoldAnswer, HoldBody, PersonAnswer
from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.listing import Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.web.language import preferred_language
from coworking.membership import RulesOfMembers, SignedIn, Visit
from coworking.membership.access import Administrator
from coworking.membership.models import Account, Person
from coworking.membership.roles import Right

router = APIRouter(prefix="/api", tags=["people"])

PeopleListing = Annotated[Listing, Depends(listing_of(name=Person.name, kana=Person.kana))]

PersonId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
NamePart = Annotated[
    str | None,
    Query(min_length=1, max_length=100, description="A part of the name or the mail address."),
]


@router.get("/people", summary="List people")
def get_people(
    visit: SignedIn,
    listing: PeopleListing,
    name: NamePart = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[PersonAnswer]:
    """Administrators see everybody, others themselves."""
    statement = listing.part(select(Person), Person.id, after, limit)
    if visit.actor.is_staff:
        visit.require(Right.STAFF)
    else:
        statement = statement.where(Person.id == _own_id(visit))
    if name is not None:
        statement = statement.where(
            or_(Person.name.icontains(name, autoescape=True), Person.email.icontains(name, autoescape=True))
        )
    people = visit.session.scalars(statement).all()
    return page(people, limit, PersonAnswer.of, lambda person: person.id)


@router.get("/people/{person_id}/export", summary="Everything that is held about a person")
def get_export(person_id: PersonId, visit: SignedIn) -> ExportAnswer:
    """For administrators, and for everybody about themselves. Passwords, keys and other secrets are not in it."""
    if person_id != _own_id(visit):
        if not visit.actor.is_staff:
            raise NotFound
        visit.require(Right.STAFF)
    export = export_person(visit.session, person_id)
    record(
        visit.session,
        operator_id=visit.operator_id,
        at=visit.now,
        actor=visit.actor.reference,
        action="person.exported",
        subject=f"person:{person_id}",
    )
    return ExportAnswer.of(export)


@router.post("/people/{person_id}/erase", summary="Erase a person's data")
def post_erase(
    person_id: PersonId,
    visit: Administrator,
    accept_language: Annotated[str, Header(max_length=200)] = "",
) -> ErasedAnswer:
    """This cannot be undone. What no law keeps is erased at once; the answer lists what stays, and until when. Refused
    while a membership runs, while money is owed, and on legal hold."""
    calendar = visit.resources[RulesOfMembers][visit.operator_id].calendar
    erased = erase(visit.session, calendar, person_id, actor=visit.actor.reference, now=visit.now)
    return ErasedAnswer.of(erased, preferred_language(accept_language))


@router.post("/people/{person_id}/legal-hold", summary="Keep everything of a person")
def post_hold(person_id: PersonId, body: HoldBody, visit: Administrator) -> HoldAnswer:
    """Nothing of it is erased or forgotten until the hold is lifted."""
    hold = place_hold(visit.session, person_id, body.reason, actor=visit.actor.reference, now=visit.now)
    return HoldAnswer.of(hold)


@router.delete("/people/{person_id}/legal-hold", status_code=204, summary="Lift a legal hold")
def delete_hold(person_id: PersonId, visit: Administrator) -> None:
    lift_hold(visit.session, person_id, actor=visit.actor.reference, now=visit.now)


def _own_id(visit: Visit) -> int:
    return visit.session.get_one(Account, visit.actor.account_id).person_id
