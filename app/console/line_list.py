"""Lines found by number, member and state, in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.console.desk import DeskVisit
from app.console.line_words import LINE_STATES
from app.console.member_search import LONGEST_SEARCH, search_members
from coworking.kit.phone import InvalidPhoneNumber, parse_phone
from coworking.membership.models import Company, Member, Person
from telephony.numbers.models import Line, StockNumber
from telephony.numbers.zone_evidence import lines_without_evidence

ROWS = 50
WITHOUT_EVIDENCE, NOT_REMOVED = "without-evidence", "not-removed"
LEAST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class ListedLine:
    id: int
    number: str
    member_id: int
    member_name: str
    line_plan: str
    status: str
    starts_at: datetime
    ends_at: datetime | None
    number_removal_confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LinePage:
    rows: Sequence[ListedLine]
    next_id: int | None


def find_lines(visit: DeskVisit, query: Mapping[str, str], after_id: int) -> LinePage:
    """By `q` (a number, some of its last digits, a part of a member's name) and `state`: one of the line's, or one of
    the two lists that wait for somebody."""
    session, state = visit.session, query.get("state", "")
    statement = _statement().where(Line.id > after_id)
    statement = _matching(session, statement, query.get("q", "").strip()[:LONGEST_SEARCH])
    if state in LINE_STATES:
        statement = statement.where(Line.status == state)
    elif state == NOT_REMOVED:
        statement = statement.where(Line.ends_at.is_not(None), Line.number_removal_confirmed_at.is_(None))
    elif state == WITHOUT_EVIDENCE:
        lacking = lines_without_evidence(
            session, visit.operator.line_rules(), visit.now, after_id=after_id, limit=ROWS
        )
        statement = statement.where(Line.id.in_([one.line.id for one in lacking]))
        found = _rows(session, statement)
        return LinePage(found, lacking[-1].line.id if len(lacking) == ROWS else None)
    rows = _rows(session, statement.limit(ROWS))
    return LinePage(rows, rows[-1].id if len(rows) == ROWS else None)


def _statement() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Line.id,
            StockNumber.number,
            Line.member_id,
            func.coalesce(Company.name, Person.name),
            Line.line_plan,
            Line.status,
            Line.starts_at,
            Line.ends_at,
            Line.number_removal_confirmed_at,
        )
        .join(StockNumber, Line.stock_number_id == StockNumber.id)
        .join(Member, Line.member_id == Member.id)
        .join(Person, Member.person_id == Person.id)
        .outerjoin(Company, Member.company_id == Company.id)
        .order_by(Line.id)
    )


def _matching(session: Session, statement: Select[*tuple[Any, ...]], text: str) -> Select[*tuple[Any, ...]]:
    if not text:
        return statement
    try:
        return statement.where(StockNumber.number == parse_phone(text).e164)
    except InvalidPhoneNumber:
        pass
    digits = text.replace("-", "").replace(" ", "")
    members = [member.id for member in search_members(session, text)]
    by_member = Line.member_id.in_(members)
    if digits.isascii() and digits.isdigit() and len(digits) >= LEAST_DIGITS:
        return statement.where(or_(by_member, StockNumber.number.endswith(digits)))
    return statement.where(by_member)


def _rows(session: Session, statement: Select[*tuple[Any, ...]]) -> list[ListedLine]:
    return [ListedLine(*row) for row in session.execute(statement)]
