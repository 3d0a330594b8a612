from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.money import plain
from coworking.kit.paging import Page
from telephony.forwarding.call_review import CallTotals, DayFigures
from telephony.forwarding.cap_models import CapEvent
from telephony.forwarding.schemas import CallAnswer
from telephony.metering import ChargeHold

AMOUNT_PATTERN = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?$"
AmountText = Annotated[str, StringConstraints(pattern=AMOUNT_PATTERN)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReasonBody(Body):
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] = Field(
        examples=["The member was cut off by a fault of ours."]
    )


class OwnCapBody(Body):
    yen_per_month: AmountText | None = Field(
        description="The most that calls of a month may cost; null takes the cap away.", examples=["5000"]
    )


class OwnCapAnswer(BaseModel):
    member_id: int
    yen_per_month: str | None


class HoldAnswer(BaseModel):
    reason: str
    held_by: str
    held_at: datetime

    @classmethod
    def of(cls, hold: ChargeHold) -> HoldAnswer:
        return cls(reason=hold.reason, held_by=hold.held_by, held_at=hold.held_at)


class ReviewedCall(CallAnswer):
    reversal: HoldAnswer | None = Field(description="Who took its charge back, and why.")


class TotalsAnswer(BaseModel):
    calls: int
    seconds: int
    units: int
    amount: str = Field(description="Yen as decimal text.")

    @classmethod
    def of(cls, totals: CallTotals) -> TotalsAnswer:
        return cls(
            calls=totals.count, seconds=totals.seconds, units=totals.units, amount=plain(totals.amount)
        )


class ReviewAnswer(Page[ReviewedCall]):
    totals: TotalsAnswer = Field(description="Of everything that matches, not of the page.")


class DayAnswer(BaseModel):
    day: date
    call_class: str | None = Field(serialization_alias="class")
    calls: int
    seconds: int
    units: int
    amount: str

    @classmethod
    def of(cls, one: DayFigures) -> DayAnswer:
        return cls(
            day=one.day,
            call_class=one.call_class,
            calls=one.count,
            seconds=one.seconds,
            units=one.units,
            amount=plain(one.amount),
        )


class CapEventAnswer(BaseModel):
    id: int
    subject: str = Field(examples=["line:7"])
    what: str
    level: str
    cap: str
    counted: str
    since: datetime
    until: datetime
    lifted_at: datetime | None
    lifted_by: str | None

    @classmethod
    def of(cls, event: CapEvent) -> CapEventAnswer:
        return cls(
            id=event.id,
            subject=event.subject,
            what=event.what,
            level=event.level,
            cap=plain(event.cap),
            counted=plain(event.counted),
            since=event.since,
            until=event.until,
            lifted_at=event.lifted_at,
            lifted_by=event.lifted_by,
        )
