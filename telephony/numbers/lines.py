"""Lines: lent, begun, ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.outbox import TaskContext, cancel, task
from coworking.membership import MemberFacts, facts, hold_member, require_service
from telephony.numbers.errors import (
    AreaCodeNotOffered,
    LastLineRequired,
    LineAlreadyEnding,
    LineNotLive,
    LinePlanNotAllowed,
    LineQuotaReached,
    LinesNotLent,
    StartMonthPast,
)
from telephony.numbers.events import LineChanged, LineRented, NoticeGiven
from telephony.numbers.line_records import line_changed, locked_line, locked_number
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.number_states import move
from telephony.numbers.profile import FixedCount
from telephony.numbers.stock import take_next_free
from telephony.numbers.suspensions import close_suspension, state_at
from telephony.numbers.terms import LineRules, end_of, start_of
from telephony.numbers.zone_evidence import require_base

LARGEST_PAGE = 200


def rent_line(
    session: Session,
    rules: LineRules,
    *,
    member_id: int,
    line_plan: str,
    area_code: str | None,
    starts_month: date | None,
    base_address: str | None,
    actor: str,
    now: datetime,
) -> Line:
    """Lend a member the number that is reserved for it, or the next free one, of an area code (that of the member's
    office unless named).

    Refusals in this order: who may (`MembershipNotActive`, `IdentityNotVerified`, `LinePlanNotAllowed`), what
    (`AreaCodeNotOffered`, `BaseAddressRequired`), how many (`LineQuotaReached`), the details (`StartMonthPast`,
    `NoFreeNumber`).
    """
    member = require_service(session, member_id, identity_required=rules.identity_required)
    area_code = area_code or member.office_area_code
    require_line(session, rules, member, line_plan, area_code, now)
    starts_at = _start(rules, starts_month, now)
    number = take_next_free(session, member.operator_id, area_code, member_id=member.id)
    line = lend(session, member, number, line_plan, starts_at=starts_at, base_address=base_address, now=now)
    tell(session, LineRented(line_id=line.id, at=now))
    details = {"line_plan": line_plan, "area_code": area_code}
    line_changed(session, line, "line.rented", actor, now, details)
    return line


def require_line(
    session: Session, rules: LineRules, member: MemberFacts, line_plan: str, area_code: str, now: datetime
) -> None:
    """Whether a member, whose row is held, may have one line more. Raises `LinePlanNotAllowed`, `AreaCodeNotOffered`,
    `BaseAddressRequired`, `LineQuotaReached`."""
    _require_plan(rules, member, line_plan)
    _require_area_code(rules, member, line_plan, area_code)
    require_base(session, rules, member.id, area_code, now)
    _require_quota(session, rules, member)


def lend(
    session: Session,
    member: MemberFacts,
    number: StockNumber,
    line_plan: str,
    *,
    starts_at: datetime,
    base_address: str | None,
    now: datetime,
) -> Line:
    """A line of the member on a number that is assigned already; before `starts_at` it waits for its time."""
    line = Line(
        operator_id=member.operator_id,
        member_id=member.id,
        stock_number=number,
        line_plan=line_plan,
        status="active" if starts_at <= now else "pending",
        applied_at=now,
        starts_at=starts_at,
        base_address=base_address,
    )
    session.add(line)
    session.flush()
    session.refresh(line, ["registered_phones"])
    if line.status == "pending":
        begin_line.enqueue(
            session,
            operator_id=line.operator_id,
            now=now,
            due_at=starts_at,
            key=f"line:{line.id}:begin",
            line_id=line.id,
        )
    return line


def give_notice(session: Session, rules: LineRules, line: Line, *, actor: str, now: datetime) -> Line:
    """End a line as its rules say (NEX-21), whatever the state of the membership. Raises `LineNotLive`,
    `LineAlreadyEnding`, `LastLineRequired`."""
    member = hold_member(session, line.member_id)
    locked_line(session, line.id)  # another notice, or a suspension, may have come first
    if line.status == "ended":
        raise LineNotLive
    if line.ends_at is not None:
        raise LineAlreadyEnding
    require_not_last(session, rules, member)
    return _noticed(session, rules, line, actor=actor, now=now)


def end_lines_of(session: Session, rules: LineRules, member_id: int, *, actor: str, now: datetime) -> None:
    """The membership is over: every line of it gets notice, the last one too, and ends as its rules say (NEX-21)."""
    hold_member(session, member_id)
    statement = (
        select(Line)
        .where(Line.member_id == member_id, Line.status != "ended", Line.ends_at.is_(None))
        .order_by(Line.id)
    )
    for line in session.scalars(statement).all():
        locked_line(session, line.id)
        _noticed(session, rules, line, actor=actor, now=now)


def _noticed(session: Session, rules: LineRules, line: Line, *, actor: str, now: datetime) -> Line:
    line.ends_at = max(end_of(rules, now), line.starts_at)
    line.status = "ending" if line.status == "active" else line.status
    session.flush()
    finish_line.enqueue(
        session,
        operator_id=line.operator_id,
        now=now,
        due_at=line.ends_at,
        key=f"line:{line.id}:finish",
        line_id=line.id,
    )
    tell(session, NoticeGiven(line_id=line.id, at=now))
    line_changed(session, line, "line.notice-given", actor, now, {"ends_at": line.ends_at.isoformat()})
    return line


@task("numbers.begin-line")
def begin_line(context: TaskContext, line_id: int) -> None:
    """The line's first instant has come. Its card knows the time by itself; this keeps the state word true."""
    line = locked_line(context.session, line_id)
    if line is None or line.status != "pending" or context.clock.now() < line.starts_at:
        return
    line.status = state_at(line, context.clock.now())
    line_changed(context.session, line, "line.begun", "task", context.clock.now(), {})


