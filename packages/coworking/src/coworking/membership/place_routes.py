"""The places over HTTP: open or closed in an emergency, what members read about the house, what it lends."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.listing import AText, Listing, listing_of
from coworking.kit.paging import LARGEST_ID, USUAL_ITEMS, After, Limit, Page, page
from coworking.kit.profile_fields import Bilingual, Weekday
from coworking.membership.access import SignedIn, Staff, Visit
from coworking.membership.lent_thing_models import LentThing
from coworking.membership.lent_things import get_lent_thing, lend, list_lent_things, take_thing_back
from coworking.membership.members import offices_of
from coworking.membership.profile import UseHours
from coworking.membership.rules import MemberRules, RulesOfMembers
from coworking.membership.schemas import Body
from coworking.membership.site_closures import close_site, closure_of, open_site

router = APIRouter(prefix="/api", tags=["places"])

LentThingListing = Annotated[
    Listing,
    Depends(
        listing_of(
            span=LentThing.lent_at,
            equal={"thing": (LentThing.thing, AText)},
            lent_at=LentThing.lent_at,
            returned_at=LentThing.returned_at,
        )
    ),
]

PlainName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Site = Annotated[PlainName, Path(description="An office of the operator's.")]
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
LentThingId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class ClosingBody(Body):
    reason: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ] = Field(description="For staff and the record.", examples=["停電"])


class ClosureAnswer(BaseModel):
    reason: str
    closed_at: datetime


class SiteAnswer(BaseModel):
    site: str = Field(examples=["toyama"])
    closure: ClosureAnswer | None = Field(description="The emergency for which it is closed now.")


class TextAnswer(BaseModel):
    ja: str
    en: str

    @classmethod
    def of(cls, text: Bilingual) -> TextAnswer:
        return cls(ja=text.ja, en=text.en)


class TalkAnswer(BaseModel):
    """Local hours on these weekdays; `until_at` is not included."""

    weekdays: list[Weekday]
    from_at: str = Field(examples=["09:00"])
    until_at: str = Field(examples=["18:00"])

    @classmethod
    def of(cls, hours: UseHours) -> TalkAnswer:
        return cls(
            weekdays=list(hours.weekdays),
            from_at=f"{hours.from_at:%H:%M}",
            until_at=f"{hours.until_at:%H:%M}",
        )


class HouseAnswer(BaseModel):
    free_talk: list[TalkAnswer] = Field(description="When one may talk at the seats; empty: always.")
    notes: dict[str, TextAnswer]
    lends: dict[str, TextAnswer] = Field(description="Free of charge.")


class LentThingBody(Body):
    thing: PlainName = Field(examples=["headset"])


class LentThingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    thing: str
    lent_at: datetime
    returned_at: datetime | None


@router.get("/sites", summary="List the places, and which are closed in an emergency")
def get_sites(visit: SignedIn) -> list[SiteAnswer]:
    offices = offices_of(visit.session)
    return [_site(visit, name, offices[name]) for name in _rules(visit).profile.offices]


@router.post("/sites/{site}/close", summary="Close a place in an emergency")
def post_close(site: Site, body: ClosingBody, visit: Staff) -> SiteAnswer:
    """Nobody is let in, everybody is let out; what was reserved is released without charge."""
    close_site(visit.session, site, reason=body.reason, actor=visit.actor.reference, now=visit.now)
    return _site(visit, site, offices_of(visit.session)[site])


@router.post("/sites/{site}/open", summary="Open a place again")
def post_open(site: Site, visit: Staff) -> SiteAnswer:
    open_site(visit.session, site, actor=visit.actor.reference, now=visit.now)
    return _site(visit, site, offices_of(visit.session)[site])


@router.get("/house", summary="What members read about the house")
def get_house(visit: SignedIn) -> HouseAnswer:
    house = _rules(visit).profile.house
    return HouseAnswer(
        free_talk=[TalkAnswer.of(hours) for hours in house.free_talk],
        notes={name: TextAnswer.of(note) for name, note in house.notes.items()},
        lends={name: TextAnswer.of(thing) for name, thing in house.lends.items()},
    )


@router.post("/members/{member_id}/lent-things", status_code=201, summary="Lend a thing of the house")
def post_lent_thing(member_id: MemberId, body: LentThingBody, visit: Staff) -> LentThingAnswer:
    lent = lend(
        visit.session,
        _rules(visit).profile,
        member_id,
        body.thing,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return LentThingAnswer.model_validate(lent)


@router.post("/lent-things/{lent_thing_id}/return", summary="Take a lent thing back")
def post_return(lent_thing_id: LentThingId, visit: Staff) -> LentThingAnswer:
    lent = take_thing_back(visit.session, lent_thing_id, actor=visit.actor.reference, now=visit.now)
    return LentThingAnswer.model_validate(lent)


@router.get("/lent-things/{lent_thing_id}", summary="One thing that was lent")
def get_one_lent_thing(lent_thing_id: LentThingId, visit: SignedIn) -> LentThingAnswer:
    lent = get_lent_thing(visit.session, lent_thing_id)
    visit.require_member(lent.member_id)
    return LentThingAnswer.model_validate(lent)


@router.get("/lent-things", summary="List what was lent")
def get_lent_things(
    visit: SignedIn,
    listing: LentThingListing,
    member_id: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
    is_out: bool | None = None,
    after: After = 0,
    limit: Limit = USUAL_ITEMS,
) -> Page[LentThingAnswer]:
    """Staff see every member's; a member sees their own, whatever `member_id` says."""
    whose = member_id if visit.actor.is_staff else visit.own_member_id()
    found = list_lent_things(
        visit.session, member_id=whose, is_out=is_out, after_id=after, limit=limit, listing=listing
    )
    return page(found, limit, LentThingAnswer.model_validate, lambda lent: lent.id)


def _site(visit: Visit, name: str, office_id: int) -> SiteAnswer:
    closure = closure_of(visit.session, office_id)
    shown = ClosureAnswer(reason=closure.reason, closed_at=closure.closed_at) if closure is not None else None
    return SiteAnswer(site=name, closure=shown)


def _rules(visit: Visit) -> MemberRules:
    return visit.resources[RulesOfMembers][visit.operator_id]
