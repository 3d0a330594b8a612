"""Scenes of forgotten exits and of QRs that were used."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors import ReservedTimes, RulesOfDoors, close_visits, forget_used_qrs
from coworking.doors.leaving import close_visit
from coworking.doors.models import DoorVisit, UsedQr
from tests.factories.doors import make_door_house
from tests.factories.membership import NOW
from tests.servers.task_house import House, Scenes

DAY = timedelta(days=1)
TODAY = f"{NOW:%Y-%m-%d}"


def _forget_exit(house: House, session: Session) -> int:
    """Somebody came yesterday, and nobody saw them go."""
    place = make_door_house(session, "nex")
    house.work.resources.provide(RulesOfDoors, RulesOfDoors({house.operator_id: place.rules}))
    house.work.resources.provide(ReservedTimes, place.reserved)
    member = place.place.member(now=NOW - DAY)
    visit = place.check_in(member.id, NOW - DAY).visit
    assert visit is not None
    return visit.id


def _queue_all(house: House, session: Session) -> None:
    _forget_exit(house, session)
    close_visits.enqueue(session, operator_id=house.operator_id, now=NOW, day=TODAY)


def _queue_one(house: House, session: Session) -> None:
    visit_id = _forget_exit(house, session)
    close_visit.enqueue(session, operator_id=house.operator_id, now=NOW, visit_id=visit_id, day=TODAY)


def _is_closed(house: House, session: Session) -> bool:
    return session.scalars(select(DoorVisit.ended_by)).all() == ["closing"]


def _queue_forget(house: House, session: Session) -> None:
    session.add_all(
        UsedQr(operator_id=house.operator_id, nonce=bytes([number]) * 16, expires_at=at)
        for number, at in enumerate((NOW - DAY, NOW + DAY))
    )
    forget_used_qrs.enqueue(session, operator_id=house.operator_id, now=NOW, day=TODAY)


SCENES: Scenes = {
    "doors.close-visits": (_queue_all, _is_closed),
    "doors.close-visit": (_queue_one, _is_closed),
    "doors.forget-used-qrs": (
        _queue_forget,
        lambda _, session: session.scalars(select(UsedQr.expires_at)).all() == [NOW + DAY],
    ),
}
