from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.phone import from_e164
from telephony.numbers.models import Line
from telephony.numbers.schemas import Body
from telephony.numbers.stock_schemas import Reference

Name = Annotated[str, StringConstraints(max_length=60)]


class SuspendBody(Body):
    reason: Name = Field(description="A reason of the operator's profile.", examples=["disturbs-others"])
    prohibited_act_id: Reference | None = Field(
        default=None, description="The recorded act that is the ground for it."
    )


class TransferBody(Body):
    member_id: Reference = Field(description="Who gets the number.")


class PriorityBody(Body):
    is_priority: bool = Field(examples=[True])


class ProhibitedActBody(Body):
    kind: Name = Field(description="A kind of the operator's profile.", examples=["mass-mail"])
    happened_on: date = Field(examples=["2026-06-01"])
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)] = Field(
        examples=["通信記録 6/1 10:00-10:20、送信 12,000 通"]
    )


class ZoneEvidenceBody(Body):
    base_address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] = (
        Field(examples=["横浜市中区本町1-1"])
    )
    kind: Literal["company-register", "resident-record", "lease", "utility-bill", "other"] = Field(
        description="What showed it.", examples=["company-register"]
    )
    valid_until: date = Field(description="The last day, inclusive.", examples=["2027-06-30"])


class MemberZoneEvidenceBody(ZoneEvidenceBody):
    area_code: Annotated[str, StringConstraints(pattern=r"^0[1-9][0-9]{0,3}$")] = Field(examples=["045"])


class LineStateAnswer(BaseModel):
    id: int
    member_id: int
    number: str = Field(description="E.164")
    number_national: str
    area_code: str
    line_plan: str
    status: str
    starts_at: datetime
    ends_at: datetime | None
    is_priority: bool
    number_removal_confirmed_at: datetime | None

    @classmethod
    def of(cls, line: Line) -> LineStateAnswer:
        return cls(
            id=line.id,
            member_id=line.member_id,
            number=line.number,
            number_national=from_e164(line.number).national,
            area_code=line.stock_number.area_code,
            line_plan=line.line_plan,
            status=line.status,
            starts_at=line.starts_at,
            ends_at=line.ends_at,
            is_priority=line.is_priority,
            number_removal_confirmed_at=line.number_removal_confirmed_at,
        )


class SuspensionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    line_id: int
    reason: str
    prohibited_act_id: int | None
    suspended_at: datetime
    lifted_at: datetime | None


class ProhibitedActAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    line_id: int
    kind: str
    happened_on: date
    evidence: str
    recorded_at: datetime
    recorded_by: str


class ZoneEvidenceAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    area_code: str
    base_address: str
    kind: str
    checked_at: datetime
    checked_by: str
    valid_until: date


class WithoutEvidenceAnswer(BaseModel):
    line: LineStateAnswer
    last_valid_until: date | None = Field(
        description="The last day of evidence that is over, if there was any."
    )
    counts_by_office: bool = Field(
        description="The operator takes the office that the member is at for the member's base."
    )


class AreaCodeAnswer(BaseModel):
    area_code: str
    places_ja: str
    places_en: str
    offices: list[str]
    line_plans: list[str]
    free: int


class OfficeHoursAnswer(BaseModel):
    weekdays: list[str]
    opens_at: str
    closes_at: str
    on_holidays: bool
    staffed: bool


class OfficeAnswer(BaseModel):
    name: str
    place_ja: str
    place_en: str
    area_code: str | None
    open_now: bool
    hours: list[OfficeHoursAnswer]
