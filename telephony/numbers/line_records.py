"""How a change of a line is kept and told: one audit entry, one event."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.events import tell
from telephony.numbers.events import LineChanged
from telephony.numbers.models import Line, StockNumber


def line_changed(
    session: Session, line: Line, action: str, actor: str, now: datetime, details: dict[str, Any]
) -> None:
    """What changed is on record, and the packages above hear of it."""
    session.flush()
    record_line(session, line, action, actor, now, details)
    tell(session, LineChanged(line_id=line.id, at=now))


def record_line(
    session: Session, line: Line, action: str, actor: str, now: datetime, details: dict[str, Any]
) -> None:
    record(
        session,
        operator_id=line.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"line:{line.id}",
        details=details,
    )


def record_number(
    session: Session,
    number: StockNumber,
    action: str,
    actor: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    record(
        session,
        operator_id=number.operator_id,
        at=now,
        actor=actor,
        action=action,
        subject=f"number:{number.id}",
        details=details,
    )


def locked_line(session: Session, line_id: int) -> Line | None:
    """The line as it is now, held until this transaction ends."""
    # `Session.get` would lock the number as well, which PostgreSQL refuses for the outer side of a join.
    return session.scalar(select(Line).where(Line.id == line_id).with_for_update(of=Line))


def locked_number(session: Session, stock_number_id: int) -> StockNumber | None:
    """The number as it is now, held until this transaction ends."""
    return session.get(StockNumber, stock_number_id, with_for_update=True)


def live_line_of(session: Session, number: StockNumber) -> Line | None:
    return session.scalar(select(Line).where(Line.stock_number_id == number.id, Line.status != "ended"))


def lines_by_id(session: Session, line_ids: Sequence[int]) -> Sequence[Line]:
    return session.scalars(select(Line).where(Line.id.in_(line_ids)).order_by(Line.id)).all()
