"""The monthly fees of lines after the first payment (NEX-12, NEX-18)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coworking.billing import (
    Posting,
    WayToPay,
    closing_day,
    days_of,
    month_after,
    months_ahead,
    post,
    reverse,
    standing_charges,
    ways_to_pay,
)
from coworking.kit.outbox import TaskContext, task
from coworking.membership import Contract, contracts_of
from telephony.numbers.fees import MONTHLY, FeeRules, RulesOfFees, fee_of_month, monthly_key, monthly_quantity
from telephony.numbers.models import Line

LINES_A_TASK = 500
MONTHS_LOOKED_BACK = 3
"""So far back a service that stood still is made good, and so long after its end a line's months are looked at."""
NOT_OWED = "line-ended"
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Month:
    key: str
    service_on: date
    quantity: int
    unit_price: Decimal
    amount: Decimal


@task("numbers.post-line-months")
def post_line_months(context: TaskContext, *, day: str) -> None:
    """A daily step: one task for every batch of lines."""
    assert context.operator_id is not None
    after_id = 0
    while ids := _line_ids(context, after_id):
        post_line_months_of_batch.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key=f"line-months:{context.operator_id}:{day}:{after_id}",
            day=day,
            after_id=after_id,
        )
        after_id = ids[-1]


@task("numbers.post-line-months-of-batch")
def post_line_months_of_batch(context: TaskContext, *, day: str, after_id: int) -> None:
    assert context.operator_id is not None
    rules = context.resource(RulesOfFees)[context.operator_id]
    ids = _line_ids(context, after_id)
    lines = context.session.scalars(select(Line).where(Line.id.in_(ids)).order_by(Line.id)).all()
    bring_months_up_to_date(context.session, rules, lines, context.clock.now())


def bring_months_up_to_date(session: Session, rules: FeeRules, lines: Sequence[Line], now: datetime) -> None:
    """Post every month of these lines that has begun or closed, from the first after the first payment, and take back
    those after a line's end. Doing it again changes nothing."""
    contracts = contracts_of(session, {line.member_id for line in lines})
    ways = ways_to_pay(session, rules.billing, contracts)
    owed = {line.id: list(_months_of(rules, line, now)) for line in lines}
    beyond = {line.id: list(_keys_beyond_end(rules, line, now)) for line in lines}
    known = standing_charges(
        session, [month.key for months in owed.values() for month in months] + [*_flat(beyond.values())]
    )
    for line in lines:
        postings = [
            posting
            for month in owed[line.id]
            if month.key not in known
            and (posting := _posting(rules, line, month, contracts[line.member_id], ways, now)) is not None
        ]
        post(session, line.operator_id, postings, now)
        for key in beyond[line.id]:
            if key in known:
                reverse(session, line.operator_id, key, reason=NOT_OWED, now=now)


def _line_ids(context: TaskContext, after_id: int) -> list[int]:
    ended_since = context.clock.now() - timedelta(days=31 * MONTHS_LOOKED_BACK)
    statement = (
        select(Line.id)
        .where(Line.id > after_id, or_(Line.ends_at.is_(None), Line.ends_at >= ended_since))
        .order_by(Line.id)
        .limit(LINES_A_TASK)
    )
    return list(context.session.scalars(statement))


def _months_of(rules: FeeRules, line: Line, now: datetime) -> Iterator[_Month]:
    """Every month from the first one after the first payment that may have closed by now, as far as the line serves."""
    plan = rules.numbers.line_plans[line.line_plan]
    starts_on = rules.calendar.local_date(line.starts_at)
    today = rules.calendar.local_date(now)
    first = month_after(starts_on, rules.billing.first_payment.months_for(starts_on))
    month = max(first, month_after(today, -MONTHS_LOOKED_BACK))
    last_served = _last_day(rules, line)
    while month <= month_after(today, months_ahead(rules.billing)) and (
        last_served is None or month <= last_served
    ):
        service_on = max(month, starts_on)
        quantity = monthly_quantity(plan)
        amount = quantity * fee_of_month(rules, plan, service_on)
        yield _Month(monthly_key(line.id, month), service_on, quantity, plan.monthly_fee, amount)
        month = month_after(month, 1)


def _keys_beyond_end(rules: FeeRules, line: Line, now: datetime) -> Iterator[str]:
    last_served = _last_day(rules, line)
    if last_served is None:
        return
    # The first payment may reach further than what has closed.
    last = month_after(rules.calendar.local_date(now), max(months_ahead(rules.billing), 12))
    month = month_after(last_served, 1)
    while month <= last:
        yield monthly_key(line.id, month)
        month = month_after(month, 1)


def _last_day(rules: FeeRules, line: Line) -> date | None:
    """The last local day on which a line serves, None while no end is known. One that ends as it begins has its first
    day."""
    if line.ends_at is None:
        return None
    return rules.calendar.local_date(max(line.ends_at - MOMENT, line.starts_at))


def _posting(
    rules: FeeRules,
    line: Line,
    month: _Month,
    contract: Contract,
    ways: Mapping[int, WayToPay],
    now: datetime,
) -> Posting | None:
    """None while the month has neither begun nor closed, or costs nothing."""
    today = rules.calendar.local_date(now)
    plan = contract.plan_on(month.service_on) or contract.plan
    schedule = rules.billing.schedule_for(MONTHLY, plan, ways[line.member_id].means)
    closes_on = closing_day(schedule, service_on=month.service_on, calendar=rules.calendar)
    if not month.amount or (month.service_on > today and closes_on >= today):
        return None
    days = days_of(schedule, service_on=month.service_on, posted_on=today, calendar=rules.calendar)
    return Posting(
        key=month.key,
        member_id=line.member_id,
        what=MONTHLY,
        quantity=month.quantity,
        unit_price=month.unit_price,
        amount=month.amount,
        tax_mode=rules.billing.tax_mode,
        service_month=f"{month.service_on:%Y-%m}",
        service_on=month.service_on,
        closes_on=days.closes_on,
        due_on=days.due_on,
        reason={"line_plan": line.line_plan},
        profile_version_id=rules.profile_version_id,
    )


def _flat(keys: Collection[list[str]]) -> Iterator[str]:
    for some in keys:
        yield from some
