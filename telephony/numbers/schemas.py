from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telephony.numbers.stock import LARGEST_FILE_BYTES

NumberText = Annotated[str, StringConstraints(max_length=40)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StockBody(Body):
    csv: Annotated[str, StringConstraints(max_length=LARGEST_FILE_BYTES)] = Field(
        description="A stock file: the header `number` or `number,carrier_sid`, then a number a line.",
        examples=["number,carrier_sid\n045-670-0001,\n"],
    )


class EnteredAnswer(BaseModel):
    new: int = Field(description="Numbers that are in stock now and were not before.")
    known: int = Field(description="Numbers that were in stock already and stay as they are.")


class StockNumberAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    number: str
    area_code: str
    status: str
    quarantined_until: datetime | None
    reserved_for_member_id: int | None
    reserved_until: datetime | None
    ported_in_at: datetime | None = Field(description="When it came or comes from another carrier.")
    ports_out_at: datetime | None = Field(description="When it went or goes to another carrier.")


class StockCountAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    area_code: str
    status: str
    count: int


class RegisterBody(Body):
    number: NumberText = Field(examples=["090-1234-5678"])
    password: Annotated[str, StringConstraints(max_length=256)] | None = Field(
        default=None,
        description="Of the account that is signed in; needed of members, not of staff.",
        examples=["rusuban-no-hi"],
    )


class RegisteredPhoneAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: str
    slot: int
    registered_at: datetime
