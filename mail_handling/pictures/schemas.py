"""Answers about pictures, scans and suggestions."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from mail_handling.pictures.models import MailScan


class PictureAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    item_id: int | None
    width: int = Field(description="Pixels.")
    height: int = Field(description="Pixels.")
    taken_at: datetime


class BarcodeAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    text: str
    symbology: str = Field(examples=["Codabar"])


class SuggestionAnswer(BaseModel):
    member_id: int
    name: str
    score: float = Field(description="From 0 to 1: how much of the name was found.", examples=[0.93])
    matched_text: str = Field(description="The line in which it was found.")
    is_single: bool = Field(
        description="Nobody else comes near. It is a suggestion all the same: staff confirm the member."
    )


class ReadingAnswer(BaseModel):
    picture: PictureAnswer
    tracking_number: str | None = Field(description="The first barcode with a valid check digit.")
    barcodes: list[BarcodeAnswer]
    lines: list[str] = Field(description="What was read, as each language reads it.")
    unavailable: Literal["off", "busy", "failed"] | None = Field(
        description="Why no text was read, and so nobody is suggested: not installed, too much at once, gave up."
    )
    suggestions: list[SuggestionAnswer] = Field(description="The likeliest first.")


class ScanAnswer(BaseModel):
    id: int
    item_id: int
    pages: int
    is_made: bool = Field(description="The PDF can be read.")
    is_searchable: bool | None = Field(description="It holds its text; null until it is made.")
    asked_at: datetime

    @classmethod
    def of(cls, scan: MailScan) -> ScanAnswer:
        return cls(
            id=scan.id,
            item_id=scan.item_id,
            pages=scan.pages,
            is_made=scan.made_at is not None,
            is_searchable=scan.is_searchable,
            asked_at=scan.asked_at,
        )
