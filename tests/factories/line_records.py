"""One of every record that staff keep about numbers and lines, for tests of edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from coworking.membership.models import Member
from telephony.numbers import Line
from telephony.numbers.line_record_models import HaltedLine, LineSuspension, ProhibitedAct, ServiceHalt
from telephony.numbers.lines import end_line
from telephony.numbers.number_states import move
from telephony.numbers.purchase_models import NumberPurchase, PurchasedNumber
from tests.factories.membership import NOW
from tests.factories.numbers import make_line, make_stock, stock_text

STAFF = "account:0"


@dataclass(frozen=True)
class LineRecords:
    stock_number_id: int
    """Of a free number."""
    halt_id: int
    """Of an interruption that lasts, of a line that has ended."""
    purchase_id: int
    """Of one that somebody asked for whom the tests do not know."""


def make_line_records(session: Session, line: Line, member: Member, serial: int) -> LineRecords:
    """`serial` tells the numbers of one call from those of another."""
    operator_id = line.operator_id
    [free] = make_stock(session, operator_id, first=2000 + serial)
    ended = _ended_line(session, member, 500 + serial)
    over = {"started_at": NOW, "started_by": STAFF, "ended_at": NOW, "ended_by": STAFF}
    lasting = ServiceHalt(
        operator_id=operator_id,
        kind="interruption",
        covers_all=False,
        reason="maintenance",
        reason_ja="設備の保守・工事",
        reason_en="Maintenance or works",
        started_at=NOW,
        started_by=STAFF,
    )
    purchase = NumberPurchase(
        operator_id=operator_id,
        area_code="045",
        asked_at=NOW,
        asked_by=STAFF,
        numbers=[
            PurchasedNumber(
                operator_id=operator_id,
                number=f"+8145{stock_text('045', 3000 + serial)[4:].replace('-', '')}",
                status="asked",
            )
        ],
    )
    session.add_all(
        [
            lasting,
            purchase,
            ServiceHalt(operator_id=operator_id, kind="restriction", covers_all=True, **over),
            ProhibitedAct(
                operator_id=operator_id,
                line_id=line.id,
                kind="mass-mail",
                happened_on=date(2026, 6, 1),
                evidence="通信記録",
                recorded_at=NOW,
                recorded_by=STAFF,
            ),
            LineSuspension(
                operator_id=operator_id,
                line_id=line.id,
                reason="unpaid",
                suspended_at=NOW,
                suspended_by=STAFF,
                lifted_at=NOW,
                lifted_by=STAFF,
            ),
        ]
    )
    session.flush()
    session.add(HaltedLine(halt_id=lasting.id, line_id=ended.id, operator_id=operator_id))
    session.flush()
    return LineRecords(free.id, lasting.id, purchase.id)


def _ended_line(session: Session, member: Member, serial: int) -> Line:
    line = make_line(session, member.operator_id, member=member, serial=serial)
    end_line(session, line, NOW, "task")
    move(line.stock_number, "quarantined")
    line.stock_number.quarantined_until = NOW + timedelta(days=180)
    session.flush()
    return line
