from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from coworking.kit.outgoing_webhooks import LONGEST_URL


class WebhookBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    url: Annotated[str, StringConstraints(max_length=LONGEST_URL)] = Field(
        description="https, a public host name, port 443 or 8443.",
        examples=["https://hooks.example.jp/rusuban"],
    )


class WebhookAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    line_id: int
    url: str
    set_at: datetime = Field(description="Calls that ended before are not told.")
    failing_since: datetime | None = Field(
        description="The first of the failures in a row; null when there is none."
    )
    switched_off_at: datetime | None = Field(description="Nothing is sent until it is set again.")


class WebhookSetAnswer(WebhookAnswer):
    secret: str | None = Field(
        default=None, description="Signs what is sent. Shown this once, when it is made; null where it stays."
    )


class WebhookSecretAnswer(BaseModel):
    secret: str = Field(description="Signs what is sent from now on. Shown this once.")


class DeliveryAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    event_id: str = Field(description="Is the `id` of the event that was sent.")
    kind: str = Field(description="call.ended, call.missed or voicemail.left.")
    call_sid: str
    state: str = Field(description="waiting, delivered or failed.")
    attempts: int
    last_answer: str | None = Field(
        description="The HTTP status that was answered, or why there was none: name-unknown, address-refused, "
        "timeout, certificate, unreachable, not-http, url-refused."
    )
    created_at: datetime
    ended_at: datetime | None
