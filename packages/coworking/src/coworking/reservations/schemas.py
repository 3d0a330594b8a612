from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from coworking.billing import PaymentMeans
from coworking.kit.money import plain
from coworking.kit.profile_fields import Bilingual
from coworking.reservations.free_times import FreeTime
from coworking.reservations.models import Reservation
from coworking.reservations.profile import Space, SpaceKind, Via
from coworking.reservations.reading import Cost, PaymentState

Status = Literal["held", "used", "cancelled", "released"]
SpaceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
People = Annotated[int, Field(ge=1, le=1000)]
YEN = "Decimal text in yen, by the operator's tax mode."


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReservationBody(Body):
    space: SpaceName = Field(examples=["meeting-room"])
    starts_at: AwareDatetime = Field(examples=["2026-06-10T14:00:00+09:00"])
    ends_at: AwareDatetime = Field(description="Not included.", examples=["2026-06-10T15:00:00+09:00"])
    people: People | None = Field(
        default=None, description="The fewest that the space is for, if left out.", examples=[3]
    )
    via: Via = Field(
        default=Via.SITE, description="How it was asked for; staff enter what came by phone or form."
    )
    pay_by: PaymentMeans | None = Field(
        default=None, description="As the member pays otherwise, if left out.", examples=["card"]
    )


class ReservationChangeBody(Body):
    starts_at: AwareDatetime = Field(examples=["2026-06-11T14:00:00+09:00"])
    ends_at: AwareDatetime = Field(description="Not included.", examples=["2026-06-11T15:00:00+09:00"])
    people: People | None = Field(default=None, description="As before, if left out.")


class ReservationAnswer(BaseModel):
    id: int
    member_id: int
    space: str
    starts_at: datetime
    ends_at: datetime = Field(description="Not included.")
    people: int
    via: Via
    pay_by: str | None
    status: Status = Field(description="`used` from its start on, or from the check-in.")
    amount: str = Field(description=f"Beside the plan. {YEN}", examples=["850"])
    payment: PaymentState = Field(
        description="`none`: nothing is owed; `on-account`: with the invoice of its time; `unpaid`: to be paid before "
        "the use."
    )
    held_until: datetime | None = Field(
        description="Set while `unpaid`: then the time is released, unless the payment has come."
    )
    reserved_at: datetime
    checked_in_at: datetime | None

    @classmethod
    def of(cls, reservation: Reservation, cost: Cost, now: datetime) -> ReservationAnswer:
        return cls(
            id=reservation.id,
            member_id=reservation.member_id,
            space=reservation.space.name,
            starts_at=reservation.starts_at,
            ends_at=reservation.ends_at,
            people=reservation.people,
            via=Via(reservation.via),
            pay_by=reservation.pays_by,
            status=reservation.status_at(now),
            amount=plain(cost.amount),
            payment=cost.payment,
            held_until=reservation.held_until if cost.payment == "unpaid" else None,
            reserved_at=reservation.reserved_at,
            checked_in_at=reservation.checked_in_at,
        )


class TextAnswer(BaseModel):
    ja: str
    en: str

    @classmethod
    def of(cls, text: Bilingual) -> TextAnswer:
        return cls(ja=text.ja, en=text.en)


class SpaceAnswer(BaseModel):
    name: str = Field(examples=["meeting-room"])
    title: TextAnswer
    note: TextAnswer | None
    kind: SpaceKind
    site: str
    seats: int
    least_people: int
    most_people: int
    months_ahead: int
    via: list[Via]
    unstaffed_via: list[Via] = Field(description="For a time in which no staff are there.")

    @classmethod
    def of(cls, name: str, space: Space) -> SpaceAnswer:
        return cls(
            name=name,
            title=TextAnswer.of(space.title),
            note=TextAnswer.of(space.note) if space.note is not None else None,
            kind=space.kind,
            site=space.site,
            seats=space.seats,
            least_people=space.least_people,
            most_people=space.most_people,
            months_ahead=space.months_ahead,
            via=list(space.via),
            unstaffed_via=list(space.unstaffed_via),
        )


class FreeTimeAnswer(BaseModel):
    starts_at: datetime
    ends_at: datetime = Field(description="Not included.")
    seats: int = Field(description="Free all of that time.")
    is_staffed: bool

    @classmethod
    def of(cls, free: FreeTime) -> FreeTimeAnswer:
        return cls(
            starts_at=free.starts_at, ends_at=free.ends_at, seats=free.seats, is_staffed=free.is_staffed
        )


class FeedAnswer(BaseModel):
    address: str = Field(
        description="For a calendar program. It is shown this once; whoever has it reads the calendar."
    )
