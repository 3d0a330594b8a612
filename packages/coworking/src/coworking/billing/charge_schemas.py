from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.billing.dues_models import FeeRecord, Use
from coworking.kit.money import plain
from coworking.kit.request_days import Day, Instant

MOST_YEN = 999_999_999
MOST_THINGS = 10_000
PURPOSE = r"^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?$"

Purpose = Annotated[str, StringConstraints(pattern=PURPOSE, max_length=60)]
ItemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]
Note = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
Pages = Annotated[int, Field(ge=0, le=MOST_THINGS)]
YEN = "Decimal text in yen, by the operator's tax mode."


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ChargeBody(Body):
    what: Purpose = Field(description="A fee of the operator's.", examples=["technician"])
    amount: Annotated[int, Field(ge=1, le=MOST_YEN)] | None = Field(
        default=None,
        description="Yen of one, by the operator's tax mode, for what is charged at cost; leave it out for a fee of "
        "one amount.",
        examples=[12000],
    )
    quantity: Annotated[int, Field(ge=1, le=1000)] = Field(default=1, examples=[1])
    note: Note = Field(
        default="", description="Why, for staff.", examples=["Moved the desk phone to the second floor"]
    )
    service_on: Day | None = Field(
        default=None, description="The local day that it is for; today if left out.", examples=["2026-06-10"]
    )


class UseBody(Body):
    purpose: Purpose = Field(examples=["drop-in"])
    starts_at: Instant = Field(examples=["2026-06-10T10:00:00+09:00"])
    ends_at: Instant | None = Field(
        default=None, description="For what is measured in time.", examples=["2026-06-10T11:01:00+09:00"]
    )
    quantity: Annotated[int, Field(ge=1, le=MOST_THINGS)] | None = Field(
        default=None, description="For what is counted.", examples=[10]
    )


class PrintBody(Body):
    black: Pages = Field(default=0, description="Pages.", examples=[10])
    colour: Pages = Field(default=0, description="Pages.", examples=[2])


class HandBackBody(Body):
    item: ItemName = Field(examples=["ic-card"])
    state: Literal["ok", "broken", "lost"] = Field(default="ok", examples=["ok"])


class FeeRecordAnswer(BaseModel):
    id: int
    member_id: int
    what: str
    quantity: int
    amount: str = Field(description=YEN, examples=["12000"])
    service_on: date
    note: str
    recorded_at: datetime
    recorded_by: str

    @classmethod
    def of(cls, entry: FeeRecord) -> FeeRecordAnswer:
        return cls(
            id=entry.id,
            member_id=entry.member_id,
            what=entry.what,
            quantity=entry.quantity,
            amount=plain(entry.amount),
            service_on=entry.service_on,
            note=entry.note,
            recorded_at=entry.recorded_at,
            recorded_by=entry.recorded_by,
        )


class UseAnswer(BaseModel):
    id: int
    member_id: int
    purpose: str
    starts_at: datetime
    ends_at: datetime | None
    quantity: int = Field(description="Started units of time, or things.")
    free_minutes: int = Field(description="Of it, in the plan.")
    amount: str = Field(description=YEN, examples=["900"])
    recorded_at: datetime

    @classmethod
    def of(cls, use: Use) -> UseAnswer:
        return cls(
            id=use.id,
            member_id=use.member_id,
            purpose=use.purpose,
            starts_at=use.starts_at,
            ends_at=use.ends_at,
            quantity=use.quantity,
            free_minutes=use.free_minutes,
            amount=plain(use.amount),
            recorded_at=use.recorded_at,
        )


class CostAnswer(BaseModel):
    amount: str = Field(description=YEN, examples=["200"])

    @classmethod
    def of(cls, amount: Decimal) -> CostAnswer:
        return cls(amount=plain(amount))
