"""Who pays by the time of use, at reception: the time is stated and paid ahead, what is beyond it is paid at the exit,
and less is not paid back (SAK-26, SAK-32, NET-06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import (
    NewUse,
    PaymentMeans,
    WayToPay,
    card_of,
    hand_back,
    record_use,
    require_taken,
    take_payment,
    way_to_pay,
)
from coworking.doors import errors
from coworking.doors.cards import lend_card, live_card_of
from coworking.doors.credentials import Credentials
from coworking.doors.door_log import Attempt, write_event
from coworking.doors.entering import begin_visit, hold_with_sharers, open_visit_of
from coworking.doors.leaving import check_out
from coworking.doors.models import DoorEvent, DoorVisit
from coworking.doors.profile import Means
from coworking.doors.rules import DoorRules, ReservedTimes
from coworking.doors.stays import DROP_IN
from coworking.kit.money import TaxMode, tax_on
from coworking.membership import (
    MemberFacts,
    MembershipNotActive,
    closure_of,
    is_staffed,
    opening_at,
)

LENT = "drop-in-card"
SERVED = frozenset({"active", "leaving"})
COUNTER = frozenset(
    {
        PaymentMeans.COUNTER_CASH,
        PaymentMeans.COUNTER_CARD,
        PaymentMeans.COUNTER_E_MONEY,
        PaymentMeans.COUNTER_QR,
    }
)

CardState = Literal["ok", "broken", "lost"]


@dataclass(frozen=True, slots=True)
class NewDropIn:
    """`way` None: as the member pays usually. `card` is the number of the card that is lent."""

    planned: timedelta
    way: WayToPay | None = None
    card: str | None = None


def begin_drop_in(
    session: Session,
    rules: DoorRules,
    credentials: Credentials,
    attempt: Attempt,
    new: NewDropIn,
    *,
    now: datetime,
) -> DoorVisit:
    """Enter a drop-in at reception and take the payment for the planned time. Who has scanned the entrance before is in
    since then. Raises `NotFound`, `MembershipNotActive`, `DropInOnly`, `SiteClosedNow`, `OutsideOpeningHours`,
    `ReceptionUnstaffed`, `PaymentMethodNotAllowed`, `BrandRequired`, `PaymentCardRequired`, `CardInUse`,
    `AlreadyInside`."""
    assert attempt.member_id is not None
    member = hold_with_sharers(session, rules, attempt.member_id)
    _require_welcome(session, rules, member, attempt)
    visit = open_visit_of(session, member.id)
    if visit is not None and visit.paid_until is not None:
        raise errors.AlreadyInside
    way = _way(session, rules, member, new.way)
    if visit is None:
        visit = begin_visit(session, rules, member, attempt, is_checked_in=False)
        write_event(session, attempt, "check-in", allowed=True, reason=None, now=now, visit_id=visit.id)
    until = visit.entered_at + new.planned
    use = record_use(
        session,
        rules.billing,
        member.id,
        NewUse(DROP_IN, visit.entered_at, until, paid_ahead=way.means is PaymentMeans.CARD),
        actor=attempt.actor,
        now=now,
    )
    visit.planned_until = until
    visit.paid_until = visit.entered_at + _paid_time(rules, member, new.planned)
    _pay(session, rules, member, way, use.amount, f"visit:{visit.id}:ahead", attempt.actor, now)
    if new.card is not None:
        lend_card(session, credentials, member, new.card, LENT, actor=attempt.actor, now=now)
    session.flush()
    return visit


def end_drop_in(
    session: Session,
    rules: DoorRules,
    reserved: ReservedTimes,
    attempt: Attempt,
    way: WayToPay | None,
    card_state: CardState,
    *,
    now: datetime,
) -> DoorVisit:
    """The exit at reception: time beyond what was paid is charged and paid, the lent card comes back, or costs what a
    lost one does. Who has scanned the exit before settles the visit of the day; one that reception has ended is over.
    Raises `NotFound`, `NotInside`, `PaymentMethodNotAllowed`, `BrandRequired`, `PaymentCardRequired`."""
    assert attempt.member_id is not None
    member = hold_with_sharers(session, rules, attempt.member_id)
    visit = open_visit_of(session, member.id) or _visit_of_today(session, rules, member.id, attempt.at)
    if visit is None:
        raise errors.NotInside
    if visit.left_at is None:
        check_out(session, rules, reserved, attempt, now=now)
    if visit.charged:
        used_way = _way(session, rules, member, way)
        key = f"visit:{visit.id}:extra"
        _pay(session, rules, member, used_way, visit.charged, key, attempt.actor, now)
    if live_card_of(session, member.id, LENT) is not None:
        hand_back(session, rules.billing, member.id, LENT, card_state, actor=attempt.actor, now=now)
    session.flush()
    return visit


def _require_welcome(session: Session, rules: DoorRules, member: MemberFacts, attempt: Attempt) -> None:
    if member.status not in SERVED:
        raise MembershipNotActive
    if not rules.pays_by_use(member.plan):
        raise errors.DropInOnly(plan=member.plan)
    if closure_of(session, attempt.office_id) is not None:
        raise errors.SiteClosedNow
    if opening_at(rules.membership, rules.calendar, attempt.at) is None:
        raise errors.OutsideOpeningHours
    if not is_staffed(rules.membership, rules.calendar, attempt.at):
        raise errors.ReceptionUnstaffed


def _way(session: Session, rules: DoorRules, member: MemberFacts, way: WayToPay | None) -> WayToPay:
    way = way or way_to_pay(session, rules.billing.profile, member.id)
    require_taken(rules.billing.profile, member, way)
    if way.means is PaymentMeans.CARD and card_of(session, member.id) is None:
        raise errors.PaymentCardRequired
    return way


def _paid_time(rules: DoorRules, member: MemberFacts, planned: timedelta) -> timedelta:
    """What was paid for: whole units of the price."""
    price = rules.billing.profile.price_of_use(DROP_IN, member.plan)
    assert price is not None
    unit = timedelta(minutes=price.unit_minutes or 1)
    return -(-planned // unit) * unit


def _pay(
    session: Session,
    rules: DoorRules,
    member: MemberFacts,
    way: WayToPay,
    amount: Decimal,
    key: str,
    actor: str,
    now: datetime,
) -> None:
    """Record what was paid at the counter; what goes by another way is collected from the invoice that is made at once.
    Doing it again changes nothing."""
    if way.means not in COUNTER or not amount:
        return
    profile, today = rules.billing.profile, rules.calendar.local_date(now)
    if profile.tax_mode is TaxMode.EXCLUDED:
        amount += tax_on(amount, profile.tax_rate_on(today))
    take_payment(session, rules.billing, member.id, way, int(amount), actor=actor, now=now, key=key)


def _visit_of_today(session: Session, rules: DoorRules, member_id: int, at: datetime) -> DoorVisit | None:
    latest = session.scalar(
        select(DoorVisit).where(DoorVisit.member_id == member_id).order_by(DoorVisit.id.desc()).limit(1)
    )
    calendar = rules.calendar
    if latest is None or calendar.local_date(latest.entered_at) != calendar.local_date(at):
        return None
    ended_at_reception = session.scalar(
        select(DoorEvent.id)
        .where(DoorEvent.member_id == member_id, DoorEvent.visit_id == latest.id)
        .where(DoorEvent.act == "check-out")
        .where(DoorEvent.means == Means.RECEPTION.value)
        .limit(1)
    )
    return latest if ended_at_reception is None else None


def attempt_at_reception(
    member_id: int, office_id: int, actor: str, at: datetime, people: int = 1
) -> Attempt:
    return Attempt(member_id, office_id, Means.RECEPTION, actor, at, people=people)
