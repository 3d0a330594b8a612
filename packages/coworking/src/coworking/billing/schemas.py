from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from coworking.billing.models import Charge
from coworking.kit.money import plain

AMOUNT = Field(description="Yen as decimal text without trailing zeros, by `tax_mode`.", examples=["64"])


class ChargeAnswer(BaseModel):
    id: int
    member_id: int
    key: str = Field(description="What it is for; the sum of a key is what is owed for it.")
    what: str
    service_month: str
    service_on: date
    quantity: int
    unit_price: str = AMOUNT
    amount: str = AMOUNT
    tax_mode: str = Field(description="excluded, included or outside (of consumption tax).")
    closes_on: date
    due_on: date
    posted_at: datetime
    reason: dict[str, Any] = Field(description="Why this amount.")
    reverses_id: int | None
    invoice: str | None = Field(default=None, description="The invoice that it stands on, once there is one.")

    @classmethod
    def of(cls, charge: Charge, invoice: str | None = None) -> ChargeAnswer:
        return cls(
            id=charge.id,
            member_id=charge.member_id,
            key=charge.key,
            what=charge.what,
            service_month=charge.service_month,
            service_on=charge.service_on,
            quantity=charge.quantity,
            unit_price=plain(charge.unit_price),
            amount=plain(charge.amount),
            tax_mode=charge.tax_mode,
            closes_on=charge.closes_on,
            due_on=charge.due_on,
            posted_at=charge.posted_at,
            reason=charge.reason,
            reverses_id=charge.reverses_id,
            invoice=invoice,
        )


class MonthAnswer(BaseModel):
    member_id: int
    service_month: str
    what: str
    tax_mode: str
    count: int
    quantity: int
    amount: str = AMOUNT
