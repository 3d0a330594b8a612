"""What happened at doors goes when its time is over (R31).

These rows are append-only: the database lets them go only in a transaction that says that it forgets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from coworking.doors.agent.models import AgentEvent, DoorAgent
from coworking.doors.locks.models import DoorCommand
from coworking.doors.models import Arrival, DoorEvent, DoorVisit, ParkingVoucher


def forget_events(session: Session, *, before: datetime, kept: Sequence[int], most: int) -> int:
    """Decisions and what else was written down at doors until then, with the commands to locks, except of these
    members; returns how many."""
    old = session.scalars(
        select(DoorEvent.id)
        .where(DoorEvent.recorded_at <= before, _of_others(DoorEvent.member_id, kept))
        .order_by(DoorEvent.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    with _forgetting(session):
        session.execute(delete(DoorCommand).where(DoorCommand.event_id.in_(old)))
        session.execute(delete(DoorEvent).where(DoorEvent.id.in_(old)))
    return len(old)


def forget_told(session: Session, *, before: datetime, kept: Sequence[int], most: int) -> int:
    """What door computers told until then and is on record at its door; returns how many."""
    old = session.scalars(
        select(AgentEvent.id)
        .join(DoorAgent, DoorAgent.id == AgentEvent.agent_id)
        .where(
            AgentEvent.received_at <= before,
            AgentEvent.sequence <= DoorAgent.recorded_sequence,
            _of_others(AgentEvent.member_id, kept),
        )
        .order_by(AgentEvent.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    with _forgetting(session):
        session.execute(delete(AgentEvent).where(AgentEvent.id.in_(old)))
    return len(old)


def forget_visits(session: Session, *, before: datetime, kept: Sequence[int], most: int) -> int:
    """Visits that ended until then and of which no event is left, with who came and their vouchers; returns how
    many."""
    at_doors = select(DoorEvent.id).where(DoorEvent.visit_id == DoorVisit.id)
    old = session.scalars(
        select(DoorVisit.id)
        .where(DoorVisit.left_at <= before, DoorVisit.member_id.not_in(kept), ~at_doors.exists())
        .order_by(DoorVisit.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    with _forgetting(session):
        session.execute(delete(Arrival).where(Arrival.visit_id.in_(old)))
        session.execute(delete(ParkingVoucher).where(ParkingVoucher.visit_id.in_(old)))
        session.execute(delete(DoorVisit).where(DoorVisit.id.in_(old)))
    return len(old)


def forget_vouchers(session: Session, *, before: datetime, kept: Sequence[int], most: int) -> int:
    """Those without a visit that were handed out until then; returns how many."""
    old = session.scalars(
        select(ParkingVoucher.id)
        .where(
            ParkingVoucher.issued_at <= before,
            ParkingVoucher.visit_id.is_(None),
            _of_others(ParkingVoucher.member_id, kept),
        )
        .order_by(ParkingVoucher.id)
        .limit(most)
    ).all()
    if not old:
        return 0
    with _forgetting(session):
        session.execute(delete(ParkingVoucher).where(ParkingVoucher.id.in_(old)))
    return len(old)


def _of_others(member_id: InstrumentedAttribute[int | None], kept: Sequence[int]) -> ColumnElement[bool]:
    return or_(member_id.is_(None), member_id.not_in(kept))


@contextmanager
def _forgetting(session: Session) -> Iterator[None]:
    session.flush()
    session.execute(text("SELECT set_config('rusuban.forgetting', 'on', true)"))
    yield
    session.execute(text("SELECT set_config('rusuban.forgetting', '', true)"))
