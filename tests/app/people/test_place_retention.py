"""What happened at doors and what was reserved goes when its days are over, and a visit not before its events (R31)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.people.holds import lift_hold, members_on_hold, place_hold
from app.people.retention import STEPS
from coworking.doors.agent.agents import make_agent
from coworking.doors.agent.models import AgentEvent, DoorAgent
from coworking.doors.agent.receiving import last_sequence_of, receive
from coworking.doors.agent.schemas import EventBody
from coworking.doors.locks.models import DoorCommand
from coworking.doors.models import Arrival, DoorEvent, DoorVisit, ParkingVoucher
from coworking.membership.record_fields import RetentionDays
from coworking.reservations.models import HeldSeat, Reservation
from tests.factories.doors import ENTRANCE, DoorHouse, make_door_house
from tests.factories.membership import NOW
from tests.factories.reservations import ACTOR

HOUR = timedelta(hours=1)
DAYS = RetentionDays(door_event_days=100, visit_days=100, reservation_days=300)
TABLES = (DoorCommand, DoorEvent, AgentEvent, Arrival, DoorVisit, ParkingVoucher, HeldSeat, Reservation)
EVERYTHING = [1, 4, 2, 1, 1, 1, 1, 1]


def tell_exits(house: DoorHouse, agent: DoorAgent, *sequences: int) -> None:
    events = [
        EventBody(
            sequence=sequence,
            door=ENTRANCE,
            kind="exit",
            means="card",
            is_allowed=True,
            reason="card-unknown",
            list_version=1,
            at=NOW,
        ).told()
        for sequence in sequences
    ]
    receive(
        house.session, house.rules, house.reserved, agent, events, sent_at=NOW, corrected_seconds=0, now=NOW
    )


def test_each_goes_after_its_days_but_not_of_who_is_held(session: Session) -> None:
    house = make_door_house(session)
    member = house.place.member()
    house.place.reserve(member, "meeting-room", "2026-06-10 14:00-15:00")
    house.check_in(member.id, NOW)
    house.unlock(member.id, NOW)
    visit = house.check_out(member.id, NOW + HOUR).visit
    assert visit is not None
    session.add(
        ParkingVoucher(
            operator_id=house.operator_id,
            member_id=member.id,
            visit_id=visit.id,
            used_minutes=60,
            voucher_minutes=60,
            issued_at=NOW,
            issued_by=ACTOR,
        )
    )
    agent, _ = make_agent(session, house.rules, house.operator_id, "panel", [ENTRANCE], actor=ACTOR, now=NOW)
    tell_exits(house, agent, 1, 3)  # the third waits for the second

    def left(days: int) -> list[int | None]:
        for step in STEPS:
            step(session, members_on_hold(session), DAYS, NOW + HOUR + timedelta(days=days))
        return [session.scalar(select(func.count()).select_from(table)) for table in TABLES]

    assert left(99) == EVERYTHING
    place_hold(session, member.person_id, "係争中", actor=ACTOR, now=NOW)
    # Of the door's computer nobody knows who it was.
    assert left(300) == [1, 3, 1, 1, 1, 1, 1, 1]
    lift_hold(session, member.person_id, actor=ACTOR, now=NOW)
    assert left(100) == [0, 0, 1, 0, 0, 0, 1, 1]
    assert left(301) == [0, 0, 1, 0, 0, 0, 0, 0]
    assert last_sequence_of(session, agent) == 3
    tell_exits(house, agent, 2)
    assert agent.recorded_sequence == 3


def test_outside_of_forgetting_nothing_is_deleted(session: Session) -> None:
    house = make_door_house(session)
    house.check_in(house.place.member().id, NOW)
    with pytest.raises(DBAPIError, match="door_events is append-only"):
        session.execute(delete(DoorEvent))
