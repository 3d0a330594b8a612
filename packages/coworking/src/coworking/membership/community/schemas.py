from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from coworking.membership.schemas import Body
from coworking.membership.texts import BilingualText

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s<>\"']{3,400}$")]
Version = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s\x00-\x1f]{1,40}$")]
Price = Annotated[int, Field(ge=0, le=10_000_000)]
MOST_GROUPS_PICKED = 200
SUBJECT = [{"ja": "総会のご案内", "en": "The general meeting"}]
TEXT = [{"ja": "6月30日に開きます。", "en": "It is held on 30 June."}]


class LineInBoth(Body):
    ja: Line
    en: Line

    def text(self) -> BilingualText:
        return BilingualText(self.ja, self.en)


class TextInBoth(Body):
    ja: LongText
    en: LongText

    def text(self) -> BilingualText:
        return BilingualText(self.ja, self.en)


class InBothAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    ja: str
    en: str


class GroupBody(Body):
    name: Slug = Field(examples=["security"])
    kind: Literal["working-group", "regional-forum"] = "working-group"
    title: LineInBoth = Field(examples=[{"ja": "セキュリティ分科会", "en": "Security working group"}])
    community_link: Link | None = Field(default=None, examples=["https://community.example.jp/security"])


class GroupAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    kind: str
    title: InBothAnswer
    community_link: str | None
    is_picked: bool = Field(default=False, description="By whoever asks; false for staff.")


class PreferencesBody(Body):
    """What is left out stays."""

    newsletters: bool | None = Field(
        default=None, description="False: notices of the office and of picked groups only."
    )
    postal_mailings: bool | None = None
    groups: Annotated[list[Slug], Field(max_length=MOST_GROUPS_PICKED)] | None = Field(
        default=None, description="The groups of interest, all of them."
    )


class PreferencesAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    newsletters: bool
    postal_mailings: bool
    groups: list[str]


class PostalAddressAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    member_id: int
    name: str
    attention: str | None
    address: str


class AnnouncementBody(Body):
    to: Literal["all", "group"] = "all"
    kind: Literal["notice", "newsletter"] = "notice"
    group: Slug | None = Field(default=None, description="Where it goes to a group.")
    important: bool = Field(
        default=False, description="To members in their own right; a company's to its representative."
    )
    subject: LineInBoth = Field(examples=SUBJECT)
    body: TextInBoth = Field(examples=TEXT)


class AnnouncementAnswer(BaseModel):
    id: int
    to: Literal["all", "group"]
    kind: str
    group: str | None
    important: bool
    subject: InBothAnswer
    body: InBothAnswer
    announced_at: datetime
    told: int = Field(description="Members to whom it was written so far.")
    finished_at: datetime | None = Field(description="When it was written to all of them.")


class EventBody(Body):
    title: LineInBoth = Field(examples=[{"ja": "勉強会", "en": "Study evening"}])
    details: TextInBoth = Field(examples=TEXT)
    place: Line = Field(examples=["会議室"])
    starts_at: AwareDatetime = Field(examples=["2026-07-01T09:00:00Z"])
    ends_at: AwareDatetime = Field(examples=["2026-07-01T11:00:00Z"])
    capacity: Annotated[int, Field(ge=1, le=100_000)] | None = Field(
        default=None, description="As many as come if left out."
    )
    price: Price = Field(default=0, description="Whole yen; free if left out.")
    group: Slug | None = None


class EventAnswer(BaseModel):
    id: int
    title: InBothAnswer
    details: InBothAnswer
    place: str
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    taken: int = Field(description="Places that are taken.")
    price: str = Field(description="Yen as decimal text; 0 is free.", examples=["0"])
    group: str | None
    community_link: str | None = Field(description="Of the group.")
    called_off_at: datetime | None
    is_signed_up: bool = Field(description="Whoever asks; false for staff.")


class SignUpBody(Body):
    member_id: int = Field(examples=[1])


class SignUpAnswer(BaseModel):
    id: int
    event_id: int
    member_id: int
    price: str = Field(examples=["0"])
    signed_up_at: datetime


class ParticipantAnswer(BaseModel):
    id: int
    member_id: int
    name: str
    email: str
    signed_up_at: datetime


class WritingBody(Body):
    title: LineInBoth = Field(examples=SUBJECT)
    body: TextInBoth = Field(examples=TEXT)


class ContentBody(WritingBody):
    kind: Literal["content", "supporter-benefit"] = "content"


class NewsAnswer(BaseModel):
    id: int
    title: InBothAnswer
    body: InBothAnswer
    published_at: datetime

    @classmethod
    def of(cls, item: Any) -> NewsAnswer:
        return cls(
            id=item.id,
            title=InBothAnswer(ja=item.title_ja, en=item.title_en),
            body=InBothAnswer(ja=item.body_ja, en=item.body_en),
            published_at=item.published_at,
        )


class ContentTitleAnswer(BaseModel):
    id: int
    kind: str
    title: InBothAnswer
    published_at: datetime


class ContentAnswer(ContentTitleAnswer):
    body: InBothAnswer


class SupporterAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    name: str
    plan: str = Field(description="Its class.", examples=["supporting"])
    title: InBothAnswer = Field(description="Of the class.")


class CompanyAnswer(SupporterAnswer):
    member_id: int
    starts_on: date


class TermsBody(Body):
    version: Version = Field(examples=["terms-2026-10-01"])
    valid_from: date = Field(description="Binds from this day; tomorrow or later.", examples=["2026-10-01"])
    changes: TextInBoth = Field(examples=[{"ja": "第5条を改めました。", "en": "Article 5 was amended."}])


class TermsEditionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: str
    valid_from: date
    changes: InBothAnswer
    announced_at: datetime | None


class MemberTermsAnswer(BaseModel):
    version: str
    valid_from: date
    changes: InBothAnswer
    announced_at: datetime | None
    is_binding: bool
    accepted_at: datetime | None


class AcceptanceBody(Body):
    version: Version = Field(examples=["terms-2025-01-10"])
