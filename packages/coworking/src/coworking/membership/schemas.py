from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}$"
    ),
]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Body):
    email: Annotated[str, StringConstraints(max_length=254)] = Field(examples=["sato@example.jp"])
    password: Annotated[str, StringConstraints(max_length=256)] = Field(examples=["correct horse"])
    code: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        default=None, description="Of the second factor, or a recovery code, where the account asks for one."
    )
    operator: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        default=None,
        description="The operator's name; needed where a deployment serves several.",
        examples=["nex"],
    )


class SignedInAnswer(BaseModel):
    token: str = Field(description="Send it as `Authorization: Bearer …`.")


Option = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
CardReference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)]


class ParticularsBody(Body):
    """What an application says beside who applies."""

    starts_on: date | None = Field(default=None, description="Today if left out.")
    options: Annotated[list[Option], Field(max_length=30)] = []
    pay_by: Option | None = Field(default=None, description="The plan's first means if left out.")
    brand: Option | None = Field(default=None, description="Where the means has brands.")
    company_code: Option | None = Field(
        default=None, description="The contract code of the company or group that is joined."
    )
    company_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = Field(
        default=None, description="The company from the list of member companies that is joined."
    )
    declarations: Annotated[list[Option], Field(max_length=50)] = Field(
        default=[], description="Those of the operator's profile; every one of them has to be made."
    )
    birth_date: date | None = Field(default=None, description="Needed where the operator has a least age.")
    accepts_terms: bool = Field(default=True, description="The version in force is recorded with its time.")
    card: CardReference | None = Field(
        default=None,
        description="The reference that the card-reading app gave for a My Number Card, never the number on it.",
    )
    evidence: Name | None = Field(
        default=None, description="What was shown where the plan asks for evidence; by staff only."
    )


class JoinBody(ParticularsBody):
    kind: Literal["person", "company"] | None = Field(
        default=None, description="What the plan takes if left out; a person where it takes both."
    )
    name: Name = Field(description="The person's or the company's name.", examples=["佐藤 花子"])
    email: Email = Field(examples=["sato@example.jp"])
    representative: Name | None = Field(default=None, description="Of a company.")
    plan: Name = Field(examples=["virtual-office"])
    office: Name | None = Field(default=None, description="The operator's default office if left out.")
    capacity: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Seats of a private office; 3 if left out where the plan has one."
    )
    language: Literal["ja", "en"] = "ja"
    password: Annotated[str, StringConstraints(min_length=8, max_length=256)] | None = Field(
        default=None, description="Opens an account to sign in with."
    )


class OwnApplicationBody(ParticularsBody):
    plan: Name | None = Field(
        default=None, description="May be left out where a company is joined.", examples=["virtual-office"]
    )
    company_name: Name | None = Field(
        default=None, description="Of the company that becomes the member; the applicant represents it."
    )


class RefusalBody(Body):
    reason: Name = Field(description="A reason of the operator's profile.", examples=["papers-missing"])


class MemberAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    name: str
    email: str
    plan: str
    status: str
    office: str
    capacity: int | None
    starts_on: date
    ends_on: date | None
    options: list[str] = Field(default=[], description="That the member has now, or will have.")
    company_id: int | None = Field(
        default=None, description="The membership of the company or group that this one belongs to."
    )
    company: str | None = Field(default=None, description="Its name; of a company its own.")
    contract_code: str | None = Field(default=None, description="By which people join this company or group.")
    sign_in_name: str | None = Field(
        default=None, description="The ID of the account that was opened with it, in the answer to that only."
    )


class NoticeAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    to: str = Field(validation_alias="recipient", description="Whom it is for, as a reference.")
    kind: str
    channel: str
    subject: str
    at: datetime = Field(validation_alias="created_at")
    sent_at: datetime | None
    failed_at: datetime | None
