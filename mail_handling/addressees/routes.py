"""Members' other names over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID
from coworking.membership import SignedIn, Staff, get_member
from mail_handling.addressees.aliases import add_alias, aliases_of, remove_alias
from mail_handling.item_routes import rules_of

router = APIRouter(prefix="/api", tags=["mail"])

AliasId = Annotated[int, Path(ge=1, le=LARGEST_ID)]
MemberId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


class AliasBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    alias: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ] = Field(
        description="In kanji, kana or Latin letters, a space between the parts of a person's name.",
        examples=["さくら屋"],
    )


class AliasAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    alias: str
    added_at: datetime


@router.get("/members/{member_id}/aliases", summary="Other names under which a member gets mail")
def get_aliases(member_id: MemberId, visit: SignedIn) -> list[AliasAnswer]:
    visit.require_member(member_id)
    get_member(visit.session, member_id)
    return [AliasAnswer.model_validate(row) for row in aliases_of(visit.session, member_id)]


@router.post("/members/{member_id}/aliases", status_code=201, summary="Enter another name of a member")
def post_alias(member_id: MemberId, body: AliasBody, visit: Staff) -> AliasAnswer:
    """Staff see to it that the name is the member's."""
    rules_of(visit)
    row = add_alias(visit.session, member_id, body.alias, actor=visit.actor.reference, now=visit.now)
    return AliasAnswer.model_validate(row)


@router.delete(
    "/members/{member_id}/aliases/{alias_id}", status_code=204, summary="Remove another name of a member"
)
def delete_alias(member_id: MemberId, alias_id: AliasId, visit: Staff) -> None:
    remove_alias(visit.session, member_id, alias_id, actor=visit.actor.reference, now=visit.now)
