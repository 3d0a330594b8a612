"""A number handed from one member to another (NEX-23), where the operator's terms allow it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.kit.errors import NotFound
from coworking.kit.events import tell
from coworking.membership import hold_member, require_service
from telephony.numbers.errors import LineAlreadyEnding, LineNotLive, LineSuspended, NotTransferable
from telephony.numbers.events import LineTransferred
from telephony.numbers.line_records import line_changed, locked_line
from telephony.numbers.lines import end_line, lend, require_line, require_not_last
from telephony.numbers.models import Line
from telephony.numbers.terms import LineRules


def require_transferable(rules: LineRules) -> None:
    """Raises `NotTransferable`."""
    if not rules.profile.transferable:
        raise NotTransferable


def transfer_line(
    session: Session, rules: LineRules, line_id: int, to_member_id: int, *, actor: str, now: datetime
) -> Line:
    """End the line and lend its number to the other member at once, as a new line: what belonged to the old one (calls,
    settings, registered phones, messages) stays with its member. No set-up fee is posted.

    Raises `NotTransferable`, `NotFound`, `LineNotLive`, `LineAlreadyEnding`, `LineSuspended`, `LastLineRequired` and
    whatever keeps the other member from renting a line.
    """
    require_transferable(rules)
    before = locked_line(session, line_id)
    if before is None:
        raise NotFound
    if before.status == "ended":
        raise LineNotLive
    if before.status == "suspended":
        raise LineSuspended
    if before.ends_at is not None:
        raise LineAlreadyEnding
    to_member = require_service(session, to_member_id, identity_required=rules.identity_required)
    require_not_last(session, rules, hold_member(session, before.member_id))
    number, starts_at = before.stock_number, before.starts_at
    require_line(session, rules, to_member, before.line_plan, number.area_code, now)
    end_line(session, before, now, actor)
    session.flush()
    line = lend(
        session,
        to_member,
        number,
        before.line_plan,
        starts_at=max(starts_at, now),
        base_address=None,
        now=now,
    )
    line_changed(session, before, "line.transferred", actor, now, {"to": f"line:{line.id}"})
    line_changed(session, line, "line.taken-over", actor, now, {"from": f"line:{before.id}"})
    tell(session, LineTransferred(from_line_id=before.id, line_id=line.id, at=now))
    return line
