"""Numbers of the operator by which members steer their lines: lent to nobody."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from telephony.numbers.errors import NumberStateRefused
from telephony.numbers.events import NumberChanged
from telephony.numbers.line_records import locked_number, record_number
from telephony.numbers.models import StockNumber
from telephony.numbers.number_states import move


def make_control_number(session: Session, stock_number_id: int, *, actor: str, now: datetime) -> StockNumber:
    """Raises `NotFound`, `NumberStateRefused`."""
    return _move(session, stock_number_id, "control", "number.control-begun", actor, now)


def free_control_number(session: Session, stock_number_id: int, *, actor: str, now: datetime) -> StockNumber:
    """Back to stock. Raises `NotFound`, `NumberStateRefused` for one that is no control number."""
    return _move(session, stock_number_id, "available", "number.control-ended", actor, now)


def control_numbers(session: Session) -> list[str]:
    """The operator's control numbers in E.164, the oldest first."""
    statement = select(StockNumber.number).where(StockNumber.status == "control").order_by(StockNumber.id)
    return list(session.scalars(statement))


def _move(
    session: Session, stock_number_id: int, to: str, action: str, actor: str, now: datetime
) -> StockNumber:
    number = locked_number(session, stock_number_id)
    if number is None:
        raise NotFound
    if to == "available" and number.status != "control":
        raise NumberStateRefused(status=number.status, wanted=to)
    move(number, to)
    session.flush()
    record_number(session, number, action, actor, now)
    tell(session, NumberChanged(stock_number_id=number.id, at=now))
    return number
