"""What members let the calls of a month cost at most, by their own wish."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.audit import record
from coworking.kit.money import plain
from coworking.membership import get_member
from telephony.forwarding.cap_counts import counted
from telephony.forwarding.cap_events import OWN_CAP, barring, member_subject
from telephony.forwarding.cap_models import MemberCap
from telephony.forwarding.caps import keep_caps, lift_cap
from telephony.forwarding.errors import CapTooHigh
from telephony.forwarding.rules import CallRules
from telephony.metering import live_legs
from telephony.numbers import list_lines

DAYS_OF_MONTH = 31


def own_cap(session: Session, member_id: int) -> Decimal | None:
    """Yen a month; None where the member has set none. Raises `NotFound`."""
    get_member(session, member_id)
    return session.scalar(select(MemberCap.yen_per_month).where(MemberCap.member_id == member_id))


def set_own_cap(
    session: Session,
    rules: CallRules,
    member_id: int,
    yen_per_month: Decimal | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """Set or take away (None) a member's own cap, which counts at once. It can only be lower than what the operator
    allows in a month of its daily caps. Raises `NotFound`, `CapTooHigh`."""
    member = get_member(session, member_id)
    most = rules.tariffs.metering.caps.member.yen_per_day * DAYS_OF_MONTH
    if yen_per_month is not None and yen_per_month > most:
        raise CapTooHigh(most=plain(most))
    before = own_cap(session, member_id)
    if yen_per_month is None:
        session.execute(delete(MemberCap).where(MemberCap.member_id == member_id))
    else:
        statement = insert(MemberCap).values(
            member_id=member_id,
            operator_id=member.operator_id,
            yen_per_month=yen_per_month,
            set_by=actor,
            set_at=now,
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["member_id"],
                set_={name: statement.excluded[name] for name in ("yen_per_month", "set_by", "set_at")},
            )
        )
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="own-cap.changed",
        subject=member_subject(member_id),
        details={
            "before": plain(before) if before is not None else None,
            "after": plain(yen_per_month) if yen_per_month is not None else None,
        },
    )
    for event in barring(session, [member_subject(member_id)]):
        if event.what == OWN_CAP:
            lift_cap(session, rules, event.id, actor=actor, now=now)
    lines = {line.id: member_id for line in list_lines(session, member_id=member_id)}
    if yen_per_month is not None and lines:
        live = live_legs(session, rules.tariffs, now, list(lines))
        found = counted(session, rules.tariffs.calendar, member.operator_id, lines, live, now)
        keep_caps(session, rules, found, now)
