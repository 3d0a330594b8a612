"""Bodies and answers of what members agree to over time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.calendars import MONTH_PATTERN
from coworking.membership.schemas import Body, CardReference, Name, Option

Month = Annotated[str, StringConstraints(pattern=MONTH_PATTERN)]


class EvidenceBody(Body):
    evidence: Name = Field(description="What was shown, without numbers of it.", examples=["登録証"])


class CardBody(Body):
    card: CardReference = Field(
        description="The reference that the card-reading app gave, never the number on the card.",
        examples=["jpki-4f1c9a7e"],
    )


class CardAnswer(BaseModel):
    linked_at: datetime


class PlanChangeBody(Body):
    plan: Name = Field(examples=["all-day"])
    from_month: Month | None = Field(
        default=None,
        description="The first month that the operator's deadline allows, if left out. The present month is an upgrade"
        " at once, where the operator has that.",
        examples=["2026-08"],
    )
    evidence: Name | None = Field(
        default=None, description="What was shown where the plan asks for evidence; by staff only."
    )


class OptionBody(Body):
    option: Option = Field(examples=["locker-small"])


class PauseBody(Body):
    months: Annotated[int, Field(ge=1, le=24)] = Field(examples=[2])


class ReturnBody(Body):
    on: date | None = Field(
        default=None, description="The first day back; the first that the deadline allows, if left out."
    )


class LeavingBody(Body):
    on_month: Month | None = Field(
        default=None,
        description="Whose end is the last day; the first that the deadline allows, if left out.",
        examples=["2026-08"],
    )


class ProofBody(Body):
    proof: Name = Field(description="What shows that the address moved.", examples=["登記事項証明書"])


class SpanAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    starts_on: date
    ends_on: date | None = Field(description="The last day; null while no end is known.")


class ContractAnswer(BaseModel):
    """What is agreed, past and to come, in the order of days."""

    member_id: int
    status: str
    starts_on: date
    ends_on: date | None
    plans: list[SpanAnswer]
    options: list[SpanAnswer]
    pauses: list[SpanAnswer]
    address_moved_on: date | None = Field(
        description="When the registered address is proven to have moved away."
    )


class ApplicationAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    plan: str
    starts_on: date
    options: list[str]
    pay_by: str | None
    declarations: list[str]
    terms_version: str | None
    evidence: str | None
    applied_at: datetime
    decision: str | None
    decided_at: datetime | None
    reason: str | None = Field(description="Of a refusal; null for a member whom it is not told.")
