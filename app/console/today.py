"""What needs somebody today: the start page of staff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from starlette.responses import Response

from app.console.desk import DeskVisit
from app.console.interruptions import open_halts
from app.console.line_list import NOT_REMOVED, WITHOUT_EVIDENCE
from app.console.mail import PATH as MAIL_PATH
from app.console.numbers import purchases_waiting, stock_lines
from app.console.reconciliation import open_cases
from coworking.kit.outbox import OutboxTask
from mail_handling import RulesOfMail
from mail_handling.waiting import count_work
from telephony.forwarding.cap_events import list_cap_events
from telephony.forwarding.models import Call
from telephony.forwarding.watching import parked_calls
from telephony.numbers.models import Line
from telephony.numbers.zone_evidence import lines_without_evidence

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for somebody. `kind` says what; `most` is true where there may be more than were counted."""

    kind: str
    count: int
    tone: str
    href: str
    most: bool = False
    detail: str = ""


def show_today(visit: DeskVisit) -> Response:
    waiting = sorted(_waiting(visit), key=lambda one: one.tone != "miss")
    return visit.render(
        "console/today.html",
        at="today",
        waiting=waiting,
        halts=open_halts(visit.session),
        calls_today=_calls_today(visit),
        calls_live=_calls_live(visit),
        lines_live=_lines_live(visit),
    )


def _waiting(visit: DeskVisit) -> Iterator[Waiting]:
    """In the order in which they are shown among those as urgent; only what there is."""
    found = [
        _parked_tasks(visit),
        *(_of_lines(visit) if visit.operator.lends_lines else ()),
        *_of_mail(visit),
    ]
    yield from (one for one in found if one.count)


def _of_lines(visit: DeskVisit) -> list[Waiting]:
    session = visit.session
    return [
        *_of_calls(visit),
        _caps(visit),
        _counted("evidence", _lacking(visit), "warn", f"/console/lines?state={WITHOUT_EVIDENCE}"),
        _counted("removal", _not_removed(visit), "warn", f"/console/lines?state={NOT_REMOVED}"),
        _counted("purchases", len(purchases_waiting(session)), "warn", "/console/numbers#h-purchases"),
        _empty_stock(visit),
    ]


def _of_calls(visit: DeskVisit) -> Iterator[Waiting]:
    session = visit.session
    yield _counted("parked-calls", len(parked_calls(session, MOST_COUNTED)), "miss", "/console/parked")
    if visit.may_money:
        yield _counted("cases", open_cases(session), "warn", "/console/reconciliation")


def _of_mail(visit: DeskVisit) -> list[Waiting]:
    rules = visit.composition.resources[RulesOfMail].get(visit.operator.id)
    if rules is None:
        return []
    counts = count_work(visit.session, rules, visit.now, most=MOST_COUNTED)
    return [
        _counted(f"mail-{work.value}", count, "warn", f"{MAIL_PATH}?work={work.value}#h-found")
        for work, count in counts.items()
    ]


def _parked_tasks(visit: DeskVisit) -> Waiting:
    statement = (
        select(func.count())
        .select_from(OutboxTask)
        .where(OutboxTask.operator_id == visit.operator.id, OutboxTask.parked_at.is_not(None))
    )
    return _counted("parked-tasks", visit.session.scalar(statement) or 0, "miss", "/console/parked")


def _caps(visit: DeskVisit) -> Waiting:
    barring = list_cap_events(visit.session, only_barring=True, limit=MOST_COUNTED)
    return _counted("caps", sum(one.until > visit.now for one in barring), "miss", "/console/caps")


def _lacking(visit: DeskVisit) -> int:
    rules = visit.operator.line_rules()
    found = lines_without_evidence(visit.session, rules, visit.now, after_id=0, limit=MOST_COUNTED)
    return len(found)


def _not_removed(visit: DeskVisit) -> int:
    statement = select(func.count()).select_from(Line)
    waiting = Line.ends_at <= visit.now, Line.number_removal_confirmed_at.is_(None)
    return visit.session.scalar(statement.where(*waiting)) or 0


def _empty_stock(visit: DeskVisit) -> Waiting:
    empty = [
        line.area_code for line in stock_lines(visit) if line.offered and not line.counts.get("available")
    ]
    return Waiting("stock", len(empty), "warn", "/console/numbers", detail=" ".join(empty))


def _counted(kind: str, count: int, tone: str, href: str) -> Waiting:
    return Waiting(kind, count, tone, href, most=count >= MOST_COUNTED)


def _calls_today(visit: DeskVisit) -> int:
    statement = select(func.count()).select_from(Call).where(Call.counted_on == visit.today)
    return visit.session.scalar(statement) or 0


def _calls_live(visit: DeskVisit) -> int:
    return visit.session.scalar(select(func.count()).select_from(Call).where(Call.status != "ended")) or 0


def _lines_live(visit: DeskVisit) -> int:
    statement = select(func.count()).select_from(Line).where(Line.status.in_(("active", "ending")))
    return visit.session.scalar(statement) or 0
