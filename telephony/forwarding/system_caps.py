"""Caps of the whole system, over all operators (R19).

Operators are counted one by one and see nothing of each other. Each writes down what it has used; whoever counts adds
its own and learns the sums. Of two that count at once neither sees the other, so each counts again soon: every call
that is told has its operator counted within `RECOUNT_SECONDS`, and as long as calls go on again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Date, bindparam, column, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.money import YenAmount
from telephony.forwarding.cap_counts import Counted
from telephony.forwarding.cap_events import SYSTEM, operator_subject
from telephony.forwarding.cap_models import OperatorUsage
from telephony.metering import Count

RECOUNT_SECONDS = 30


def hold_recounts(session: Session, operator_id: int) -> None:
    """Let no count of the operator begin before this transaction has ended, so that the one that it queues, or that
    waits already, sees what it wrote. Many may hold at once."""
    session.execute(select(func.pg_advisory_xact_lock_shared(_lock(operator_id))))


def await_holders(session: Session, operator_id: int) -> None:
    """Wait for whoever holds counts of the operator, and count alone until this transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(_lock(operator_id))))


def with_system(
    session: Session, calendar: BusinessCalendar, operator_id: int, found: Counted, now: datetime
) -> Counted:
    """Write down what the operator has used by `found`, which holds what is going on as well, and add the sums over
    all operators. A day is the counting operator's local one."""
    today = calendar.local_date(now)
    _write(session, operator_id, found.counts[operator_subject(operator_id)], today, now)
    counts: Mapping[str, Count] = {**found.counts, SYSTEM: _sums(session, today)}
    return replace(found, counts=counts)


def _lock(operator_id: int) -> object:
    return func.hashtextextended(f"recount-caps:{operator_id}", 0)


def _write(session: Session, operator_id: int, count: Count, today: date, now: datetime) -> None:
    statement = insert(OperatorUsage).values(
        operator_id=operator_id,
        counted_on=today,
        concurrent_calls=count.concurrent_calls,
        seconds=count.seconds_of_day,
        amount=count.yen_of_day,
        counted_at=now,
    )
    changing = ("counted_on", "concurrent_calls", "seconds", "amount", "counted_at")
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["operator_id"], set_={name: statement.excluded[name] for name in changing}
        )
    )


def _sums(session: Session, today: date) -> Count:
    statement = (
        text("SELECT concurrent_calls, seconds, amount FROM usage_of_the_system(:today)")
        .bindparams(bindparam("today", type_=Date()))
        .columns(
            column("concurrent_calls", BigInteger), column("seconds", BigInteger), column("amount", YenAmount)
        )
    )
    concurrent_calls, seconds, amount = session.execute(statement, {"today": today}).one()
    return Count(concurrent_calls=concurrent_calls, seconds_of_day=seconds, yen_of_day=Decimal(amount))
