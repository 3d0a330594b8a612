from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.money import plain
from coworking.membership.community.schemas import InBothAnswer, LineInBoth, TextInBoth
from coworking.membership.schemas import Body

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Answer = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8_000)]
Owed = Annotated[int, Field(ge=1, le=100_000_000)]


class BreachBody(Body):
    kind: Slug = Field(description="A prohibited act of the operator's profile.", examples=["mass-mail"])
    happened_on: date | None = Field(default=None, description="Today if left out.")
    evidence: Words = Field(examples=["受付で見た"])


class BreachAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    kind: str
    happened_on: date
    evidence: str
    recorded_at: datetime
    recorded_by: str


class MeasureBody(Body):
    reason: Line = Field(
        description="One of the operator's profile, or the words of staff; the member is told.",
        examples=["breach"],
    )


class StandingAnswer(BaseModel):
    member_id: int
    status: str


class ServiceRefusalBody(MeasureBody):
    breach_id: int | None = Field(default=None, description="The act that it is for.")


class ServiceRefusalAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    breach_id: int | None
    reason: str
    refused_at: datetime
    refused_by: str


class ActivityBody(Body):
    note: Words = Field(examples=["会議室を18時まで利用"])
    seen_at: AwareDatetime | None = Field(default=None, description="Now if left out.")


class ActivityAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    note: str
    seen_at: datetime
    recorded_at: datetime
    recorded_by: str


class LostThingBody(Body):
    thing: Line = Field(examples=["黒い傘"])
    place: Line = Field(default="-", description="Where it was found.", examples=["会議室"])
    found_on: date | None = Field(default=None, description="Today if left out.")
    owner_id: int | None = Field(default=None, description="The member whose it is, if that is known.")


class DisposalBody(Body):
    cost: Annotated[int, Field(ge=0, le=100_000_000)] = Field(
        default=0, description="Whole yen, charged to the member whose it was."
    )


class LostThingAnswer(BaseModel):
    id: int
    member_id: int | None
    thing: str
    place: str
    found_on: date
    kept_until: date = Field(description="The last day on which it is kept.")
    state: Literal["kept", "disposable", "handed-back", "disposed"]
    disposal_cost: str | None


class DamageBody(Body):
    member_id: int = Field(examples=[1])
    what: Words = Field(examples=["椅子の脚を折った"])
    happened_on: date | None = Field(default=None, description="Today if left out.")


class DamageChargeBody(Body):
    amount: Owed = Field(description="Whole yen.", examples=[5000])


class DamageAnswer(BaseModel):
    id: int
    member_id: int
    what: str
    happened_on: date
    amount: str | None = Field(description="Yen as decimal text; null while nothing is charged.")
    reported_at: datetime
    charged_at: datetime | None

    @classmethod
    def of(cls, damage: Any) -> DamageAnswer:
        return cls(
            id=damage.id,
            member_id=damage.member_id,
            what=damage.what,
            happened_on=damage.happened_on,
            amount=plain(damage.amount) if damage.amount is not None else None,
            reported_at=damage.reported_at,
            charged_at=damage.charged_at,
        )


class CategoryAnswer(BaseModel):
    name: str
    title: InBothAnswer


class InquiryBody(Body):
    member_id: int = Field(examples=[1])
    category: Slug = Field(examples=["other"])
    question: Words = Field(examples=["支払方法を変えられますか。"])


class InquiryReplyBody(Body):
    answer: Answer = Field(examples=["窓口でお申し出ください。"])


class InquiryAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    category: str
    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class FaultBody(Body):
    kind: Literal["fault", "accident"] = "fault"
    what: Words = Field(examples=["プリンターが紙を吸い込まない"])
    place: Line = Field(default="-", examples=["受付横"])


class SettlementBody(Body):
    how: Words = Field(description="What was done.", examples=["部品を交換した"])


class FaultAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int | None
    kind: str
    what: str
    place: str
    reported_at: datetime
    settled_at: datetime | None
    settled_how: str | None


class StopBody(Body):
    what: LineInBoth = Field(examples=[{"ja": "会議室", "en": "The meeting room"}])
    reason: TextInBoth = Field(examples=[{"ja": "設備の故障のため", "en": "A breakdown of the equipment"}])
    starts_at: AwareDatetime | None = Field(default=None, description="Now if left out.")
    ends_at: AwareDatetime | None = Field(default=None, description="Left out while it is not known.")


class StopAnswer(BaseModel):
    id: int
    what: InBothAnswer
    reason: InBothAnswer
    starts_at: datetime
    ends_at: datetime | None

    @classmethod
    def of(cls, stop: Any) -> StopAnswer:
        return cls(
            id=stop.id,
            what=InBothAnswer(ja=stop.what_ja, en=stop.what_en),
            reason=InBothAnswer(ja=stop.reason_ja, en=stop.reason_en),
            starts_at=stop.starts_at,
            ends_at=stop.ends_at,
        )


class PartnerFacilityAnswer(BaseModel):
    name: str
    title: InBothAnswer
    rules: InBothAnswer
    link: str | None
