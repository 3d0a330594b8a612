"""Numbers that come from another carrier and go to one, each on its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.kit.outbox import TaskContext, cancel, task
from coworking.kit.phone import PhoneNumber
from coworking.membership import require_service
from telephony.numbers.errors import NumberStateRefused, TimePast, TooFarAhead
from telephony.numbers.events import LineRented, NumberChanged
from telephony.numbers.line_notices import write_line_ported_out
from telephony.numbers.line_records import (
    line_changed,
    live_line_of,
    locked_line,
    locked_number,
    record_number,
)
from telephony.numbers.lines import end_line, lend, require_line
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.number_states import FOLLOWING, move
from telephony.numbers.stock import enter_one, stock_area_code
from telephony.numbers.terms import LineRules

MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class PortedLine:
    """Who gets the line of a number that is ported in."""

    member_id: int
    line_plan: str


def port_in(
    session: Session,
    rules: LineRules,
    operator_id: int,
    number: PhoneNumber,
    *,
    carrier_sid: str | None,
    ports_at: datetime,
    to_line: PortedLine | None,
    actor: str,
    now: datetime,
) -> tuple[StockNumber, Line | None]:
    """A number comes from another carrier at `ports_at`: into stock, or as a line of a member that serves from then on.

    Raises `TooFarAhead`, `NumberStateRefused` for a number that is in stock, and for a line whatever keeps the member
    from renting one.
    """
    _require_near(ports_at, now)
    member = None
    if to_line is not None:
        member = require_service(session, to_line.member_id, identity_required=rules.identity_required)
        require_line(session, rules, member, to_line.line_plan, stock_area_code(number), now)
    stocked = _ported(session, operator_id, number, carrier_sid, now)
    stocked.ported_in_at, stocked.ports_out_at = ports_at, None
    session.flush()
    record_number(session, stocked, "number.porting-in", actor, now, {"at": ports_at.isoformat()})
    if member is not None and to_line is not None:
        move(stocked, "assigned")
        starts_at = max(ports_at, now)
        line = lend(
            session, member, stocked, to_line.line_plan, starts_at=starts_at, base_address=None, now=now
        )
        tell(session, LineRented(line_id=line.id, at=now))
        line_changed(session, line, "line.ported-in", actor, now, {"line_plan": to_line.line_plan})
        return stocked, line
    if ports_at <= now:
        move(stocked, "available")
    else:
        complete_porting.enqueue(
            session,
            operator_id=operator_id,
            now=now,
            due_at=ports_at,
            key=f"number:{stocked.id}:port-in",
            stock_number_id=stocked.id,
        )
    return stocked, None


def port_out(
    session: Session, rules: LineRules, stock_number_id: int, ports_at: datetime, *, actor: str, now: datetime
) -> StockNumber:
    """A number goes to another carrier at `ports_at`, at once where that is past; the line on it ends with it. Named
    again, the time changes. Raises `NotFound`, `TooFarAhead`, `NumberStateRefused`."""
    number = locked_number(session, stock_number_id)
    if number is None:
        raise NotFound
    _require_near(ports_at, now)
    if "ported-out" not in FOLLOWING[number.status]:
        raise NumberStateRefused(status=number.status, wanted="ported-out")
    number.ports_out_at = ports_at
    record_number(session, number, "number.porting-out", actor, now, {"at": ports_at.isoformat()})
    line = live_line_of(session, number)
    if line is not None:
        write_line_ported_out(session, rules, line, max(ports_at, now), now)
    cancel(session, _port_out_key(number))
    if ports_at <= now:
        _leave(session, number, actor, now)
    else:
        complete_porting_out.enqueue(
            session,
            operator_id=number.operator_id,
            now=now,
            due_at=ports_at,
            key=_port_out_key(number),
            stock_number_id=number.id,
        )
    session.flush()
    return number


@task("numbers.complete-porting")
def complete_porting(context: TaskContext, stock_number_id: int) -> None:
    """The number has come: it can be lent."""
    number, now = locked_number(context.session, stock_number_id), context.clock.now()
    at = number.ported_in_at if number is not None else None
    if number is None or number.status != "porting-in" or at is None or now < at:
        return
    move(number, "available")
    record_number(context.session, number, "number.ported-in", "task", now)


@task("numbers.complete-porting-out")
def complete_porting_out(context: TaskContext, stock_number_id: int) -> None:
    """The number goes now, whatever has become of its line meanwhile."""
    number, now = locked_number(context.session, stock_number_id), context.clock.now()
    at = number.ports_out_at if number is not None else None
    if number is None or at is None or now < at or "ported-out" not in FOLLOWING[number.status]:
        return
    _leave(context.session, number, "task", now)


def _leave(session: Session, number: StockNumber, actor: str, now: datetime) -> None:
    found = live_line_of(session, number)
    line = locked_line(session, found.id) if found is not None else None
    cancel(session, f"number:{number.id}:free")
    move(number, "ported-out")
    session.flush()
    record_number(session, number, "number.ported-out", actor, now)
    tell(session, NumberChanged(stock_number_id=number.id, at=now))
    if line is not None:
        end_line(session, line, now, actor)
        line_changed(session, line, "line.ported-out", actor, now, {})
        return
    # Callers must not hear any more that the last line has ended: the number is another carrier's.
    last = session.scalar(
        select(Line).where(Line.stock_number_id == number.id).order_by(Line.id.desc()).limit(1)
    )
    if last is not None:
        line_changed(session, last, "line.number-ported-out", actor, now, {})


def _ported(
    session: Session, operator_id: int, number: PhoneNumber, carrier_sid: str | None, now: datetime
) -> StockNumber:
    stocked = enter_one(session, operator_id, number, "porting-in", carrier_sid, now)
    if stocked.status != "porting-in":
        move(stocked, "porting-in")
        stocked.carrier_sid = carrier_sid
    return stocked


def _require_near(at: datetime, now: datetime) -> None:
    if at < now - timedelta(days=MOST_DAYS):
        raise TimePast(at=at.isoformat())
    if at > now + timedelta(days=MOST_DAYS):
        raise TooFarAhead(most_days=MOST_DAYS)


def _port_out_key(number: StockNumber) -> str:
    return f"number:{number.id}:port-out"
