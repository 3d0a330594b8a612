from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telephony.forwarding.control.undo_offers import LONGEST_TOKEN


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PinBody(Body):
    pin: Annotated[str, StringConstraints(max_length=20)] = Field(examples=["482915"])
    password: Annotated[str, StringConstraints(max_length=256)] | None = Field(
        default=None,
        description="Of the account that is signed in; needed of members, not of staff.",
        examples=["rusuban-no-hi"],
    )


class PinAnswer(BaseModel):
    is_set: bool
    locked: bool = Field(description="Opens nothing until a new PIN is set. Forwarding goes on as it is set.")
    set_at: datetime | None


class UndoBody(Body):
    token: Annotated[str, StringConstraints(max_length=LONGEST_TOKEN)] = Field(
        description="Stands at the end of the link in the notice of the change.",
        examples=["rsu_1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
    )


class UndoneAnswer(BaseModel):
    undone: Literal["forwarding", "phone-registered", "phone-unregistered", "pin"] = Field(
        description="The change that was taken back. A PIN that was set is locked."
    )


class ControlSessionAnswer(BaseModel):
    """A call or a text message by which somebody tried to steer a line."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    carrier_sid: str
    channel: str
    line_id: int | None = Field(description="Stands from the right PIN on.")
    from_number: str | None = Field(serialization_alias="from", description="Null when withheld.")
    outcome: str | None = Field(
        description="What the last command came to: changed, called-out, heard, hung-up, pin-wrong, pin-locked, "
        "phone-not-registered, too-many-texts, not-understood, line-unclear, or the code of the problem that "
        "refused it. Null while nothing has come of it."
    )
    language: str
    started_at: datetime
    ended_at: datetime | None
