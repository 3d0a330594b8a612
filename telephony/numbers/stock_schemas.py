from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID
from telephony.numbers.schemas import Body, NumberText, StockNumberAnswer
from telephony.numbers.stock import LARGEST_FILE_BYTES, LONGEST_CARRIER_SID

LONGEST_FILE_BASE64 = LARGEST_FILE_BYTES * 4 // 3 + 4
Reference = Annotated[int, Field(ge=1, le=LARGEST_ID)]
LinePlanName = Annotated[str, StringConstraints(max_length=60)]


class ImportBody(Body):
    """One of the two."""

    csv: Annotated[str, StringConstraints(max_length=LARGEST_FILE_BYTES)] | None = Field(
        default=None,
        description="The text of a stock file: the header `number` or `number,carrier_sid`, then a number a line.",
        examples=["number,carrier_sid\n045-670-0001,\n"],
    )
    file: Annotated[str, StringConstraints(max_length=LONGEST_FILE_BASE64)] | None = Field(
        default=None,
        description="The file as it is, in Base64: UTF-8 with or without a byte order mark, or Shift_JIS.",
    )


class ReportedLineAnswer(BaseModel):
    line: int = Field(description="Counted from 1, the header's.")
    outcome: str = Field(description="entered, known or refused")
    number: str | None
    reason: str | None = Field(description="Why it was refused, in the reader's language.")


class ImportAnswer(BaseModel):
    entered: int
    known: int
    refused: int
    lines: list[ReportedLineAnswer]


class ReserveBody(Body):
    member_id: Reference
    until: AwareDatetime = Field(examples=["2026-06-20T18:00:00+09:00"])


class PortInBody(Body):
    number: NumberText = Field(examples=["045-670-0099"])
    ports_at: AwareDatetime = Field(
        description="When it comes; past for one that is here.", examples=["2026-07-01T00:00:00+09:00"]
    )
    carrier_sid: Annotated[str, StringConstraints(max_length=LONGEST_CARRIER_SID)] | None = None
    member_id: Reference | None = Field(
        default=None, description="Whose line it becomes; it goes into stock if left out."
    )
    line_plan: LinePlanName | None = Field(
        default=None, description="Of that line.", examples=["incoming-outgoing"]
    )


class PortInAnswer(BaseModel):
    number: StockNumberAnswer
    line_id: int | None


class PortOutBody(Body):
    ports_at: AwareDatetime = Field(examples=["2026-07-01T00:00:00+09:00"])


class ForSaleNumber(BaseModel):
    number: str
    locality: str | None
    takes_sms: bool


class ForSaleAnswer(BaseModel):
    prefix: str
    status: str = Field(
        description="asked: the carrier is being asked, come again in some seconds; found; failed: it did not answer."
    )
    asked_at: datetime
    answered_at: datetime | None
    numbers: list[ForSaleNumber]


class PurchaseBody(Body):
    area_code: Annotated[str, StringConstraints(pattern=r"^0[1-9][0-9]{0,3}$")] = Field(examples=["045"])
    numbers: Annotated[list[NumberText], Field(min_length=1, max_length=100)] = Field(
        examples=[["045-670-0500"]]
    )


class PurchasedNumberAnswer(BaseModel):
    number: str
    status: str = Field(description="asked, approved, bought, refused or unknown")
    refusal: str | None = Field(description="The carrier's reason as a word.")
    why: str | None = Field(description="The reason in the reader's language.")
    decided_at: datetime | None


class PurchaseAnswer(BaseModel):
    id: int
    area_code: str
    asked_at: datetime
    asked_by: str
    approved_at: datetime | None
    approved_by: str | None
    numbers: list[PurchasedNumberAnswer]
