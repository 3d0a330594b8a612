from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.paging import LARGEST_ID
from coworking.kit.sealed_files import LARGEST_FILE
from coworking.membership.identity.facts import IdentityFacts
from coworking.membership.identity.methods import Method
from coworking.membership.identity.models import IdentityPaper, IdentityRecord, SuspiciousReport
from coworking.membership.schemas import Body

LONGEST_BASE64 = LARGEST_FILE * 4 // 3 + 1_000
SMALLEST_PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()

Status = Literal["draft", "checked", "approved", "refused", "expired"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
FileContent = Annotated[
    Base64Bytes,
    Field(
        max_length=LONGEST_BASE64,
        description="A JPEG, PNG or WebP picture or a PDF, as base64.",
        examples=[SMALLEST_PDF],
    ),
]


class MethodAnswer(BaseModel):
    name: str
    kind: Literal["person", "company"]
    letter: str | None = Field(
        description="Of Article 6 of the ordinance, in this version; null where unknown."
    )
    rule_version: str
    title_ja: str
    title_en: str
    valid_from: date
    valid_to: date | None = Field(description="The last day; null while no end is known.")
    needs_address_letter: bool
    is_certain: bool = Field(description="False where the law's own text was not at hand.")

    @classmethod
    def of(cls, method: Method) -> MethodAnswer:
        return cls(
            name=method.name,
            kind=method.kind,
            letter=method.letter,
            rule_version=method.rule_version,
            title_ja=method.title.ja,
            title_en=method.title.en,
            valid_from=method.valid_from,
            valid_to=method.valid_to,
            needs_address_letter=method.needs_address_letter,
            is_certain=method.is_certain,
        )


class RecordBody(Body):
    method: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] = Field(
        description="One of `GET /api/identity-methods`.", examples=["my-number-card"]
    )
    facts: IdentityFacts | None = Field(
        default=None, description="A draft without them; complete ones are checked at once."
    )


class FactsBody(Body):
    facts: IdentityFacts = Field(
        examples=[
            {
                "person": {
                    "name": "佐藤 花子",
                    "address": "富山県富山市新桜町1-1",
                    "birth_date": "1990-04-01",
                },
                "purpose": "郵便物の受け取りと事務所の住所",
                "occupation": "デザイナー",
            }
        ]
    )


class RefuseRecordBody(Body):
    reason: Reason = Field(description="For staff.", examples=["書類と氏名が一致しない"])


class PaperBody(Body):
    what: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] = Field(
        examples=["運転免許証（表）"]
    )
    content: FileContent


class LetterBody(Body):
    record_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(examples=[1])


class CodeBody(Body):
    code: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(examples=["7KQ2 M9XD"])


class CodeAnswer(BaseModel):
    confirmed: bool = Field(
        description="False for a wrong code, and for a letter that is over or tried too often."
    )


class OwnRecordAnswer(BaseModel):
    """What a member sees of a record."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    method: str
    status: Status
    verified_at: datetime | None


class RecordAnswer(OwnRecordAnswer):
    rule_version: str | None
    letter: str | None
    entered_at: datetime
    recorded_by: str
    checked_at: datetime | None
    checked_by: str | None
    approved_by: str | None
    refusal_reason: str | None
    repeat_on: date | None = Field(description="When a repeat check falls due.")
    paper_expires_on: date | None
    missing: Sequence[str] = Field(default=(), description="What a complete record still lacks.")

    @classmethod
    def of(cls, entry: IdentityRecord, missing: Sequence[str] = ()) -> RecordAnswer:
        answer = cls.model_validate(entry)
        answer.missing = missing
        return answer


class PaperAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    what: str
    added_at: datetime
    added_by: str

    @classmethod
    def of(cls, paper: IdentityPaper) -> PaperAnswer:
        return cls.model_validate(paper)


class WholeRecordAnswer(RecordAnswer):
    facts: IdentityFacts | None
    papers: list[PaperAnswer]


class SuspicionBody(Body):
    member_id: Annotated[int, Field(ge=1, le=LARGEST_ID)] = Field(examples=[1])
    grounds: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)] = Field(
        examples=["届いた郵便物の名義が契約者と異なる"]
    )


class SuspicionDecisionBody(Body):
    decision: Literal["reported", "not-reported"] = Field(examples=["reported"])
    reported_on: date | None = Field(default=None, description="Today if left out.")
    reference: (
        Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)] | None
    ) = Field(default=None, description="Of the authority's receipt.")


class SuspicionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    member_id: int
    noted_at: datetime
    noted_by: str
    decision: Literal["reported", "not-reported"] | None
    decided_at: datetime | None
    decided_by: str | None
    reported_on: date | None
    reference: str | None

    @classmethod
    def of(cls, report: SuspiciousReport) -> SuspicionAnswer:
        return cls.model_validate(report)


class WholeSuspicionAnswer(SuspicionAnswer):
    grounds: str
