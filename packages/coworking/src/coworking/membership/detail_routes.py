"""A member's data and the addressee of the invoices over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from coworking.membership.access import SignedIn
from coworking.membership.details import details_of, update_details
from coworking.membership.invoice_addressees import (
    InvoiceAddressee,
    NewAddressee,
    invoice_addressee,
    name_addressee,
)
from coworking.membership.rules import RulesOfMembers
from coworking.membership.schemas import Body, Email, Name

router = APIRouter(prefix="/api", tags=["members"])

Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Phone = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^\+?[0-9０-９()（）ー‐\- ]{6,28}$")
]
NOT_EMPTY = ("name", "email", "company_name")


class DetailsBody(Body):
    """What is left out stays; null clears."""

    name: Name | None = Field(default=None, description="Of the person; a representative's by staff only.")
    kana: Name | None = Field(default=None, description="How the name is read.", examples=["サトウ ハナコ"])
    address: Address | None = Field(default=None, examples=["神奈川県横浜市中区1-2-3"])
    phone: Phone | None = Field(default=None, examples=["045-123-4567"])
    email: Email | None = Field(
        default=None,
        description="By staff only; members change theirs by `POST /api/account/mail-address`.",
        examples=["hanako@example.jp"],
    )
    birth_date: date | None = Field(default=None, examples=["1990-04-01"])
    company_name: Name | None = Field(default=None, description="By staff only.")
    company_kana: Name | None = None
    company_address: Address | None = None
    company_phone: Phone | None = None
    company_email: Email | None = None

    @model_validator(mode="after")
    def _stay_filled(self) -> DetailsBody:
        for field in NOT_EMPTY:
            if field in self.model_fields_set and getattr(self, field) is None:
                raise ValueError(f"{field} cannot be cleared")
        return self


class DetailsAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    member_id: int
    name: str
    kana: str | None
    address: str | None
    phone: str | None
    email: str
    birth_date: date | None
    company_name: str | None
    company_kana: str | None
    company_address: str | None
    company_phone: str | None
    company_email: str | None


class AddresseeBody(Body):
    email: Email = Field(description="Invoices go by mail.", examples=["keiri@example.jp"])
    name: Name | None = Field(default=None, description="Of whoever receives them.", examples=["経理部"])
    address: Address | None = Field(default=None, description="The member's own if left out.")
    language: Literal["ja", "en"] | None = Field(default=None, description="The member's own if left out.")


class AddresseeAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str = Field(description="The person or the company that owes.")
    attention: str | None = Field(description="Who receives it there.")
    address: str | None
    email: str
    language: str


@router.get("/members/{member_id}/details", summary="A member's data, of the person and the company")
def get_details(member_id: int, visit: SignedIn) -> DetailsAnswer:
    visit.require_member(member_id)
    return DetailsAnswer.model_validate(details_of(visit.session, member_id))


@router.patch(
    "/members/{member_id}/details", summary="Change a member's data; the company's name by staff only"
)
def patch_details(member_id: int, body: DetailsBody, visit: SignedIn) -> DetailsAnswer:
    """Every change is recorded and told to staff."""
    visit.require_member(member_id)
    details = update_details(
        visit.session,
        visit.resources[RulesOfMembers][visit.operator_id].profile,
        member_id,
        body.model_dump(exclude_unset=True),
        by_staff=visit.actor.is_staff,
        actor=visit.actor.reference,
        now=visit.now,
    )
    return DetailsAnswer.model_validate(details)


@router.get("/members/{member_id}/invoice-addressee", summary="Whom a member's invoices go to")
def get_addressee(member_id: int, visit: SignedIn) -> AddresseeAnswer:
    visit.require_member(member_id)
    return _addressee(invoice_addressee(visit.session, member_id))


@router.put("/members/{member_id}/invoice-addressee", summary="Name the addressee of a member's invoices")
def put_addressee(member_id: int, body: AddresseeBody, visit: SignedIn) -> AddresseeAnswer:
    visit.require_member(member_id)
    new = NewAddressee(email=body.email, name=body.name, address=body.address, language=body.language)
    return _addressee(
        name_addressee(visit.session, member_id, new, actor=visit.actor.reference, now=visit.now)
    )


@router.delete("/members/{member_id}/invoice-addressee", summary="Leave invoices to the representative again")
def delete_addressee(member_id: int, visit: SignedIn) -> AddresseeAnswer:
    visit.require_member(member_id)
    return _addressee(
        name_addressee(visit.session, member_id, None, actor=visit.actor.reference, now=visit.now)
    )


def _addressee(found: InvoiceAddressee) -> AddresseeAnswer:
    return AddresseeAnswer.model_validate(found)
