"""Posting dues and options, each month's once, and bringing them up to date with what was agreed since."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.charges import Posting, post, reverse
from coworking.billing.closing_days import month_after
from coworking.billing.days_of_charges import ChargeDays, closing_day, days_of, months_ahead
from coworking.billing.dues_models import FirstChargedMonth
from coworking.billing.models import Charge
from coworking.billing.owed_months import Owed, owed_in
from coworking.billing.payment_methods import ways_to_pay
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.outbox import TaskContext, task
from coworking.membership import Contract, contracts_of, members_to_charge

MEMBERS_A_TASK = 500
MONTHS_LOOKED_BACK = 3
"""Terms change from the present month on; so far back a change that was entered late, or a service that stood still,
is still made good."""
NOT_OWED = "not-owed"


@dataclass(frozen=True, slots=True)
class _Standing:
    """`month` is the 1st of its service month."""

    month: date
    reason: Mapping[str, Any]

    @property
    def is_first_payment(self) -> bool:
        return bool(self.reason.get("first_payment"))

    def rests_on(self, owed: Owed) -> bool:
        return all(self.reason.get(name) == fact for name, fact in owed.basis.items())


@task("billing.post-dues")
def post_dues(context: TaskContext, *, day: str) -> None:
    """A daily step: one task for every batch of members."""
    assert context.operator_id is not None
    since = month_after(date.fromisoformat(day), -MONTHS_LOOKED_BACK)
    after_id = 0
    while True:
        ids = members_to_charge(context.session, after_id=after_id, limit=MEMBERS_A_TASK, ended_since=since)
        if not ids:
            return
        post_dues_of_batch.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=context.clock.now(),
            key=f"dues:{context.operator_id}:{day}:{after_id}",
            day=day,
            after_id=after_id,
        )
        after_id = ids[-1]


@task("billing.post-dues-of-batch")
def post_dues_of_batch(context: TaskContext, *, day: str, after_id: int) -> None:
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    since = month_after(date.fromisoformat(day), -MONTHS_LOOKED_BACK)
    ids = members_to_charge(context.session, after_id=after_id, limit=MEMBERS_A_TASK, ended_since=since)
    bring_up_to_date(context.session, rules, ids, context.clock.now())


def bring_up_to_date(session: Session, rules: BillingRules, member_ids: Sequence[int], now: datetime) -> None:
    """Post what these members owe for every month that has begun or closed, correct what stands on other facts than
    hold now, take back what is not owed. Doing it again changes nothing."""
    contracts = contracts_of(session, member_ids)
    today = rules.calendar.local_date(now)
    earliest = month_after(today, -MONTHS_LOOKED_BACK)
    ways = ways_to_pay(session, rules.profile, contracts)
    begun = _first_months(session, contracts)
    standing = _standing_of(session, contracts, earliest)
    for contract in contracts.values():
        member_id = contract.member_id
        first = max(earliest, begun.get(member_id, earliest))
        stands = {key: one for key, one in standing.get(member_id, {}).items() if one.month >= first}
        last = max(
            month_after(today, months_ahead(rules.profile)), *(one.month for one in stands.values()), first
        )
        owed = [one for month in _months(first, last) for one in owed_in(rules, contract, month)]
        _post_owed(session, rules, contract, owed, stands, ways[member_id].means, now)
        _take_back(session, rules, contract, {one.key for one in owed}, stands, now)


def charge_from(session: Session, operator_id: int, member_id: int, month: date) -> None:
    """The months before this one (its 1st) were charged elsewhere, as for a member who was taken over."""
    row = {"operator_id": operator_id, "member_id": member_id, "month": month.replace(day=1)}
    statement = insert(FirstChargedMonth).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id"], set_={"month": statement.excluded.month}
        )
    )


def dues_posting(
    rules: BillingRules, contract: Contract, owed: Owed, days: ChargeDays, **facts: Any
) -> Posting:
    """`facts` go into the charge's reason beside those that make the amount."""
    return Posting(
        key=owed.key,
        member_id=contract.member_id,
        what=owed.what,
        quantity=1,
        unit_price=owed.unit_price,
        amount=owed.amount,
        tax_mode=rules.profile.tax_mode,
        service_month=f"{owed.service_on:%Y-%m}",
        service_on=owed.service_on,
        closes_on=days.closes_on,
        due_on=days.due_on,
        reason={**owed.basis, **facts},
        profile_version_id=rules.profile_version_id,
    )


def _post_owed(
    session: Session,
    rules: BillingRules,
    contract: Contract,
    owed: Sequence[Owed],
    stands: Mapping[str, _Standing],
    means: PaymentMeans,
    now: datetime,
) -> None:
    today = rules.calendar.local_date(now)
    postings = []
    for one in owed:
        standing = stands.get(one.key)
        schedule = rules.profile.schedule_for(one.what, one.plan, means)
        if standing is None:
            closes_on = closing_day(schedule, service_on=one.service_on, calendar=rules.calendar)
            if one.service_on > today and closes_on >= today:
                continue
        elif standing.rests_on(one):
            continue
        days = days_of(schedule, service_on=one.service_on, posted_on=today, calendar=rules.calendar)
        facts = {"first_payment": True} if standing is not None and standing.is_first_payment else {}
        postings.append(dues_posting(rules, contract, one, days, **facts))
    post(session, contract.operator_id, postings, now)


def _take_back(
    session: Session,
    rules: BillingRules,
    contract: Contract,
    owed: Set[str],
    stands: Mapping[str, _Standing],
    now: datetime,
) -> None:
    """Reverse what is not owed. Of the first payment, where the operator refunds nothing, only what later invoices can
    take up: months of a contract that goes on, as in a pause (SAK-30), not those after its end (SAK-05)."""
    for key, standing in stands.items():
        goes_on = contract.ends_on is None or standing.month <= contract.ends_on
        if key not in owed and (goes_on or rules.profile.refunds or not standing.is_first_payment):
            reverse(session, contract.operator_id, key, reason=NOT_OWED, now=now)


def _months(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = month_after(month, 1)


def _first_months(session: Session, member_ids: Collection[int]) -> dict[int, date]:
    rows = session.scalars(select(FirstChargedMonth).where(FirstChargedMonth.member_id.in_(member_ids)))
    return {row.member_id: row.month for row in rows}


def _standing_of(
    session: Session, member_ids: Collection[int], earliest: date
) -> dict[int, dict[str, _Standing]]:
    """What stands of dues and options for months from `earliest`, by member and key."""
    rows = session.execute(
        select(
            Charge.id, Charge.member_id, Charge.key, Charge.service_month, Charge.reason, Charge.reverses_id
        )
        .where(
            Charge.member_id.in_(member_ids),
            Charge.service_month >= f"{earliest:%Y-%m}",
            Charge.key.regexp_match(r"^member:[0-9]+:(dues|option):"),
        )
        .order_by(Charge.id)
    ).all()
    reversed_ids = {row.reverses_id for row in rows if row.reverses_id is not None}
    found: dict[int, dict[str, _Standing]] = {}
    for row in rows:
        if row.reverses_id is None and row.id not in reversed_ids:
            month = date.fromisoformat(f"{row.service_month}-01")
            found.setdefault(row.member_id, {})[row.key] = _Standing(month, row.reason)
    return found
