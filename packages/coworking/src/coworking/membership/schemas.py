from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
    operator: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        default=None,
        description="The operator's name; needed where a deployment serves several.",
        examples=["nex"],
    )


class SignedInAnswer(BaseModel):
    token: str = Field(description="Send it as `Authorization: Bearer …`.")


class JoinBody(Body):
    kind: Literal["person", "company"] = "person"
    name: Name = Field(description="The person's or the company's name.", examples=["佐藤 花子"])
    email: Email = Field(examples=["sato@example.jp"])
    representative: Name | None = Field(default=None, description="Of a company.")
    plan: Name = Field(examples=["virtual-office"])
    office: Name | None = Field(default=None, description="The operator's default office if left out.")
    capacity: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="Seats of a private office; 3 if left out where the plan has one."
    )
    starts_on: date | None = Field(default=None, description="Today if left out.")
    language: Literal["ja", "en"] = "ja"
    password: Annotated[str, StringConstraints(min_length=8, max_length=256)] | None = Field(
        default=None, description="Opens an account to sign in with."
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


class IdentityBody(Body):
    method: Name = Field(examples=["my-number-card"])


class IdentityAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    method: str
    verified_at: datetime


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
