"""What lines, members and the operator have used of what caps count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from coworking.kit.calendars import BusinessCalendar
from telephony.forwarding.cap_events import line_subject, member_subject, operator_subject
from telephony.forwarding.cap_models import MemberCap
from telephony.forwarding.models import Call
from telephony.metering import BilledLeg, Count, LiveLeg, month_span

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts by subject, and the own caps of the members among them."""

    counts: Mapping[str, Count]
    own_caps: Mapping[str, Decimal]


def counted(
    session: Session,
    calendar: BusinessCalendar,
    operator_id: int,
    lines: Mapping[int, int],
    live: Sequence[LiveLeg],
    now: datetime,
) -> Counted:
    """Of these lines (with their members), these members, and the operator. `live` is what is going on and not billed
    yet; left out, it is not counted."""
    found: dict[str, Count] = defaultdict(Count)
    member_ids = set(lines.values())
    subjects = {
        *map(line_subject, lines),
        *map(member_subject, member_ids),
        operator_subject(operator_id),
    }

    def add(line_id: int | None, member_id: int | None, **more: Any) -> None:
        for name in _names(operator_id, line_id, member_id):
            if name in subjects:
                count = found[name]
                found[name] = replace(
                    count, **{field: getattr(count, field) + value for field, value in more.items()}
                )

    for line_id, member_id, concurrent, recent in _calls(session, now):
        add(line_id, member_id, concurrent_calls=concurrent, calls_in_minute=recent)
    for subject, seconds, yen in _billed_today(session, calendar, operator_id, lines, member_ids, now):
        found[subject] = replace(found[subject], seconds_of_day=seconds, yen_of_day=yen)
    own_caps = _own_caps(session, member_ids)
    for subject, yen in _billed_this_month(session, calendar, own_caps, now):
        found[subject] = replace(found[subject], yen_of_month=yen)
    for leg in live:
        add(
            leg.call.line_id,
            leg.call.member_id,
            seconds_of_day=leg.seconds,
            yen_of_day=leg.amount,
            yen_of_month=leg.amount,
        )
    return Counted(
        {subject: found[subject] for subject in sorted(subjects)},
        {member_subject(member_id): cap for member_id, cap in own_caps.items()},
    )


def _names(operator_id: int, line_id: int | None, member_id: int | None) -> Iterable[str]:
    """All whom something that a line did counts for."""
    yield operator_subject(operator_id)
    if line_id is not None:
        yield line_subject(line_id)
    if member_id is not None:
        yield member_subject(member_id)


def _calls(session: Session, now: datetime) -> Iterable[tuple[int | None, int | None, int, int]]:
    """By line and member: calls that are going on, calls that began within the last minute."""
    recent = Call.started_at > now - MINUTE
    statement = (
        select(
            Call.line_id,
            Call.member_id,
            func.count().filter(Call.status != "ended"),
            func.count().filter(recent),
        )
        .where(or_(recent, Call.status != "ended"))
        .group_by(Call.line_id, Call.member_id)
    )
    return session.execute(statement)


def _billed_today(
    session: Session,
    calendar: BusinessCalendar,
    operator_id: int,
    line_ids: Collection[int],
    member_ids: Collection[int],
    now: datetime,
) -> Iterable[tuple[str, int, Decimal]]:
    figures = (
        func.coalesce(func.sum(BilledLeg.seconds), 0),
        func.coalesce(
            func.sum(BilledLeg.amount, type_=BilledLeg.amount.type),
            literal(Decimal(0), BilledLeg.amount.type),
        ),
    )
    today = BilledLeg.counted_on == calendar.local_date(now)
    each = (
        select(literal("line"), BilledLeg.line_id, *figures)
        .where(today, BilledLeg.line_id.in_(line_ids))
        .group_by(BilledLeg.line_id),
        select(literal("member"), BilledLeg.member_id, *figures)
        .where(today, BilledLeg.member_id.in_(member_ids))
        .group_by(BilledLeg.member_id),
        select(literal("operator"), literal(operator_id, BigInteger), *figures).where(today),
    )
    for kind, key, seconds, yen in session.execute(union_all(*each)):
        yield f"{kind}:{key}", seconds, yen


def _own_caps(session: Session, member_ids: Collection[int]) -> dict[int, Decimal]:
    statement = select(MemberCap.member_id, MemberCap.yen_per_month).where(
        MemberCap.member_id.in_(member_ids)
    )
    return dict(session.execute(statement).all())


def _billed_this_month(
    session: Session, calendar: BusinessCalendar, own_caps: Mapping[int, Decimal], now: datetime
) -> Iterable[tuple[str, Decimal]]:
    if not own_caps:
        return
    span = month_span(calendar, calendar.local_month(now))
    statement = (
        select(BilledLeg.member_id, func.sum(BilledLeg.amount, type_=BilledLeg.amount.type))
        .where(BilledLeg.member_id.in_(own_caps), BilledLeg.counted_on.between(span.first, span.last))
        .group_by(BilledLeg.member_id)
    )
    for member_id, yen in session.execute(statement):
        yield member_subject(member_id), yen
