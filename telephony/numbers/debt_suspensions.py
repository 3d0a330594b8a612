"""Lines of a member in arrears: suspended for the debt, and served again when it is settled (NEX-19, NEX-30)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.numbers.line_record_models import LineSuspension
from telephony.numbers.models import Line
from telephony.numbers.suspensions import lift_suspension, suspend_line
from telephony.numbers.terms import LineRules

UNPAID: Final = "unpaid"
ACTOR: Final = "arrears"


def suspend_for_debt(session: Session, rules: LineRules, member_id: int, now: datetime) -> None:
    """Suspend every line of the member that serves or will, where the operator has unpaid charges among its reasons."""
    if UNPAID not in rules.profile.suspension_reasons:
        return
    live = select(Line.id).where(Line.member_id == member_id, Line.status.not_in(("suspended", "ended")))
    for line_id in session.scalars(live.order_by(Line.id)).all():
        suspend_line(session, rules, line_id, UNPAID, actor=ACTOR, now=now)


def serve_after_debt(session: Session, member_id: int, now: datetime) -> None:
    """Take the member's lines up again that were suspended for unpaid charges, and no others."""
    suspended = (
        select(Line.id)
        .join(LineSuspension, LineSuspension.line_id == Line.id)
        .where(
            Line.member_id == member_id,
            Line.status == "suspended",
            LineSuspension.lifted_at.is_(None),
            LineSuspension.reason == UNPAID,
        )
    )
    for line_id in session.scalars(suspended.order_by(Line.id)).all():
        lift_suspension(session, line_id, actor=ACTOR, now=now)
