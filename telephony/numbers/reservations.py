"""Numbers kept for a member until a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.outbox import TaskContext, cancel, task
from coworking.membership import facts
from telephony.numbers.errors import NumberStateRefused, TimePast, TooFarAhead
from telephony.numbers.line_records import locked_number, record_number
from telephony.numbers.models import StockNumber
from telephony.numbers.number_states import move

MOST_DAYS = 366


def reserve_number(
    session: Session, stock_number_id: int, member_id: int, until: datetime, *, actor: str, now: datetime
) -> StockNumber:
    """Keep a free number for a member until `until` (excluded); renting by the member takes it first. Raises
    `NotFound`, `TimePast`, `TooFarAhead`, `NumberStateRefused`."""
    number = locked_number(session, stock_number_id)
    if number is None:
        raise NotFound
    facts(session, member_id)
    if until <= now:
        raise TimePast(at=until.isoformat())
    if until > now + timedelta(days=MOST_DAYS):
        raise TooFarAhead(most_days=MOST_DAYS)
    move(number, "reserved")
    number.reserved_for_member_id, number.reserved_until = member_id, until
    details = {"member": member_id, "until": until.isoformat()}
    record_number(session, number, "number.reserved", actor, now, details)
    cancel(session, _key(number))
    end_reservation.enqueue(
        session,
        operator_id=number.operator_id,
        now=now,
        due_at=until,
        key=_key(number),
        stock_number_id=number.id,
    )
    session.flush()
    return number


def free_reserved(session: Session, stock_number_id: int, *, actor: str, now: datetime) -> StockNumber:
    """Give a reservation up. Raises `NotFound`, `NumberStateRefused`."""
    number = locked_number(session, stock_number_id)
    if number is None:
        raise NotFound
    if number.status != "reserved":
        raise NumberStateRefused(status=number.status, wanted="available")
    cancel(session, _key(number))
    move(number, "available")
    record_number(session, number, "number.reservation-ended", actor, now)
    return number


@task("numbers.end-reservation")
def end_reservation(context: TaskContext, stock_number_id: int) -> None:
    """The reservation's time is over: the number is anybody's."""
    number, now = locked_number(context.session, stock_number_id), context.clock.now()
    until = number.reserved_until if number is not None else None
    if number is None or until is None or now < until:
        return
    move(number, "available")
    record_number(context.session, number, "number.reservation-ended", "task", now)


def _key(number: StockNumber) -> str:
    return f"number:{number.id}:end-reservation"
