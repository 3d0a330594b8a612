"""Fees that staff charge, or that an act of the member costs: at the profile's price, or at what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from coworking.billing.at_once import ask_for_invoice, closes_at_once
from coworking.billing.charge_errors import (
    AmountFixed,
    AmountRequired,
    FeeNotForPlan,
    FeeUnknown,
    ItemUnknown,
)
from coworking.billing.charges import Posting, post, reverse
from coworking.billing.days_of_charges import days_of
from coworking.billing.dues_models import FeeRecord
from coworking.billing.item_events import ItemHandedBack, ItemState
from coworking.billing.payment_methods import way_to_pay
from coworking.billing.price_fields import Fee, FixedFee
from coworking.billing.profile import BillingProfile
from coworking.billing.rules import BillingRules
from coworking.kit.audit import record
from coworking.kit.events import tell
from coworking.kit.money import plain
from coworking.membership import (
    DamageReported,
    EventSignedUp,
    EventSignUpCancelled,
    MemberFacts,
    PlanChanged,
    facts,
)

LOST = "lost"
PLAN_CHANGE = "plan-change"
EVENT_FEE = "event-fee"
DAMAGE = "damage"
DISPOSAL = "disposal"


@dataclass(frozen=True, slots=True)
class NewFee:
    """`amount` is one's, in yen by the profile's tax mode, for what is charged at cost; None takes the profile's price.
    `note` says why, for staff."""

    what: str
    service_on: date
    quantity: int = 1
    amount: Decimal | None = None
    note: str = ""


def charge_fee(
    session: Session, rules: BillingRules, member_id: int, new: NewFee, *, actor: str, now: datetime
) -> FeeRecord:
    """Charge a fee of the profile and keep why; what the profile prices by use (SAK-42), or by month or year (JSUG-16),
    is charged at what staff found that it came to, beside what falls due by itself.
    Raises `NotFound`, `FeeUnknown`, `FeeNotForPlan`, `AmountRequired`, `AmountFixed`."""
    member = facts(session, member_id)
    fee = rules.profile.fees.get(new.what)
    if fee is None and new.what not in _priced_otherwise(rules.profile):
        allowed = (*rules.profile.fees, *_priced_otherwise(rules.profile))
        raise FeeUnknown(what=new.what, allowed=", ".join(allowed))
    if fee is not None and fee.member_plans and member.plan not in fee.member_plans:
        raise FeeNotForPlan(what=new.what, plan=member.plan, allowed=", ".join(fee.member_plans))
    unit_price = _price_of(fee, new)
    entry = FeeRecord(
        operator_id=member.operator_id,
        member_id=member_id,
        what=new.what,
        quantity=new.quantity,
        amount=unit_price * new.quantity,
        service_on=new.service_on,
        note=new.note,
        recorded_at=now,
        recorded_by=actor,
    )
    session.add(entry)
    session.flush()
    key = f"member:{member_id}:fee:{entry.id}"
    _post(session, rules, member, key, new, unit_price, {"fee_record": entry.id}, now)
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="fee.charged",
        subject=f"member:{member_id}",
        details={"what": new.what, "quantity": new.quantity, "amount": plain(entry.amount)},
    )
    return entry


def charge_once(
    session: Session,
    rules: BillingRules,
    member_id: int,
    what: str,
    *,
    key: str,
    service_on: date,
    now: datetime,
    amount: Decimal | None = None,
) -> None:
    """Charge what an act of the member costs, under a key of the act's own, if the operator has such a fee for this
    member. `amount` is what it cost, for what is charged at cost. Doing it again changes nothing."""
    fee = rules.profile.fees.get(what)
    price = fee.amount if isinstance(fee, FixedFee) else amount
    if fee is None or not price:
        return
    member = facts(session, member_id)
    if fee.member_plans and member.plan not in fee.member_plans:
        return
    _post(session, rules, member, _act_key(member_id, key), NewFee(what, service_on), price, {}, now)


def charge_event_fee(session: Session, rules: BillingRules, told: EventSignedUp) -> None:
    """An event that is not free (JSUG-16), as of the sign-up."""
    charge_once(
        session,
        rules,
        told.member_id,
        EVENT_FEE,
        key=_sign_up_key(told.sign_up_id),
        service_on=rules.calendar.local_date(told.at),
        now=told.at,
        amount=told.price,
    )


def take_back_event_fee(session: Session, told: EventSignUpCancelled) -> None:
    operator_id = facts(session, told.member_id).operator_id
    key = _act_key(told.member_id, _sign_up_key(told.sign_up_id))
    reverse(session, operator_id, key, reason="sign-up-cancelled", now=told.at)


def charge_damage(session: Session, rules: BillingRules, told: DamageReported) -> None:
    """Damage and loss (SAK-35, NET-26); what was left behind costs its disposal (NET-20) where the operator has a fee
    of its own for that."""
    is_disposal = told.reference.startswith("lost-thing:") and DISPOSAL in rules.profile.fees
    charge_once(
        session,
        rules,
        told.member_id,
        DISPOSAL if is_disposal else DAMAGE,
        key=told.reference,
        service_on=rules.calendar.local_date(told.at),
        now=told.at,
        amount=told.amount,
    )


def _act_key(member_id: int, key: str) -> str:
    return f"member:{member_id}:fee:{key}"


def _sign_up_key(sign_up_id: int) -> str:
    return f"sign-up:{sign_up_id}"


def charge_plan_change(session: Session, rules: BillingRules, told: PlanChanged) -> None:
    """The fee for a change of plan (SAK-29), of the day on which it was asked."""
    charge_once(
        session,
        rules,
        told.member_id,
        PLAN_CHANGE,
        key=f"{PLAN_CHANGE}:{told.starts_on}:{told.plan}",
        service_on=rules.calendar.local_date(told.at),
        now=told.at,
    )


def hand_back(
    session: Session,
    rules: BillingRules,
    member_id: int,
    item: str,
    state: ItemState,
    *,
    actor: str,
    now: datetime,
) -> FeeRecord | None:
    """A lent item comes back, broken, or not at all: what is unusable costs as much as what is lost (SAK-12). None
    where nothing is charged. Raises `NotFound`, `ItemUnknown`, and what `charge_fee` raises."""
    facts(session, member_id)
    what = f"{LOST}:{item}"
    if what not in rules.profile.fees:
        items = [name.removeprefix(f"{LOST}:") for name in rules.profile.fees if name.startswith(f"{LOST}:")]
        raise ItemUnknown(item=item, allowed=", ".join(items))
    tell(session, ItemHandedBack(member_id, item, state, actor, now))
    if state == "ok":
        _record_return(session, member_id, item, actor, now)
        return None
    new = NewFee(what, rules.calendar.local_date(now), note=state)
    return charge_fee(session, rules, member_id, new, actor=actor, now=now)


def _record_return(session: Session, member_id: int, item: str, actor: str, now: datetime) -> None:
    record(
        session,
        operator_id=facts(session, member_id).operator_id,
        at=now,
        actor=actor,
        action="item.handed-back",
        subject=f"member:{member_id}",
        details={"item": item},
    )


def _priced_otherwise(profile: BillingProfile) -> list[str]:
    """By use, by month or by year."""
    dues = sorted({str(price.charged_as) for price in profile.dues.values()})
    return [*profile.uses, *dues, *(f"option:{name}" for name in profile.options)]


def _price_of(fee: Fee | None, new: NewFee) -> Decimal:
    if isinstance(fee, FixedFee):
        if new.amount is not None and new.amount != fee.amount:
            raise AmountFixed(what=new.what, amount=plain(fee.amount))
        return fee.amount
    if new.amount is None:
        raise AmountRequired(what=new.what)
    return new.amount


def _post(
    session: Session,
    rules: BillingRules,
    member: MemberFacts,
    key: str,
    new: NewFee,
    unit_price: Decimal,
    reason: dict[str, int],
    now: datetime,
) -> None:
    means = way_to_pay(session, rules.profile, member.id).means
    schedule = rules.profile.schedule_for(new.what, member.plan, means)
    days = days_of(
        schedule,
        service_on=new.service_on,
        posted_on=rules.calendar.local_date(now),
        calendar=rules.calendar,
    )
    posting = Posting(
        key=key,
        member_id=member.id,
        what=new.what,
        quantity=new.quantity,
        unit_price=unit_price,
        amount=unit_price * new.quantity,
        tax_mode=rules.profile.tax_mode,
        service_month=f"{new.service_on:%Y-%m}",
        service_on=new.service_on,
        closes_on=days.closes_on,
        due_on=days.due_on,
        reason=reason,
        profile_version_id=rules.profile_version_id,
    )
    post(session, member.operator_id, [posting], now)
    if closes_at_once(schedule, posting, rules, now):
        ask_for_invoice(session, member.operator_id, member.id, now)
