"""Lines with their numbers and their members' names, for lists that know their ids."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.membership.models import Company, Member, Person
from telephony.numbers.models import Line, StockNumber


@dataclass(frozen=True, slots=True)
class NamedLine:
    id: int
    number: str
    status: str
    member_id: int
    member_name: str


def named_lines(session: Session, line_ids: Collection[int]) -> dict[int, NamedLine]:
    if not line_ids:
        return {}
    statement = (
        select(
            Line.id, StockNumber.number, Line.status, Line.member_id, func.coalesce(Company.name, Person.name)
        )
        .join(StockNumber, Line.stock_number_id == StockNumber.id)
        .join(Member, Line.member_id == Member.id)
        .join(Person, Member.person_id == Person.id)
        .outerjoin(Company, Member.company_id == Company.id)
        .where(Line.id.in_(line_ids))
    )
    return {row[0]: NamedLine(*row) for row in session.execute(statement)}
