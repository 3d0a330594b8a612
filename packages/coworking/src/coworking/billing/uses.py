"""Uses that are paid as they come: seats, spaces and time beyond the plan's hours, printed pages."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from coworking.billing.at_once import ask_for_card_payment, ask_for_invoice, closes_at_once
from coworking.billing.charge_errors import (
    NothingPrinted,
    UnstaffedHours,
    UseIsOfThings,
    UseIsOfTime,
    UseNotOffered,
    UseTimesWrong,
)
from coworking.billing.charges import Posting, post
from coworking.billing.days_of_charges import ChargeDays, days_of
from coworking.billing.dues_models import Use
from coworking.billing.payment_methods import way_to_pay
from coworking.billing.price_fields import UnitPrice
from coworking.billing.rules import BillingRules
from coworking.billing.use_pools import charged_that_day, free_minutes_left
from coworking.billing.use_prices import PricedUse, price_of_things, price_of_time
from coworking.kit.audit import record
from coworking.membership import (
    MemberFacts,
    MembershipNotActive,
    contract_of,
    hold_member,
    hold_sharing_members,
    is_staffed,
)

LONGEST_USE = timedelta(hours=24)
SPACE = "space:"
PRINTING = "printing"
OVERTIME = "overtime"
PRINTED_KINDS = ("black", "colour")
RUNNING = frozenset({"active", "leaving"})


@dataclass(frozen=True, slots=True)
class NewUse:
    """Of time in [starts_at, ends_at), or of `quantity` things at `starts_at`. `occasion` is a reference to what it
    belongs to, such as `reservation:7`. With `guests` it is the time of so many other people, each at the price of one
    with a day's limit of their own, and without free hours. `paid_ahead`: the registered card is charged at once,
    however the member pays otherwise. It costs what members on `plan` pay, if that is not the member's plan of now."""

    purpose: str
    starts_at: datetime
    ends_at: datetime | None = None
    quantity: int | None = None
    occasion: str | None = None
    guests: int = 0
    paid_ahead: bool = False
    plan: str | None = None


def record_use(
    session: Session, rules: BillingRules, member_id: int, new: NewUse, *, actor: str, now: datetime
) -> Use:
    """Record a use and charge it. Free hours of spaces are one pool a month; the limit of a day counts the uses of one
    purpose on the local day of their start, in the order of recording. Raises `NotFound`, `UseNotOffered`,
    `UseTimesWrong`, `UseIsOfTime`, `UseIsOfThings`, `UnstaffedHours`."""
    hold_sharing_members(session, member_id)
    member = hold_member(session, member_id)
    member = replace(member, plan=new.plan or member.plan)
    price = offered(rules, member, new.purpose)
    _require_staffed(rules, member, price, new.starts_at)
    counted_on = rules.calendar.local_date(new.starts_at)
    priced = price_now(session, rules, member, price, new)
    use = Use(
        operator_id=member.operator_id,
        member_id=member_id,
        purpose=new.purpose,
        starts_at=new.starts_at,
        ends_at=new.ends_at,
        counted_on=counted_on,
        quantity=priced.units,
        free_minutes=priced.free_minutes,
        amount=priced.amount,
        recorded_at=now,
        recorded_by=actor,
        occasion=new.occasion,
        guests=new.guests,
        paid_ahead=new.paid_ahead,
    )
    session.add(use)
    session.flush()
    if priced.amount:
        reason: dict[str, Any] = {"use": use.id, "units": priced.units}
        _post(session, rules, member, use, use.quantity, price.amount, reason, now)
    _record(session, member, new.purpose, actor, now)
    return use


