from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.people.erasing import Erased
from app.people.exporting import PersonExport
from app.people.models import LegalHold
from coworking.kit.errors import Language
from coworking.membership.models import Person


class PersonAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    email: str

    @classmethod
    def of(cls, person: Person) -> PersonAnswer:
        return cls.model_validate(person)


class ExportAnswer(BaseModel):
    person: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]] = Field(description="By what they hold; without secrets.")
    calls: dict[str, int] = Field(description="How many, by direction.")
    cut_off: Sequence[str] = Field(description="Tables that hold more than is given here.")

    @classmethod
    def of(cls, export: PersonExport) -> ExportAnswer:
        return cls(person=export.person, tables=export.tables, calls=export.calls, cut_off=export.cut_off)


class KeptAnswer(BaseModel):
    what: str
    law: str
    until: date = Field(description="It stays at least until this day.")


class ErasedAnswer(BaseModel):
    erased_at: datetime
    kept: Sequence[KeptAnswer] = Field(description="What the law keeps, in the reader's language.")

    @classmethod
    def of(cls, erased: Erased, language: Language) -> ErasedAnswer:
        return cls(
            erased_at=erased.at,
            kept=[
                KeptAnswer(
                    what=one.retention.what.spoken(language),
                    law=one.retention.law.spoken(language) if one.retention.law else "",
                    until=one.until,
                )
                for one in erased.kept
            ],
        )


class HoldBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)] = Field(
        description="For staff.", examples=["係争中のため"]
    )


class HoldAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    person_id: int
    reason: str
    placed_at: datetime
    placed_by: str

    @classmethod
    def of(cls, hold: LegalHold) -> HoldAnswer:
        return cls.model_validate(hold)
