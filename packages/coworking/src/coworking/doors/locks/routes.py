"""The locks of the doors over HTTP, for staff."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from coworking.doors.locks.latest import latest_commands
from coworking.doors.locks.models import DoorCommand
from coworking.doors.locks.protocol import FAULTS
from coworking.doors.requests import rules_of
from coworking.membership import Staff

router = APIRouter(prefix="/api", tags=["doors"])


class LockAnswer(BaseModel):
    """What became of the last unlock at a door; null where there was none."""

    door: str
    state: Literal["queued", "sent", "opened", "refused", "unknown", "expired"] | None
    reason: str | None = Field(description="One word of the lock's answer.", examples=["token-refused"])
    at: datetime | None = Field(description="When it was asked for.")
    needs_staff: bool = Field(description="It refuses until somebody has seen to it.")

    @classmethod
    def of(cls, door: str, last: DoorCommand | None) -> LockAnswer:
        return cls(
            door=door,
            state=last.state if last is not None else None,
            reason=last.detail if last is not None else None,
            at=last.queued_at if last is not None else None,
            needs_staff=last is not None and last.state == "refused" and last.detail in FAULTS,
        )


@router.get("/locks", summary="List the locks of the doors with what became of the last unlock")
def get_locks(visit: Staff) -> list[LockAnswer]:
    doors = rules_of(visit).profile.doors
    return [LockAnswer.of(door, last) for door, last in latest_commands(visit.session, doors).items()]
