from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID
from telephony.forwarding.schemas import Body

MOST_LINES = 1000

Lines = Annotated[
    Annotated[list[Annotated[int, Field(ge=1, le=LARGEST_ID)]], Field(min_length=1, max_length=MOST_LINES)]
    | Literal["all"],
    Field(description="References of lines, or all of them.", examples=["all"]),
]


class InterruptionBody(Body):
    lines: Lines
    reason: Annotated[str, StringConstraints(max_length=60)] = Field(
        description="A reason of the operator's profile.", examples=["maintenance"]
    )


class RestrictionBody(Body):
    lines: Lines


class HaltAnswer(BaseModel):
    id: int
    lines: list[int] | Literal["all"]
    reason: str | None = Field(description="Of an interruption.")
    started_at: datetime
    started_by: str
    ended_at: datetime | None = Field(description="Null while it lasts.")
    ended_by: str | None
