"""Writing down what happens at doors, and reading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coworking.doors.models import DoorEvent
from coworking.doors.profile import Means
from coworking.kit.listing import OLDEST_FIRST, Listing, require_span

Act = Literal["check-in", "unlock", "check-out", "seen"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at a door of an office, or at its entrance where `door` is None. `at` is when it happened; `actor` who
    told it; `people` came together."""

    member_id: int | None
    office_id: int
    means: Means
    actor: str
    at: datetime
    door: str | None = None
    card_id: int | None = None
    people: int = 1


def write_event(
    session: Session,
    attempt: Attempt,
    act: Act,
    *,
    allowed: bool,
    reason: str | None,
    now: datetime,
    visit_id: int | None = None,
) -> DoorEvent:
    """Put on record what was decided. `reason` is a stable code: why not, or what was odd about it."""
    event = DoorEvent(
        operator_id=session.info["operator_id"],
        office_id=attempt.office_id,
        door=attempt.door,
        member_id=attempt.member_id,
        visit_id=visit_id,
        card_id=attempt.card_id,
        act=act,
        means=attempt.means.value,
        allowed=allowed,
        reason=reason,
        at=attempt.at,
        recorded_at=now,
        recorded_by=attempt.actor,
    )
    session.add(event)
    session.flush()
    return event


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What is None does not narrow the list. Times are of what happened, [from_at, until_at)."""

    member_id: int | None = None
    door: str | None = None
    act: str | None = None
    allowed: bool | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


def list_events(
    session: Session, wanted: EventFilter, *, after_id: int = 0, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[DoorEvent]:
    """Raises `EndsBeforeItStarts`."""
    require_span(wanted.from_at, wanted.until_at)
    statement: Select[DoorEvent] = listing.part(select(DoorEvent), DoorEvent.id, after_id, limit)
    if wanted.from_at is not None:
        statement = statement.where(DoorEvent.at >= wanted.from_at)
    if wanted.until_at is not None:
        statement = statement.where(DoorEvent.at < wanted.until_at)
    for column, value in (
        (DoorEvent.member_id, wanted.member_id),
        (DoorEvent.door, wanted.door),
        (DoorEvent.act, wanted.act),
        (DoorEvent.allowed, wanted.allowed),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return session.scalars(statement).all()
