from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.calendars import MONTH_PATTERN
from coworking.kit.money import plain
from telephony.metering.anomalies import Anomaly
from telephony.metering.carrier_prices import Margin
from telephony.metering.usage import Usage
from telephony.metering.usage_models import Reconciliation, ReconciliationCase
from telephony.metering.what_if import Outlook

YEN = Field(description="Yen as decimal text, by the operator's tax mode.", examples=["64"])
RATE_CARD_EXAMPLE = {
    "valid_from": "2026-07-01",
    "control_free_from_desk_phone": True,
    "line_plans": {
        "incoming-outgoing": {
            "forward-to-mobile": {"unit_seconds": 60, "unit_price": 30},
            "control": {"unit_seconds": 60, "unit_price": 20},
        }
    },
}


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MonthBody(Body):
    month: Annotated[str, StringConstraints(pattern=MONTH_PATTERN)] = Field(examples=["2026-06"])


class WhatIfBody(MonthBody):
    rate_card: dict[str, Any] = Field(
        description="A rate card as operator profiles have it.", examples=[RATE_CARD_EXAMPLE]
    )


class NoteBody(Body):
    note: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] = Field(
        examples=["The carrier has confirmed it."]
    )


class ClassUsageAnswer(BaseModel):
    call_class: str = Field(serialization_alias="class")
    legs: int = Field(description="Connected ones; a call usually has one.")
    seconds: int
    units: int
    free_units: int
    amount: str = YEN


class UsageAnswer(BaseModel):
    month: str
    member_id: int | None = Field(description="Null: of every member.")
    line_id: int | None
    seconds: int
    units: int
    amount: str = YEN
    live_calls: int = Field(description="Going on now; counted in as if they ended now.")
    classes: list[ClassUsageAnswer]

    @classmethod
    def of(cls, usage: Usage, member_id: int | None, line_id: int | None) -> UsageAnswer:
        return cls(
            month=usage.month,
            member_id=member_id,
            line_id=line_id,
            seconds=usage.seconds,
            units=usage.units,
            amount=plain(usage.amount),
            live_calls=usage.live_calls,
            classes=[
                ClassUsageAnswer(
                    call_class=one.call_class,
                    legs=one.legs,
                    seconds=one.seconds,
                    units=one.units,
                    free_units=one.free_units,
                    amount=plain(one.amount),
                )
                for one in usage.classes
            ],
        )


class ReconciliationAnswer(BaseModel):
    month: str
    requested_by: str
    requested_at: datetime
    days: int = Field(description="The carrier's days (UTC) that hold a part of the month.")
    days_left: int
    records: int = Field(description="The carrier's records of the month, as far as they are compared.")
    finished_at: datetime | None

    @classmethod
    def of(cls, one: Reconciliation) -> ReconciliationAnswer:
        return cls(
            month=one.month,
            requested_by=one.requested_by,
            requested_at=one.requested_at,
            days=one.days,
            days_left=one.days_left,
            records=one.records,
            finished_at=one.finished_at,
        )


class CaseAnswer(BaseModel):
    id: int
    month: str
    leg_sid: str
    call_sid: str
    line_id: int | None
    kind: str = Field(
        description="missing: the carrier has no such leg; extra: we have none; duration and price: they differ."
    )
    ours: str | None
    carriers: str | None
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    note: str | None

    @classmethod
    def of(cls, one: ReconciliationCase) -> CaseAnswer:
        return cls(**{name: getattr(one, name) for name in cls.model_fields})


class MarginAnswer(BaseModel):
    line_id: int
    charged: str = YEN
    carriers_yen: str = YEN
    left_over: str = Field(description="What was charged less what the carrier takes in yen.")
    carriers_others: dict[str, str] = Field(description="What the carrier takes in other currencies.")

    @classmethod
    def of(cls, margin: Margin) -> MarginAnswer:
        return cls(
            line_id=margin.line_id,
            charged=plain(margin.charged),
            carriers_yen=plain(margin.carriers_yen),
            left_over=plain(margin.left_over),
            carriers_others={currency: plain(amount) for currency, amount in margin.carriers_others.items()},
        )


class OutlookAnswer(BaseModel):
    member_id: int
    call_class: str = Field(serialization_alias="class")
    legs: int
    amount_now: str = YEN
    amount_then: str = YEN
    difference: str = YEN

    @classmethod
    def of(cls, one: Outlook) -> OutlookAnswer:
        return cls(
            member_id=one.member_id,
            call_class=one.call_class,
            legs=one.legs,
            amount_now=plain(one.amount_now),
            amount_then=plain(one.amount_then),
            difference=plain(one.difference),
        )


class WhatIfAnswer(BaseModel):
    month: str
    amount_now: str = YEN
    amount_then: str = YEN
    difference: str = YEN
    members: list[OutlookAnswer]


class AnomalyAnswer(BaseModel):
    line_id: int
    kind: str
    score: int = Field(description="1 to 100; 50 is where it begins to be unusual.")
    why: str

    @classmethod
    def of(cls, one: Anomaly, sentence: str) -> AnomalyAnswer:
        return cls(line_id=one.line_id, kind=one.kind, score=one.score, why=sentence)
