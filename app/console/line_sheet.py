"""All that is known of a line, on one page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.console.desk import DeskVisit
from coworking.kit.audit import AuditEntry
from coworking.membership import MemberFacts, facts
from coworking.membership.models import Account, Person
from telephony.forwarding.destinations import Forwarding, forwarding_of
from telephony.numbers import Line, get_line
from telephony.numbers.halts import halt_of
from telephony.numbers.line_record_models import LineSuspension, ProhibitedAct
from telephony.numbers.prohibited_acts import list_prohibited_acts
from telephony.numbers.zone_evidence import last_valid_until

MOST_SHOWN = 20
ACCOUNT = "account:"


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One entry of the audit trail; `who` is a person's name where somebody did it, else the reference."""

    at: datetime
    who: str
    action: str


@dataclass(frozen=True, slots=True)
class LineSheet:
    """`removal_confirmed_by` is who said that the number is off web pages and papers (NEX-22)."""

    line: Line
    member: MemberFacts
    plan_title: str
    forwarding: Forwarding
    halted: str | None
    suspensions: Sequence[LineSuspension]
    acts: Sequence[ProhibitedAct]
    evidence_until: date | None
    evidence_is_valid: bool
    records: Sequence[RecordLine]
    people: Mapping[str, str]
    removal_confirmed_by: str | None

    @property
    def suspension(self) -> LineSuspension | None:
        """The one that stands."""
        return next((one for one in self.suspensions if one.lifted_at is None), None)


def line_sheet(visit: DeskVisit, line_id: int) -> LineSheet:
    """Raises `NotFound`."""
    session = visit.session
    line = get_line(session, line_id)
    plans = visit.operator.profile.numbers.line_plans
    suspensions = session.scalars(
        select(LineSuspension)
        .where(LineSuspension.line_id == line.id)
        .order_by(LineSuspension.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    acts = list_prohibited_acts(session, line_id=line.id, after_id=0, limit=MOST_SHOWN)
    entries = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.operator_id == line.operator_id, AuditEntry.subject == f"line:{line.id}")
        .order_by(AuditEntry.id.desc())
        .limit(MOST_SHOWN)
    ).all()
    people = people_named(
        session,
        [
            *(entry.actor for entry in entries),
            *(one.suspended_by for one in suspensions),
            *(act.recorded_by for act in acts),
        ],
    )
    until = last_valid_until(session, line.member_id, line.stock_number.area_code)
    removed = next((entry for entry in entries if entry.action == "line.number-removal-confirmed"), None)
    return LineSheet(
        line=line,
        member=facts(session, line.member_id),
        plan_title=plans[line.line_plan].title.spoken(visit.reader.language)
        if line.line_plan in plans
        else line.line_plan,
        forwarding=forwarding_of(session, visit.operator.call_rules(), line),
        halted=halt_of(session, line),
        suspensions=suspensions,
        acts=acts,
        evidence_until=until,
        evidence_is_valid=until is not None and until >= visit.today,
        records=[
            RecordLine(entry.at, people.get(entry.actor, entry.actor), entry.action) for entry in entries
        ],
        people=people,
        removal_confirmed_by=people.get(removed.actor, removed.actor) if removed else None,
    )


def people_named(session: Session, actors: Sequence[str]) -> dict[str, str]:
    """Names by reference ("account:7"), of those that are accounts."""
    ids = {int(actor.removeprefix(ACCOUNT)) for actor in actors if actor.startswith(ACCOUNT)}
    if not ids:
        return {}
    statement = (
        select(Account.id, Person.name)
        .join(Person, Account.person_id == Person.id)
        .where(Account.id.in_(ids))
    )
    return {f"{ACCOUNT}{account_id}": name for account_id, name in session.execute(statement)}
