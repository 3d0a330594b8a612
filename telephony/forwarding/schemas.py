from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NumberText = Annotated[str, StringConstraints(max_length=40)]
Month = Annotated[str, StringConstraints(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$")]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RentBody(Body):
    member_id: int
    line_plan: Annotated[str, StringConstraints(max_length=60)] = Field(examples=["incoming-outgoing"])
    area_code: Annotated[str, StringConstraints(max_length=6)] | None = Field(
        default=None, description="The office's area code if left out.", examples=["045"]
    )
    starts_month: Month | None = Field(
        default=None, description="This month if left out.", examples=["2026-06"]
    )
    base_address: Annotated[str, StringConstraints(max_length=300)] | None = None
    number: NumberText | None = Field(
        default=None,
        description="Refused: the next free number is assigned.",
        json_schema_extra={"deprecated": True},
    )

    def first_day(self) -> date | None:
        return date.fromisoformat(f"{self.starts_month}-01") if self.starts_month else None


class DestinationBody(Body):
    number: NumberText = Field(examples=["090-1234-5678"])
    ring_seconds: int | None = Field(default=None, description="The operator's usual time if left out.")


class ForwardingBody(Body):
    """What is left out stays as it is."""

    on: bool | None = None
    to: Annotated[list[DestinationBody], Field(max_length=20)] | None = None
    strategy: Literal["in-turn", "at-once"] | None = None
    press_one: bool | None = Field(default=None, description="Whoever picks up presses 1 to take the call.")
    withheld: Literal["forward", "announcement"] | None = Field(
        default=None, description="What a caller who withholds the number gets."
    )


class DestinationAnswer(BaseModel):
    number: str
    ring_seconds: int


class ForwardingAnswer(BaseModel):
    on: bool
    to: list[DestinationAnswer]
    strategy: str
    press_one: bool
    withheld: str


class LineAnswer(BaseModel):
    id: int
    member_id: int
    number: str = Field(description="E.164")
    number_national: str
    area_code: str
    line_plan: str
    status: str
    starts_at: datetime
    ends_at: datetime | None
    registered_phones: list[str]
    forwarding: ForwardingAnswer


class LegAnswer(BaseModel):
    leg_sid: str
    role: str
    to: str | None
    number_class: str | None = Field(serialization_alias="class")
    status: str
    started_at: datetime | None
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    seconds: int


class CallAnswer(BaseModel):
    id: int
    carrier_sid: str
    line_id: int | None
    member_id: int | None
    direction: str
    status: str
    outcome: str | None = Field(description="Stands when the call has ended.")
    decided_by: str | None = Field(description="What decided where the call went.")
    number_class: str | None = Field(serialization_alias="class")
    from_number: str | None = Field(serialization_alias="from", description="Null when withheld.")
    to: str
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    seconds: int = Field(description="Billed seconds: from the bridge to the end.")
    units: int
    unit_seconds: int | None
    unit_price: str | None
    amount: str = Field(description="Yen as decimal text, by `tax_mode`.")
    tax_mode: str
    month: str
    reason: dict[str, Any] | None
    why: str = Field(description="The reason as a sentence in the reader's language.")
    legs: list[LegAnswer]
