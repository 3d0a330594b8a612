from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from coworking.billing import PaymentMeans, WayToPay
from coworking.doors.codes import LONGEST_CODE
from coworking.doors.entering import MOST_PEOPLE
from coworking.doors.models import AccessCard, DoorEvent, DoorVisit, ParkingVoucher
from coworking.doors.presence import Occupancy
from coworking.doors.profile import MOST_MINUTES, Door, DoorsProfile, Means
from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID

NAME = r"^[a-z][a-z0-9-]*$"
QR = "rsq1_" + "A" * 144
ENTRANCE = "rse1_" + "A" * 103

Slug = Annotated[str, StringConstraints(pattern=NAME, max_length=40)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CODE)]
CardNumber = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$", max_length=200)
]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]
People = Annotated[
    int, Field(ge=1, le=MOST_PEOPLE, description="Who come in together, the member among them.")
]
YEN = "Decimal text in yen, by the operator's tax mode."


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CheckInBody(Body):
    code: Code = Field(
        description="The QR at the entrance, as the member's app read it.", examples=[ENTRANCE]
    )
    people: People = Field(default=1, examples=[1])


class CheckOutBody(Body):
    code: Code | None = Field(
        default=None, description="The QR at the exit; going out needs none.", examples=[ENTRANCE]
    )


class UnlockBody(Body):
    door: Slug = Field(description="By its name in the operator's rules.", examples=["entrance"])


ReaderAct = Literal["check-in", "unlock", "check-out"]


class ReadingBody(Body):
    """What a reader read: a member's QR or a card."""

    act: ReaderAct = Field(examples=["check-in"])
    qr: Code | None = Field(default=None, examples=[QR])
    card: CardNumber | None = Field(default=None, examples=["0123456789ABCDEF"])
    site: Slug | None = Field(
        default=None, description="The place; the operator's first if left out.", examples=["toyama"]
    )
    door: Slug | None = Field(default=None, description="For `unlock`.", examples=["entrance"])
    people: People = Field(default=1, examples=[1])

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        if (self.qr is None) == (self.card is None):
            raise ValueError("either qr or card")
        if (self.act == "unlock") != (self.door is not None):
            raise ValueError("unlock names a door, nothing else does")
        return self


class PaidBy(Body):
    pay_by: PaymentMeans | None = Field(
        default=None,
        description="How it is paid; as the member usually pays if left out.",
        examples=["counter-cash"],
    )
    brand: Slug | None = Field(default=None, description="Where the means has brands.", examples=["paypay"])

    def way(self) -> WayToPay | None:
        return None if self.pay_by is None else WayToPay(self.pay_by, self.brand)


class DropInBody(PaidBy):
    planned_minutes: Annotated[int, Field(ge=1, le=MOST_MINUTES)] = Field(
        description="The time that is stated and paid ahead.", examples=[60]
    )
    site: Slug | None = Field(default=None, examples=["toyama"])
    card: CardNumber | None = Field(
        default=None, description="The number of the card that is lent.", examples=["0123456789ABCDEF"]
    )
    people: People = Field(default=1, examples=[1])


class DropInExitBody(PaidBy):
    lent_card: Literal["ok", "broken", "lost"] = Field(default="ok", examples=["ok"])


class VoucherBody(Body):
    member_id: int | None = Field(
        default=None, ge=1, le=LARGEST_ID, description="Whose visit of today it is for.", examples=[1]
    )
    used_minutes: Annotated[int, Field(ge=0, le=MOST_MINUTES)] | None = Field(
        default=None, description="The time of use, where it is not the visit on record.", examples=[120]
    )


class IncidentBody(Body):
    what: Literal["lets-in-others", "lends-account"] = Field(examples=["lets-in-others"])
    evidence: Text = Field(examples=["Two people came in on one check-in"])
    site: Slug | None = Field(default=None, examples=["toyama"])


class CardBody(Body):
    card: CardNumber = Field(
        description="The card's number as readers read it.", examples=["0123456789ABCDEF"]
    )


class DoorAnswer(BaseModel):
    name: str
    title_ja: str
    title_en: str
    site: str
    opened_by: list[Means]
    checked_in_by: list[Means] = Field(
        description="At its entrance; what members are told first comes first."
    )
    lends_card: bool = Field(description="Drop-ins are lent a card.")

    @classmethod
    def of(cls, name: str, door: Door, profile: DoorsProfile) -> DoorAnswer:
        return cls(
            name=name,
            title_ja=door.title.ja,
            title_en=door.title.en,
            site=door.site,
            opened_by=list(door.opened_by),
            checked_in_by=list(profile.checked_in_by),
            lends_card=profile.drop_in.lends_card,
        )


class QrAnswer(BaseModel):
    code: str = Field(description="What the QR says; used once.")
    svg: str = Field(description="The QR as a picture.")
    expires_at: datetime


class EntranceCodeAnswer(BaseModel):
    site: str
    direction: Literal["entry", "exit"]
    code: str


class VisitAnswer(BaseModel):
    id: int
    member_id: int
    site: str
    entered_at: datetime
    planned_until: datetime | None
    left_at: datetime | None
    ended_by: str | None = Field(description="`exit`, or `closing` where the exit was forgotten.")
    people: int
    charged: str | None = Field(description=f"What the exit cost. {YEN}")

    @classmethod
    def of(cls, visit: DoorVisit, site: str, people: int) -> VisitAnswer:
        return cls(
            id=visit.id,
            member_id=visit.member_id,
            site=site,
            entered_at=visit.entered_at,
            planned_until=visit.planned_until,
            left_at=visit.left_at,
            ended_by=visit.ended_by,
            people=people,
            charged=None if visit.charged is None else plain(visit.charged),
        )


class DoorEventAnswer(BaseModel):
    id: int
    site: str
    door: str | None = Field(description="Null at the entrance, where people check in and out.")
    member_id: int | None = Field(description="Null where nobody knows who it was.")
    visit_id: int | None
    act: str
    by: str = Field(description="The means: app, entrance-code, qr, card, my-number, reception.")
    allowed: bool
    reason: str | None = Field(description="A stable code: why not, or what was odd.")
    at: datetime

    @classmethod
    def of(cls, event: DoorEvent, site: str) -> DoorEventAnswer:
        return cls(
            id=event.id,
            site=site,
            door=event.door,
            member_id=event.member_id,
            visit_id=event.visit_id,
            act=event.act,
            by=event.means,
            allowed=event.allowed,
            reason=event.reason,
            at=event.at,
        )


class OccupancyAnswer(BaseModel):
    site: str
    people: int
    visits: int

    @classmethod
    def of(cls, one: Occupancy) -> OccupancyAnswer:
        return cls(site=one.site, people=one.people, visits=one.visits)


class VoucherAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int | None
    visit_id: int | None
    used_minutes: int
    voucher_minutes: int
    issued_at: datetime

    @classmethod
    def of(cls, voucher: ParkingVoucher) -> VoucherAnswer:
        return cls.model_validate(voucher)


class CardAnswer(BaseModel):
    """Never the number: of that only a digest is kept."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    kind: str
    issued_at: datetime
    blocked_at: datetime | None
    ended_at: datetime | None
    end_reason: str | None

    @classmethod
    def of(cls, card: AccessCard) -> CardAnswer:
        return cls.model_validate(card)