def print_pages(
    session: Session,
    rules: BillingRules,
    member_id: int,
    pages: dict[str, int],
    *,
    actor: str,
    now: datetime,
) -> Decimal:
    """Charge a print job of so many pages by kind, in one charge; nothing with an option that includes printing
    (SAK-24). Returns what it cost. Who is no member in these days prints nothing; what was used without right staff
    record as a use (SAK-42). Raises `NotFound`, `MembershipNotActive`, `NothingPrinted`, `UseNotOffered`,
    `UnstaffedHours`."""
    member = hold_member(session, member_id)
    if member.status not in RUNNING:
        raise MembershipNotActive
    printed = {kind: count for kind, count in pages.items() if count}
    if not printed:
        raise NothingPrinted
    prices = {kind: offered(rules, member, f"{PRINTING}:{kind}") for kind in printed}
    for price in prices.values():
        _require_staffed(rules, member, price, now)
    options = _options_on(session, rules, member, now)
    job = {
        kind: price_of_things(
            prices[kind], count, is_included=any(name in prices[kind].included_in for name in options)
        )
        for kind, count in printed.items()
    }
    amount = sum((one.amount for one in job.values()), start=Decimal(0))
    use = Use(
        operator_id=member.operator_id,
        member_id=member_id,
        purpose=PRINTING,
        starts_at=now,
        counted_on=rules.calendar.local_date(now),
        quantity=sum(printed.values()),
        amount=amount,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(use)
    session.flush()
    if amount:
        # One price where the pages are of one kind; otherwise the job is the unit.
        is_plain = len(printed) == 1
        unit_price = prices[next(iter(printed))].amount if is_plain else amount
        reason = {"use": use.id, "pages": printed}
        _post(session, rules, member, use, use.quantity if is_plain else 1, unit_price, reason, now)
    _record(session, member, PRINTING, actor, now)
    return amount


def offered(rules: BillingRules, member: MemberFacts, purpose: str) -> UnitPrice:
    price = rules.profile.price_of_use(purpose, member.plan)
    if price is None:
        raise UseNotOffered(purpose=purpose, plan=member.plan)
    return price


def _require_staffed(rules: BillingRules, member: MemberFacts, price: UnitPrice, at: datetime) -> None:
    if member.plan in price.staffed_only and not is_staffed(rules.membership, rules.calendar, at):
        raise UnstaffedHours


def price_now(
    session: Session,
    rules: BillingRules,
    member: MemberFacts,
    price: UnitPrice,
    new: NewUse,
    *,
    without: Collection[int] = (),
) -> PricedUse:
    """What a use costs beside all those that stand but for the ones left out. Raises `UseTimesWrong`, `UseIsOfTime`,
    `UseIsOfThings`."""
    counted_on = rules.calendar.local_date(new.starts_at)
    charged = charged_that_day(session, member.id, new.purpose, counted_on, without)
    if price.unit_minutes is None:
        if new.quantity is None or new.ends_at is not None:
            raise UseIsOfThings(purpose=new.purpose)
        options = _options_on(session, rules, member, new.starts_at)
        included = any(name in price.included_in for name in options)
        return price_of_things(price, new.quantity, charged_that_day=charged, is_included=included)
    if new.ends_at is None or new.quantity is not None:
        raise UseIsOfTime(purpose=new.purpose)
    duration = new.ends_at - new.starts_at
    if not timedelta(0) < duration <= LONGEST_USE:
        raise UseTimesWrong(most_hours=int(LONGEST_USE / timedelta(hours=1)))
    if new.guests:
        of_one = price_of_time(price, duration)
        return PricedUse(of_one.units * new.guests, of_one.amount * new.guests)
    is_space = new.purpose.startswith(SPACE)
    free = free_minutes_left(session, rules, member, counted_on, without) if is_space else 0
    return price_of_time(price, duration, charged_that_day=charged, free_minutes_left=free)


def _options_on(session: Session, rules: BillingRules, member: MemberFacts, at: datetime) -> set[str]:
    day = rules.calendar.local_date(at)
    own = {span.name for span in contract_of(session, member.id).options if span.holds(day)}
    return own | set(rules.membership.plans[member.plan].includes)


def _post(
    session: Session,
    rules: BillingRules,
    member: MemberFacts,
    use: Use,
    quantity: int,
    unit_price: Decimal,
    reason: dict[str, Any],
    now: datetime,
) -> None:
    means = way_to_pay(session, rules.profile, member.id).means
    schedule = rules.profile.schedule_for(use.purpose, member.plan, means)
    today = rules.calendar.local_date(now)
    days = days_of(schedule, service_on=use.counted_on, posted_on=today, calendar=rules.calendar)
    if use.paid_ahead:
        days = ChargeDays(today, today)
    posting = Posting(
        key=charge_key(use),
        member_id=member.id,
        what=_charged_as(use.purpose),
        quantity=quantity,
        unit_price=unit_price,
        amount=use.amount,
        tax_mode=rules.profile.tax_mode,
        service_month=f"{use.counted_on:%Y-%m}",
        service_on=use.counted_on,
        closes_on=days.closes_on,
        due_on=days.due_on,
        reason=reason,
        profile_version_id=rules.profile_version_id,
    )
    post(session, member.operator_id, [posting], now)
    if use.paid_ahead:
        ask_for_card_payment(session, member.operator_id, member.id, posting.key, now)
    elif closes_at_once(schedule, posting, rules, now):
        ask_for_invoice(session, member.operator_id, member.id, now)


def _charged_as(purpose: str) -> str:
    """Kinds of overtime have prices of their own, and are charged as what they are."""
    return OVERTIME if purpose.startswith(f"{OVERTIME}:") else purpose


def charge_key(use: Use) -> str:
    return f"member:{use.member_id}:use:{use.id}"


def _record(session: Session, member: MemberFacts, purpose: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="use.recorded",
        subject=f"member:{member.id}",
        details={"purpose": purpose},
    )
