"""What was decided last at doors, with what became of it at the lock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.locks.models import DoorCommand
from coworking.doors.models import DoorEvent


@dataclass(frozen=True, slots=True)
class LatestDecision:
    """Without who it was. `command_state` is None where no lock was asked."""

    event_id: int
    door: str | None
    act: str
    means: str
    is_allowed: bool
    reason: str | None
    at: datetime
    command_state: str | None


def latest_decisions(session: Session, limit: int) -> Sequence[LatestDecision]:
    """The newest first."""
    statement = (
        select(DoorEvent, DoorCommand.state)
        .outerjoin(DoorCommand, DoorCommand.event_id == DoorEvent.id)
        .order_by(DoorEvent.id.desc())
        .limit(limit)
    )
    return [
        LatestDecision(
            event_id=event.id,
            door=event.door,
            act=event.act,
            means=event.means,
            is_allowed=event.allowed,
            reason=event.reason,
            at=event.at,
            command_state=state,
        )
        for event, state in session.execute(statement)
    ]


def latest_commands(session: Session, doors: Iterable[str]) -> dict[str, DoorCommand | None]:
    """The last unlock of each of these doors."""
    of_door = select(DoorCommand).order_by(DoorCommand.id.desc()).limit(1)
    return {door: session.scalar(of_door.where(DoorCommand.door == door)) for door in doors}
