"""Prohibited acts as staff record them by kind, with their date and evidence (NEX-27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.listing import OLDEST_FIRST, Listing
from telephony.numbers.errors import DayToCome, ProhibitedActUnknown
from telephony.numbers.line_record_models import ProhibitedAct
from telephony.numbers.line_records import record_line
from telephony.numbers.models import Line
from telephony.numbers.terms import LineRules


def record_prohibited_act(
    session: Session,
    rules: LineRules,
    kinds: Mapping[str, object],
    line: Line,
    *,
    kind: str,
    happened_on: date,
    evidence: str,
    actor: str,
    now: datetime,
) -> ProhibitedAct:
    """`kinds` are the operator's by name. Raises `ProhibitedActUnknown`, `DayToCome`."""
    if kind not in kinds:
        raise ProhibitedActUnknown(kind=kind, allowed=", ".join(kinds))
    if happened_on > rules.calendar.local_date(now):
        raise DayToCome(day=happened_on.isoformat())
    act = ProhibitedAct(
        operator_id=line.operator_id,
        line_id=line.id,
        kind=kind,
        happened_on=happened_on,
        evidence=evidence,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(act)
    session.flush()
    details = {"act": act.id, "kind": kind, "happened_on": happened_on.isoformat()}
    record_line(session, line, "prohibited-act.recorded", actor, now, details)
    return act


def list_prohibited_acts(
    session: Session,
    *,
    line_id: int | None = None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ProhibitedAct]:
    statement = listing.part(select(ProhibitedAct), ProhibitedAct.id, after_id, limit)
    if line_id is not None:
        statement = statement.where(ProhibitedAct.line_id == line_id)
    return session.scalars(statement).all()
