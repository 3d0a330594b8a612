from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MessageAnswer(BaseModel):
    id: int
    line_id: int
    member_id: int
    call_sid: str
    from_number: str | None = Field(serialization_alias="from", description="Null when withheld.")
    seconds: int
    left_at: datetime
    state: str = Field(description="`waiting` for the recording, `kept`, or `lost`.")
    heard_at: datetime | None


class MailsBody(Body):
    recording: bool = Field(description="Messages are mailed with the recording.", examples=[True])
    missed: bool = Field(description="Missed calls and messages are mailed.", examples=[True])


class MailsAnswer(BaseModel):
    recording: bool
    missed: bool


class WordsBody(Body):
    language: Literal["ja", "en"] = Field(examples=["ja"])
    words: Annotated[str, StringConstraints(max_length=1_000)] = Field(
        examples=["ただいま外出しております。"]
    )


class AnnouncementAnswer(BaseModel):
    kind: str
    is_own: bool = Field(description="False: callers hear the operator's own announcement.")
    language: str
    words: str | None = Field(description="Null where a sound is played.")
    seconds: int | None = Field(description="Of the sound.")


class CallerRuleBody(Body):
    number: Annotated[str, StringConstraints(max_length=40)] = Field(
        description="In any spelling; a foreign number with + or 010.", examples=["03-6666-7777"]
    )
    is_prefix: bool = Field(default=False, description="The rule is for every number that begins so.")
    action: Literal["block", "forward", "voicemail", "announcement"] = Field(examples=["block"])
    label: Annotated[str, StringConstraints(max_length=60)] | None = None


class CallerRuleAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    prefix: str = Field(description="E.164, or how it begins.")
    is_whole: bool
    action: str
    label: str | None
    created_at: datetime
