from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.calendars import MONTH_PATTERN

NumberText = Annotated[str, StringConstraints(max_length=40)]
Label = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]
Instead = Literal["voicemail", "announcement", "hang-up"]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
Month = Annotated[str, StringConstraints(pattern=MONTH_PATTERN)]


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
    label: Label | None = Field(default=None, description="What the member calls it.", examples=["事務所"])


class ForwardingBody(Body):
    """What is left out stays as it is."""

    on: bool | None = None
    to: Annotated[list[DestinationBody], Field(max_length=20)] | None = None
    strategy: Literal["in-turn", "at-once"] | None = None
    press_one: bool | None = Field(default=None, description="Whoever picks up presses 1 to take the call.")
    whisper: bool | None = Field(
        default=None, description="Whoever picks up hears which line the call is for."
    )
    shows: Literal["line", "caller"] | None = Field(
        default=None, description="Whose number the destination's phone shows."
    )
    withheld: Literal["forward", "voicemail", "announcement"] | None = Field(
        default=None, description="What a caller who withholds the number gets."
    )
    unanswered: Instead | None = Field(default=None, description="What a caller gets when nobody answers.")
    when_off: Instead | None = Field(
        default=None, description="What a caller gets while forwarding is switched off."
    )
    outside_hours: Instead | None = Field(
        default=None, description="What a caller gets outside the hours of the schedule."
    )
    schedule: dict[str, Any] | None = Field(
        default=None,
        description=(
            "When calls are taken, local time: windows by weekday (`mon` … `sun`), `holidays` `closed` or `as-week`, "
            "`exceptions` by day. A weekday left out is closed; null takes calls at any time."
        ),
        examples=[
            {"week": {"mon": [["10:00", "18:30"]]}, "holidays": "closed", "exceptions": {"2026-12-31": []}}
        ],
    )


class DestinationAnswer(BaseModel):
    number: str
    ring_seconds: int
    label: str | None


class ForwardingAnswer(BaseModel):
    on: bool
    to: list[DestinationAnswer]
    strategy: str
    press_one: bool
    whisper: bool
    shows: str
    withheld: str
    unanswered: str
    when_off: str
    outside_hours: str
    schedule: dict[str, Any] | None


class DryRunBody(Body):
    from_number: NumberText | None = Field(
        default=None, alias="from", description="Who calls; withheld if left out.", examples=["03-6666-7777"]
    )
    at: Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)] | None = Field(
        default=None, description="When; now if left out."
    )


class StepAnswer(BaseModel):
    """A question that the call was asked, and what came of it."""

    question: str
    decides: bool
    ja: str
    en: str


class DryRunAnswer(BaseModel):
    decided_by: str
    does: Literal["ring", "ring-desk-phone", "voicemail", "announcement", "refuse", "hang-up"]
    rings: list[str] = Field(description="E.164, together or the first of those that ring in turn.")
    says: str | None = Field(description="Which announcement or greeting is heard.")
    steps: list[StepAnswer]


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
    number_removal_confirmed_at: datetime | None = Field(
        description="When it was said that the number is off web pages and papers."
    )
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
