"""Reached caps and cases of the comparison, for tests. Each function works in the session that it is given."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from telephony.forwarding.cap_models import CapEvent
from telephony.metering.usage_models import ReconciliationCase
from telephony.numbers import Line
from tests.factories.membership import NOW


def make_cap_event(session: Session, line: Line) -> CapEvent:
    """Minutes of a day that the line has used up, for the next twelve hours."""
    event = CapEvent(
        operator_id=line.operator_id,
        subject=f"line:{line.id}",
        what="minutes-per-day",
        level="reached",
        period="2026-06-10",
        cap=Decimal(10),
        counted=Decimal(10),
        since=NOW,
        until=NOW + timedelta(hours=12),
    )
    session.add(event)
    session.flush()
    return event


def make_case(session: Session, line: Line) -> ReconciliationCase:
    """A leg of the line that the carrier does not know."""
    sid = f"CA{line.id:032x}"
    case = ReconciliationCase(
        operator_id=line.operator_id,
        month="2026-06",
        leg_sid=sid,
        call_sid=sid,
        line_id=line.id,
        kind="missing",
        ours="61 s",
        opened_at=NOW,
    )
    session.add(case)
    session.flush()
    return case
