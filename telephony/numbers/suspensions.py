"""Lines suspended and taken up again (NEX-19). Callers hear an announcement, and nothing is forwarded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from telephony.numbers.errors import LineNotLive, LineNotSuspended, LineSuspended, ReasonUnknown
from telephony.numbers.events import SuspensionBegun, SuspensionLifted
from telephony.numbers.line_record_models import LineSuspension, ProhibitedAct
from telephony.numbers.line_records import line_changed, locked_line
from telephony.numbers.models import Line
from telephony.numbers.terms import LineRules


def suspend_line(
    session: Session,
    rules: LineRules,
    line_id: int,
    reason: str,
    *,
    actor: str,
    now: datetime,
    prohibited_act_id: int | None = None,
) -> Line:
    """Suspend a line for a reason of the profile, on the ground of a recorded act if one is named. A line that was
    given notice keeps its end. Raises `NotFound`, `ReasonUnknown`, `LineNotLive`, `LineSuspended`."""
    reasons = rules.profile.suspension_reasons
    line = locked_line(session, line_id)
    if line is None:
        raise NotFound
    if reason not in reasons:
        raise ReasonUnknown(reason=reason, allowed=", ".join(reasons))
    if line.status == "ended":
        raise LineNotLive
    if line.status == "suspended":
        raise LineSuspended
    if prohibited_act_id is not None:
        act = session.get(ProhibitedAct, prohibited_act_id)
        if act is None or act.line_id != line.id:
            raise NotFound
    line.status = "suspended"
    session.add(
        LineSuspension(
            operator_id=line.operator_id,
            line_id=line.id,
            reason=reason,
            prohibited_act_id=prohibited_act_id,
            suspended_at=now,
            suspended_by=actor,
        )
    )
    line_changed(session, line, "line.suspended", actor, now, {"reason": reason})
    tell(session, SuspensionBegun(line_id=line.id, reason=reason, at=now))
    return line


def lift_suspension(session: Session, line_id: int, *, actor: str, now: datetime) -> Line:
    """The line serves as it would without the suspension. Raises `NotFound`, `LineNotSuspended`."""
    line = locked_line(session, line_id)
    if line is None:
        raise NotFound
    if line.status != "suspended":
        raise LineNotSuspended
    close_suspension(session, line, actor, now)
    line.status = state_at(line, now)
    line_changed(session, line, "line.suspension-lifted", actor, now, {})
    tell(session, SuspensionLifted(line_id=line.id, at=now))
    return line


def open_suspension(session: Session, line_id: int) -> LineSuspension | None:
    return session.scalar(
        select(LineSuspension).where(LineSuspension.line_id == line_id, LineSuspension.lifted_at.is_(None))
    )


def list_suspensions(
    session: Session,
    *,
    member_id: int | None,
    line_id: int | None,
    after_id: int,
    limit: int,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[LineSuspension]:
    statement = listing.part(select(LineSuspension), LineSuspension.id, after_id, limit)
    if member_id is not None:
        statement = statement.join(Line).where(Line.member_id == member_id)
    if line_id is not None:
        statement = statement.where(LineSuspension.line_id == line_id)
    return session.scalars(statement).all()


def close_suspension(session: Session, line: Line, actor: str, at: datetime) -> None:
    suspension = open_suspension(session, line.id)
    if suspension is not None:
        suspension.lifted_at = max(at, suspension.suspended_at)
        suspension.lifted_by = actor


def state_at(line: Line, now: datetime) -> str:
    """The state word of a line that nothing keeps from serving. Its end is a task's to carry out."""
    if now < line.starts_at:
        return "pending"
    return "ending" if line.ends_at is not None else "active"
