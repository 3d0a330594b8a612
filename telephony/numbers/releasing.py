"""Numbers given back to the carrier, which cannot be undone. The carrier is asked by a task; until it has confirmed,
the number is `releasing` and nobody's."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.outbox import TaskContext, task
from telephony.carrier import Carrier, CarrierRefused, Carriers, OutcomeUnknown, Reason
from telephony.numbers.line_records import locked_number, record_number
from telephony.numbers.models import StockNumber
from telephony.numbers.number_states import move

LOOK_UP_AFTER = timedelta(minutes=1)
"""A list at the carrier lags behind what it did."""

log = structlog.get_logger(__name__)


def release_number(session: Session, stock_number_id: int, *, actor: str, now: datetime) -> StockNumber:
    """Give a free number back. Raises `NotFound`, `NumberStateRefused`."""
    number = locked_number(session, stock_number_id)
    if number is None:
        raise NotFound
    move(number, "releasing")
    record_number(session, number, "number.releasing", actor, now)
    give_back.enqueue(
        session,
        operator_id=number.operator_id,
        now=now,
        key=_key(number),
        stock_number_id=number.id,
    )
    session.flush()
    return number


@task("numbers.give-back")
def give_back(context: TaskContext, stock_number_id: int) -> None:
    """Release the number at the carrier. It is looked up first each time: what an earlier attempt of unknown outcome
    did is seen there (R09). What the carrier refuses for good is in stock again."""
    session, now = context.session, context.clock.now()
    number = session.get(StockNumber, stock_number_id)
    if number is None or number.status != "releasing":
        return
    try:
        refusal = _release(context.resource(Carriers)[number.operator_id], number.number)
    except OutcomeUnknown as unknown:
        log.warning("release of unknown outcome", stock_number_id=number.id, detail=unknown.detail)
        give_back.enqueue(
            session,
            operator_id=number.operator_id,
            now=now,
            due_at=now + LOOK_UP_AFTER,
            key=_key(number),
            stock_number_id=number.id,
        )
        return
    number = locked_number(session, stock_number_id)
    if number is None or number.status != "releasing":
        return
    if refusal is None:
        move(number, "released")
        record_number(session, number, "number.released", "task", now)
    else:
        move(number, "available")
        record_number(session, number, "number.release-refused", "task", now, {"reason": refusal.value})


def _release(carrier: Carrier, e164: str) -> Reason | None:
    """None when the carrier has it no more, else why it refuses for good. A passing failure is raised."""
    owned = carrier.find_number(e164)
    if owned is None:
        return None
    try:
        carrier.release_number(owned.number_id)
    except CarrierRefused as refused:
        if refused.reason is Reason.NOT_FOUND:
            return None
        if not refused.permanent:
            raise
        return refused.reason
    return None


def _key(number: StockNumber) -> str:
    return f"number:{number.id}:give-back"