@task("numbers.finish-line")
def finish_line(context: TaskContext, line_id: int) -> None:
    """The line's last instant has come: its number goes into quarantine, or is free at once."""
    session, now = context.session, context.clock.now()
    line = locked_line(session, line_id)
    if line is None or line.status == "ended" or line.ends_at is None or now < line.ends_at:
        return
    end_line(session, line, line.ends_at, "task")
    days = context.resource(RulesOfLines)[line.operator_id].profile.quarantine_days
    number = line.stock_number
    if days:
        move(number, "quarantined")
        number.quarantined_until = line.ends_at + timedelta(days=days)
        free_number.enqueue(
            session,
            operator_id=line.operator_id,
            now=now,
            due_at=number.quarantined_until,
            key=f"number:{number.id}:free",
            stock_number_id=number.id,
        )
    else:
        move(number, "available")
    line_changed(session, line, "line.ended", "task", now, {})


def end_line(session: Session, line: Line, ends_at: datetime, actor: str) -> None:
    """The line serves no more from `ends_at`; what waited for its start or its end is over, and so is a suspension."""
    cancel(session, f"line:{line.id}:begin")
    cancel(session, f"line:{line.id}:finish")
    line.starts_at = min(line.starts_at, ends_at)
    line.ends_at = ends_at
    line.status = "ended"
    close_suspension(session, line, actor, ends_at)


@task("numbers.free-number")
def free_number(context: TaskContext, stock_number_id: int) -> None:
    """Quarantine is over: the number can be lent again."""
    number = locked_number(context.session, stock_number_id)
    until = number.quarantined_until if number is not None else None
    if number is None or number.status != "quarantined" or until is None or context.clock.now() < until:
        return
    move(number, "available")
    last = context.session.scalar(
        select(Line).where(Line.stock_number_id == number.id).order_by(Line.id.desc()).limit(1)
    )
    if last is not None:
        tell(context.session, LineChanged(line_id=last.id, at=context.clock.now()))


class RulesOfLines(dict[int, LineRules]):
    """The rules by operator, as tasks find them; of one that lends no lines `LinesNotLent` is raised."""

    def __missing__(self, operator_id: int) -> LineRules:
        raise LinesNotLent


def get_line(session: Session, line_id: int, *, member_id: int | None = None) -> Line:
    """A line, of this member only when one is given. Raises `NotFound`."""
    line = session.get(Line, line_id)
    if line is None or (member_id is not None and line.member_id != member_id):
        raise NotFound
    return line


def list_lines(
    session: Session,
    *,
    member_id: int | None = None,
    after_id: int = 0,
    limit: int = LARGEST_PAGE,
    listing: Listing = OLDEST_FIRST,
) -> Sequence[Line]:
    statement = listing.part(
        select(Line).join(StockNumber, StockNumber.id == Line.stock_number_id), Line.id, after_id, limit
    )
    if member_id is not None:
        statement = statement.where(Line.member_id == member_id)
    return session.scalars(statement).all()


def line_of_number(session: Session, number: str) -> Line | None:
    """The line that a number serves or served last."""
    return session.scalar(
        select(Line).join(StockNumber).where(StockNumber.number == number).order_by(Line.id.desc()).limit(1)
    )


def require_not_last(session: Session, rules: LineRules, member: MemberFacts) -> None:
    """A member, whose row is held, may give a line away. Raises `LastLineRequired`."""
    if member.plan in rules.profile.last_line_required and _lines_that_stay(session, member.id) <= 1:
        raise LastLineRequired


def member_of(session: Session, line: Line) -> MemberFacts:
    return facts(session, line.member_id)


def _require_plan(rules: LineRules, member: MemberFacts, line_plan: str) -> None:
    allowed = rules.profile.line_plans_for(member.plan)
    if line_plan not in allowed:
        raise LinePlanNotAllowed(plan=member.plan, line_plan=line_plan, allowed=", ".join(allowed) or "–")


def _require_area_code(rules: LineRules, member: MemberFacts, line_plan: str, area_code: str) -> None:
    offered = rules.profile.line_plans[line_plan].area_codes
    if rules.profile.assignment.area_codes == "own-office":
        offered = tuple(code for code in offered if code == member.office_area_code)
    if area_code not in offered:
        raise AreaCodeNotOffered(area_code=area_code, allowed=", ".join(offered) or "–")


def _require_quota(session: Session, rules: LineRules, member: MemberFacts) -> None:
    quota = rules.profile.quotas[member.plan]
    most = quota.most if isinstance(quota, FixedCount) else max(member.capacity or 0, quota.least)
    if _live_lines(session, member.id) >= most:
        raise LineQuotaReached(most=most)


def _live_lines(session: Session, member_id: int) -> int:
    statement = (
        select(func.count()).select_from(Line).where(Line.member_id == member_id, Line.status != "ended")
    )
    return session.scalar(statement) or 0


def _lines_that_stay(session: Session, member_id: int) -> int:
    statement = (
        select(func.count())
        .select_from(Line)
        .where(Line.member_id == member_id, Line.status != "ended", Line.ends_at.is_(None))
    )
    return session.scalar(statement) or 0


def _start(rules: LineRules, starts_month: date | None, now: datetime) -> datetime:
    this_month = rules.calendar.local_date(now).replace(day=1)
    if starts_month is not None and starts_month < this_month:
        raise StartMonthPast(starts_month=f"{starts_month:%Y-%m}")
    return start_of(rules, starts_month or this_month, now)
