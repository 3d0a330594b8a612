"""An operator with doors, by the shipped profile of sakura, and what happened at them, for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.profiles import load_profile
from app.reservation_wiring import reserved_times_for_doors
from coworking.doors import (
    Attempt,
    Credentials,
    DoorRules,
    DoorSecrets,
    Means,
    Outcome,
    ReservedTimes,
    check_in,
    unlock,
)
from coworking.doors.leaving import Departure, check_out
from coworking.doors.models import DoorEvent
from coworking.doors.presence import office_at
from coworking.membership import offices_of
from tests.factories.membership import NOW
from tests.factories.reservations import ACTOR, Place, make_place

CREDENTIALS = Credentials(DoorSecrets(b"\x01" * 32, b"\x02" * 32))
ENTRANCE = "entrance"


@dataclass(frozen=True)
class DoorHouse:
    """The place of reservations, with its doors."""

    place: Place
    rules: DoorRules
    office_id: int
    reserved: ReservedTimes

    @property
    def session(self) -> Session:
        return self.place.session

    @property
    def operator_id(self) -> int:
        return self.place.operator_id

    def attempt(
        self, member_id: int, at: datetime, means: Means = Means.ENTRANCE_CODE, people: int = 1
    ) -> Attempt:
        door = ENTRANCE if means in (Means.APP, Means.CARD) else None
        return Attempt(member_id, self.office_id, means, ACTOR, at, door=door, people=people)

    def check_in(self, member_id: int, at: datetime, people: int = 1) -> Outcome:
        attempt = self.attempt(member_id, at, people=people)
        return check_in(self.session, self.rules, self.reserved, attempt, now=at)

    def unlock(self, member_id: int, at: datetime, means: Means = Means.APP) -> Outcome:
        return unlock(self.session, self.rules, self.reserved, self.attempt(member_id, at, means), now=at)

    def check_out(self, member_id: int, at: datetime) -> Departure:
        return check_out(self.session, self.rules, self.reserved, self.attempt(member_id, at), now=at)


def make_door_house(session: Session, name: str = "sakura") -> DoorHouse:
    place = make_place(session, name)
    doors = load_profile("sakura").doors
    assert doors is not None
    rules = DoorRules(doors, place.rules.billing, place.rules.must_reserve)
    return DoorHouse(place, rules, office_at(session, rules, None), reserved_times_for_doors())


def make_allowed_unlock(session: Session, operator_id: int, door: str) -> DoorEvent:
    """What is on record of a member who was let in at a door, for which no command was queued."""
    event = DoorEvent(
        operator_id=operator_id,
        office_id=offices_of(session)["tokyo"],
        door=door,
        act="unlock",
        means="app",
        allowed=True,
        at=NOW,
        recorded_at=NOW,
        recorded_by="account:1",
    )
    session.add(event)
    session.flush()
    return event
