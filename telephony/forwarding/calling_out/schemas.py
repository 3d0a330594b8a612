from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from telephony.forwarding.schemas import Body

PhoneText = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class CallOutBody(Body):
    from_: PhoneText = Field(
        alias="from",
        description="`desk` for the line's desk phone, or a phone registered on the line: it rings first.",
        examples=["desk", "090-1234-5678"],
    )
    to: PhoneText = Field(description="Whom to call then.", examples=["03-1234-5678"])


class ReceptionCallBody(Body):
    member_id: Annotated[int, Field(ge=1, le=2**63 - 1)]


class CallAttemptAnswer(BaseModel):
    """`call_sid` is the call's id at the carrier, once there is one: `GET /api/calls/{call_sid}` shows the call."""

    model_config = ConfigDict(from_attributes=True)

    key: str
    line_id: int
    kind: str = Field(description="`out`, or `reception`.")
    state: str = Field(description="`asked`, `calling`, `answered` (the first phone), `failed` or `unknown`.")
    failure: str | None
    from_: str = Field(validation_alias="phone", serialization_alias="from")
    to: str | None = Field(validation_alias="callee")
    asked_at: datetime
    call_sid: str | None = Field(validation_alias="carrier_sid")


class DeskPhoneAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line_id: int
    username: str
    domain: str
    address: str = Field(description="Where it rings, a SIP address.")
    lent_at: datetime
    password_shown_at: datetime | None = Field(description="Null until staff have issued it.")


class IssuedDeskPhoneAnswer(DeskPhoneAnswer):
    password: str = Field(description="Shown this once: enter it at the carrier and in the phone.")
    qr_svg: str = Field(description="The account as a QR code for softphones, an SVG image.")
