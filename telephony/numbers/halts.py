"""Interruptions and restrictions of the service (NEX-20): for all lines or some, on record from when to when.

Starting or ending one concerns every line that it covers: its card is written anew and its member gets a notice. That
is done member by member in batches, the first in the transaction of the change, the others as tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.outbox import TaskContext, task
from coworking.kit.profile_fields import Bilingual
from telephony.numbers.errors import HaltEnded, ReasonUnknown
from telephony.numbers.events import LineChanged
from telephony.numbers.line_notices import write_halt
from telephony.numbers.line_record_models import HaltedLine, ServiceHalt
from telephony.numbers.line_records import line_changed, lines_by_id
from telephony.numbers.models import Line

MEMBERS_A_BATCH = 100
LARGEST_PAGE = 200

Kind = Literal["interruption", "restriction"]
Halted = Literal["interrupted", "restricted"]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the service is interrupted: the profile's name and its words."""

    name: str
    words: Bilingual


def reason_among(reasons: Mapping[str, Bilingual], name: str) -> Reason:
    """Raises `ReasonUnknown`."""
    if name not in reasons:
        raise ReasonUnknown(reason=name, allowed=", ".join(reasons))
    return Reason(name, reasons[name])


def interrupt(
    session: Session,
    operator_id: int,
    reason: Reason,
    line_ids: Sequence[int] | None,
    *,
    actor: str,
    now: datetime,
) -> ServiceHalt:
    """Interrupt these lines, or all for None, until it is ended. Raises `NotFound` for a line that is not there."""
    halt = ServiceHalt(
        kind="interruption", reason=reason.name, reason_ja=reason.words.ja, reason_en=reason.words.en
    )
    return _start(session, operator_id, halt, line_ids, actor, now)


def restrict(
    session: Session, operator_id: int, line_ids: Sequence[int] | None, *, actor: str, now: datetime
) -> ServiceHalt:
    """Of these lines, or of all for None, serve those of priority only. Raises `NotFound` for a line that is not
    there."""
    return _start(session, operator_id, ServiceHalt(kind="restriction"), line_ids, actor, now)


def end_halt(session: Session, halt_id: int, kind: Kind, *, actor: str, now: datetime) -> ServiceHalt:
    """Raises `NotFound`, `HaltEnded`."""
    halt = session.get(ServiceHalt, halt_id, with_for_update=True)
    if halt is None or halt.kind != kind:
        raise NotFound
    if halt.ended_at is not None:
        raise HaltEnded
    halt.ended_at, halt.ended_by = now, actor
    _record(session, halt, "ended", actor, now)
    _tell_members(session, halt, "ended", 0, now)
    return halt


def set_priority(session: Session, line: Line, is_priority: bool, *, actor: str, now: datetime) -> Line:
    """Whether the line is served under a restriction, too."""
    line.is_priority = is_priority
    line_changed(session, line, "line.priority-set", actor, now, {"is_priority": is_priority})
    return line


def halt_of(session: Session, line: Line) -> Halted | None:
    """What keeps a line from being served now: an interruption, or a restriction where it is no priority line."""
    statement = (
        select(ServiceHalt.kind)
        .outerjoin(HaltedLine, (HaltedLine.halt_id == ServiceHalt.id) & (HaltedLine.line_id == line.id))
        .where(
            ServiceHalt.operator_id == line.operator_id,
            ServiceHalt.ended_at.is_(None),
            or_(ServiceHalt.covers_all, HaltedLine.line_id.is_not(None)),
        )
    )
    kinds = set(session.scalars(statement))
    if "interruption" in kinds:
        return "interrupted"
    return "restricted" if "restriction" in kinds and not line.is_priority else None


def list_halts(
    session: Session,
    kind: Kind,
    *,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[ServiceHalt]:
    statement = listing.part(select(ServiceHalt), ServiceHalt.id, after_id, limit).where(
        ServiceHalt.kind == kind
    )
    return session.scalars(statement).all()


def lines_of_halt(session: Session, halt_id: int) -> list[int]:
    """References of the lines of a halt of some lines."""
    statement = select(HaltedLine.line_id).where(HaltedLine.halt_id == halt_id).order_by(HaltedLine.line_id)
    return list(session.scalars(statement))


@task("numbers.tell-halt")
def tell_halt(context: TaskContext, halt_id: int, phase: str, after_member_id: int) -> None:
    """The next members of a halt. What has changed again meanwhile is told by that change."""
    halt = context.session.get(ServiceHalt, halt_id, with_for_update=True)
    if halt is None or (phase == "started") != (halt.ended_at is None):
        return
    _tell_members(context.session, halt, phase, after_member_id, context.clock.now())


def _start(
    session: Session,
    operator_id: int,
    halt: ServiceHalt,
    line_ids: Sequence[int] | None,
    actor: str,
    now: datetime,
) -> ServiceHalt:
    halt.operator_id = operator_id
    halt.covers_all = line_ids is None
    halt.started_at, halt.started_by = now, actor
    wanted = set(line_ids or ())
    if len(lines_by_id(session, sorted(wanted))) != len(wanted):
        raise NotFound
    session.add(halt)
    session.flush()
    session.add_all(
        HaltedLine(halt_id=halt.id, line_id=line_id, operator_id=operator_id) for line_id in sorted(wanted)
    )
    session.flush()
    _record(session, halt, "started", actor, now)
    _tell_members(session, halt, "started", 0, now)
    return halt


def _tell_members(
    session: Session, halt: ServiceHalt, phase: str, after_member_id: int, now: datetime
) -> None:
    session.flush()
    members = session.scalars(
        select(Line.member_id)
        .where(*_concerned(halt), Line.member_id > after_member_id)
        .distinct()
        .order_by(Line.member_id)
        .limit(MEMBERS_A_BATCH)
    ).all()
    for member_id in members:
        lines = session.scalars(
            select(Line).where(*_concerned(halt), Line.member_id == member_id).order_by(Line.id)
        ).all()
        for line in lines:
            tell(session, LineChanged(line_id=line.id, at=now))
        write_halt(session, halt, phase, member_id, lines, now)
    if len(members) == MEMBERS_A_BATCH:
        tell_halt.enqueue(
            session,
            operator_id=halt.operator_id,
            now=now,
            key=f"halt:{halt.id}:{phase}:{members[-1]}",
            halt_id=halt.id,
            phase=phase,
            after_member_id=members[-1],
        )


def _concerned(halt: ServiceHalt) -> list[ColumnElement[bool]]:
    """Live lines that the halt covers."""
    concerned: list[ColumnElement[bool]] = [Line.status != "ended"]
    if halt.kind == "restriction":
        concerned.append(Line.is_priority.is_(False))
    if not halt.covers_all:
        concerned.append(Line.id.in_(select(HaltedLine.line_id).where(HaltedLine.halt_id == halt.id)))
    return concerned


def _record(session: Session, halt: ServiceHalt, what: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=halt.operator_id,
        at=now,
        actor=actor,
        action=f"{halt.kind}.{what}",
        subject=f"halt:{halt.id}",
        details={"covers_all": halt.covers_all, **({"reason": halt.reason} if halt.reason else {})},
    )
