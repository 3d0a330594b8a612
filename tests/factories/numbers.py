"""Stock, lines and registered phones for tests. Each function works in the session that it is given."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from coworking.kit.phone import parse_phone
from coworking.membership.models import Member
from telephony.numbers import Line, LineRules, StockRow, enter, rent_line
from telephony.numbers.models import StockNumber
from tests.factories.membership import NOW, make_member, nex

ACTOR = "account:1"


def line_rules() -> LineRules:
    """nex's."""
    return LineRules(nex().numbers, nex().calendar())


def stock_text(area_code: str, serial: int) -> str:
    """A number of the area code as people write it; `serial` from 0 to 9999."""
    exchange = "6670" if len(area_code) == 2 else "411"
    return f"{area_code}-{exchange}-{serial:04}"


def make_stock(
    session: Session,
    operator_id: int,
    area_code: str = "045",
    count: int = 1,
    *,
    first: int = 1,
    now: datetime = NOW,
) -> list[StockNumber]:
    """So many available numbers, serials from `first`; those that stand already are returned as they are."""
    rows = [StockRow(parse_phone(stock_text(area_code, first + index))) for index in range(count)]
    enter(session, operator_id, rows, actor=ACTOR, now=now)
    numbers = [row.number.e164 for row in rows]
    found = session.query(StockNumber).where(StockNumber.number.in_(numbers)).order_by(StockNumber.id)
    return found.all()


def make_line(
    session: Session,
    operator_id: int,
    *,
    member: Member | None = None,
    area_code: str = "045",
    line_plan: str = "incoming-outgoing",
    serial: int | None = None,
    starts_month: date | None = None,
    now: datetime = NOW,
) -> Line:
    """A line of the member, or of a new one at the Yokohama office, on a number that is entered for it. `starts_month`
    (its first day) left out: it serves at once."""
    member = member or make_member(session, operator_id, now=now)
    entered = session.query(StockNumber).count() + 1
    make_stock(session, operator_id, area_code, first=entered if serial is None else serial, now=now)
    return rent_line(
        session,
        line_rules(),
        member_id=member.id,
        line_plan=line_plan,
        area_code=area_code,
        starts_month=starts_month,
        base_address=None,
        actor=ACTOR,
        now=now,
    )
