"""Bodies and answers of what door computers ask and tell."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from coworking.doors.agent.receiving import MOST_SECONDS, ToldEvent
from coworking.doors.profile import Means

MOST_DOORS = 50
MOST_EVENTS = 500
MOST_NUMBER = 2**62

Code = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9-]*$", examples=["outside-plan-hours"])]
Number = Annotated[int, Field(ge=0, le=MOST_NUMBER, examples=[1])]
YEARS = range(1970, 2090)
"""By clocks that were never set to those that will not be; a difference in seconds fits a column."""


def _of_a_clock(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise ValueError(f"a time from {YEARS[0]} to {YEARS[-1]}")
    return at


Instant = Annotated[AwareDatetime, AfterValidator(_of_a_clock), Field(examples=["2026-06-10T03:00:00Z"])]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewAgentBody(_Body):
    name: Annotated[str, Field(min_length=1, max_length=60, examples=["入口のパネルPC"])]
    doors: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=60)]],
        Field(min_length=1, max_length=MOST_DOORS, examples=[["entrance"]]),
    ]


class AgentAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    doors: list[str]
    made_at: datetime
    revoked_at: datetime | None
    seen_at: datetime | None
    clock_off_seconds: int | None = Field(description="How far its clock was ahead when it was heard last.")


class NewAgentAnswer(AgentAnswer):
    token: str = Field(description="Shown only here.")
    public_key: str = Field(
        description="Of the signatures of its lists, in hexadecimal: belongs into its file."
    )


class EventBody(_Body):
    sequence: Annotated[int, Field(ge=1, le=MOST_NUMBER, examples=[1])]
    door: Annotated[str, Field(min_length=1, max_length=60, examples=["entrance"])]
    kind: Literal["check-in", "unlock", "exit"]
    means: Means
    member_id: Annotated[int, Field(ge=1, le=MOST_NUMBER)] | None = None
    is_allowed: bool
    reason: Code
    list_version: Number
    at: Instant

    def told(self) -> ToldEvent:
        return ToldEvent(
            sequence=self.sequence,
            door=self.door,
            kind=self.kind,
            means=self.means.value,
            member_id=self.member_id,
            is_allowed=self.is_allowed,
            reason=self.reason,
            list_version=self.list_version,
            at=self.at,
        )


class EventsBody(_Body):
    sent_at: Instant
    clock_ahead_seconds: Annotated[
        int,
        Field(
            ge=-MOST_SECONDS,
            le=MOST_SECONDS,
            examples=[0],
            description="What the machine's own clock was found to be ahead, and is not in the times here.",
        ),
    ] = 0
    events: Annotated[list[EventBody], Field(max_length=MOST_EVENTS, examples=[[]])]


class EventsAnswer(BaseModel):
    new: int = Field(description="How many were not known before; all of them are stored now.")
    now: datetime
