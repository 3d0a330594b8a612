"""The lines that calls were on, many at once: what metering needs to know of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.membership import plans_of
from telephony.numbers.models import Line, StockNumber


@dataclass(frozen=True, slots=True)
class LineOfCall:
    line_id: int
    number: str
    line_plan: str
    member_id: int
    member_plan: str


@dataclass(frozen=True, slots=True)
class LinesOfCalls:
    by_id: dict[int, LineOfCall]
    by_number: dict[str, LineOfCall]

    def find(self, line_id: int | None, number: str) -> LineOfCall | None:
        """By the line that the call's own events name, else by the number that was called."""
        return self.by_id.get(line_id) if line_id is not None else self.by_number.get(number)


def lines_of_calls(session: Session, line_ids: Collection[int], numbers: Collection[str]) -> LinesOfCalls:
    """These lines, and for a number the line that holds it or held it last."""
    if not line_ids and not numbers:
        return LinesOfCalls({}, {})
    statement = (
        select(Line.id, StockNumber.number, Line.line_plan, Line.member_id)
        .join(StockNumber)
        .where(or_(Line.id.in_(line_ids), StockNumber.number.in_(numbers)))
        .order_by(Line.id)
    )
    rows = session.execute(statement).all()
    plans = plans_of(session, {row.member_id for row in rows})
    found = [
        LineOfCall(line_id, number, line_plan, member_id, plans[member_id])
        for line_id, number, line_plan, member_id in rows
    ]
    return LinesOfCalls({line.line_id: line for line in found}, {line.number: line for line in found})
