"""Bodies and answers of the mail over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.money import plain
from coworking.kit.paging import LARGEST_ID
from mail_handling.models import MailBatch, MailEvent, MailItem, StandingInstruction
from mail_handling.profile import Choice, MailKind

Status = Literal[
    "unassigned", "waiting", "scanned", "distributed", "handed-over", "forwarded", "disposed", "returned"
]
MOST_YEN = 999_999
MOST_GRAMS = 30_000
MOST_ITEMS = 200
NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_CONTROLS)
]
Short = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_CONTROLS)
]
Address = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=400, pattern=r"^[^\x00-\x09\x0b-\x1f\x7f]*$"
    ),
]
TrackingNumber = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9-]+$", max_length=40)
]
SignaturePath = Annotated[
    str, StringConstraints(pattern=r"^[MLQCZmlqcz0-9 ,.\-]+$", min_length=1, max_length=20_000)
]
Site = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$", max_length=40)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ItemBody(Body):
    kind: MailKind = Field(default=MailKind.LETTER, examples=["letter"])
    addressee: Line | None = Field(default=None, description="As it stands on it.", examples=["佐藤 花子"])
    sender: Line | None = Field(default=None, description="As it stands on it.", examples=["横浜市"])
    weight_g: Annotated[int, Field(ge=1, le=MOST_GRAMS)] | None = Field(
        default=None, description="Grams.", examples=[50]
    )
    tracking_number: TrackingNumber | None = Field(default=None, examples=["123456789012"])
    location: Short | None = Field(default=None, description="The shelf.", examples=["A-3"])
    site: Site | None = Field(
        default=None, description="The place; the operator's usual one if left out.", examples=["tokyo"]
    )
    contents: Annotated[list[Site], Field(max_length=10)] = Field(
        default=[], description="What it is said to hold, of what the operator refuses.", examples=[[]]
    )
    member_id: Id | None = Field(
        default=None, description="Whose it is, where that was seen at once; otherwise it waits in the queue."
    )


class CandidateAnswer(BaseModel):
    member_id: int
    name: str


class AssignBody(Body):
    member_id: Id = Field(examples=[1])


class InstructionBody(Body):
    choice: Choice = Field(examples=["dispose"])


class MoveBody(Body):
    location: Short = Field(description="The shelf.", examples=["B-1"])


class GrantBody(Body):
    member_id: Id = Field(examples=[1])


class GrantAnswer(BaseModel):
    code: str = Field(description="What the QR code holds. It is answered once and works once.")
    expires_at: datetime


class HandOverBody(Body):
    member_id: Id = Field(description="To whom.", examples=[1])
    item_ids: Annotated[list[Id], Field(min_length=1, max_length=MOST_ITEMS)] = Field(examples=[[1]])
    code: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="The member's one-time code.", examples=["rsm_1_8Jk…"]
    )
    recipient: Line | None = Field(
        default=None, description="Without a code: the name of who came.", examples=["佐藤 花子"]
    )
    document: Short | None = Field(
        default=None,
        description="Without a code: the kind of document that was seen, without its number.",
        examples=["driving-licence"],
    )
    signature: SignaturePath | None = Field(
        default=None, description="As drawn: the path of an SVG.", examples=["M 10 10 L 90 40"]
    )


class HandOverAnswer(BaseModel):
    id: int
    member_id: int
    item_ids: list[int]
    by_code: bool
    handed_at: datetime


class DistributionBody(Body):
    site: Site | None = Field(
        default=None, description="The place; the operator's usual one if left out.", examples=["tokyo"]
    )


class DistributionAnswer(BaseModel):
    item_ids: list[int] = Field(description="What was put into the pigeonholes.")


class BatchBody(Body):
    member_id: Id = Field(examples=[1])
    postage: Annotated[int, Field(ge=0, le=MOST_YEN)] = Field(
        description="What the carrier took, in yen by the operator's tax mode.", examples=[430]
    )
    way: Site | None = Field(
        default=None, description="The operator's first if left out.", examples=["letter-pack"]
    )
    addressee: Line | None = Field(
        default=None, description="The member if left out.", examples=["佐藤 花子"]
    )
    address: Address | None = Field(
        default=None,
        description="The member's address on record if left out.",
        examples=["神奈川県横浜市中区1-1"],
    )
    tracking_number: TrackingNumber | None = Field(default=None, examples=["123456789012"])
    bundles: bool = Field(default=False, description="What is to be bundled goes along, on any weekday.")


class TrackingBody(Body):
    tracking_number: TrackingNumber = Field(examples=["123456789012"])


class BatchAnswer(BaseModel):
    id: int
    member_id: int
    way: str
    postage: str = Field(examples=["430"])
    handling_fee: str = Field(examples=["200"])
    tracking_number: str | None
    sent_at: datetime

    @classmethod
    def of(cls, batch: MailBatch) -> BatchAnswer:
        return cls(
            id=batch.id,
            member_id=batch.member_id,
            way=batch.way,
            postage=plain(batch.postage),
            handling_fee=plain(batch.handling_fee),
            tracking_number=batch.tracking_number,
            sent_at=batch.sent_at,
        )


class StandingBody(Body):
    choice: Choice = Field(examples=["keep"])
    sender: Short | None = Field(
        default=None, description="How the sender's name begins.", examples=["横浜市"]
    )
    kind: MailKind | None = Field(default=None, examples=["letter"])
    weekday: Annotated[int, Field(ge=0, le=6)] | None = Field(
        default=None, description="Of arrival; 0 is Monday.", examples=[0]
    )
    after_days: Annotated[int, Field(ge=1, le=366)] | None = Field(
        default=None, description="When the item is so many days old; at once if left out.", examples=[14]
    )
    before_storage: bool = Field(default=False, description="When storage is about to be charged.")


class StandingAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    choice: str
    sender: str | None
    kind: str | None
    weekday: int | None
    after_days: int | None
    before_storage: bool
    given_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, standing: StandingInstruction) -> StandingAnswer:
        return cls.model_validate(standing)


class EventAnswer(BaseModel):
    at: datetime
    what: str = Field(examples=["received"])
    by: str = Field(
        description="`staff`, `member`, or `rules`: the operator's, or a standing instruction of the member.",
        examples=["staff"],
    )
    instruction: str | None
    location: str | None

    @classmethod
    def of(cls, event: MailEvent) -> EventAnswer:
        return cls(
            at=event.at,
            what=event.what,
            by=event.acted_as,
            instruction=event.instruction,
            location=event.location,
        )


class ItemAnswer(BaseModel):
    id: int
    member_id: int | None
    kind: str
    status: str
    sender: str | None
    addressee: str | None
    weight_g: int | None
    tracking_number: str | None
    location: str | None
    instruction: str | None
    disposable_on: date | None = Field(description="The first day on which a confirmed disposal is done.")
    received_at: datetime
    received_on: date = Field(description="The local day.")
    history: list[EventAnswer]

    @classmethod
    def of(cls, item: MailItem, history: Sequence[MailEvent]) -> ItemAnswer:
        return cls(
            id=item.id,
            member_id=item.member_id,
            kind=item.kind,
            status=item.status,
            sender=item.sender,
            addressee=item.addressee,
            weight_g=item.weight_g,
            tracking_number=item.tracking_number,
            location=item.location,
            instruction=item.instruction,
            disposable_on=item.disposable_on,
            received_at=item.received_at,
            received_on=item.received_on,
            history=[EventAnswer.of(event) for event in history],
        )
