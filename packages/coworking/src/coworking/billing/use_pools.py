"""What the uses that stand have left of a day's limit and of a month's free hours."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from coworking.billing.closing_days import month_after
from coworking.billing.dues_models import Use, UseTakenBack
from coworking.billing.rules import BillingRules
from coworking.membership import MemberFacts, sharing_members


def stands() -> ColumnElement[bool]:
    taken_back = select(UseTakenBack.use_id).where(UseTakenBack.use_id == Use.id)
    return ~taken_back.exists()


def standing_uses_of(session: Session, occasions: Collection[str]) -> list[Use]:
    """Those that belong to any of these, in the order of recording."""
    if not occasions:
        return []
    statement = select(Use).where(Use.occasion.in_(occasions), stands()).order_by(Use.id)
    return list(session.scalars(statement))


def charged_that_day(
    session: Session, member_id: int, purpose: str, day: date, without: Collection[int] = ()
) -> Decimal:
    """What the member's own uses of this purpose have come to on a local day; `without` are uses left out."""
    statement = select(func.sum(Use.amount, type_=Use.amount.type)).where(
        Use.member_id == member_id,
        Use.purpose == purpose,
        Use.counted_on == day,
        Use.guests == 0,
        Use.id.not_in(without),
        stands(),
    )
    return session.scalar(statement) or Decimal(0)


def free_minutes_left(
    session: Session, rules: BillingRules, member: MemberFacts, day: date, without: Collection[int] = ()
) -> int:
    """Of the plan's free hours of reserved spaces in the month of a local day. Those who share a membership share them
    (SAK-16, SAK-17, SAK-25)."""
    free_hours = rules.membership.plans[member.plan].free_space_hours
    if not free_hours:
        return 0
    month = day.replace(day=1)
    used = session.scalar(
        select(func.sum(Use.free_minutes)).where(
            Use.member_id.in_(sharing_members(session, member.id)),
            Use.counted_on >= month,
            Use.counted_on < month_after(month, 1),
            Use.id.not_in(without),
            stands(),
        )
    )
    return max(free_hours * 60 - (used or 0), 0)
