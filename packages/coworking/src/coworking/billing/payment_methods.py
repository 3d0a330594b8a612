"""The way to pay that each member has."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.errors import PaymentMethodNotAllowed
from coworking.billing.payment_models import PaymentMethod
from coworking.billing.profile import BillingProfile, PaymentChoice, PaymentMeans
from coworking.kit.audit import record
from coworking.membership import Contract, MeansNamed, MemberFacts, facts


@dataclass(frozen=True, slots=True)
class WayToPay:
    """`brand` is one of the operator's list where the means has brands."""

    means: PaymentMeans
    brand: str | None = None


def way_to_pay(session: Session, profile: BillingProfile, member_id: int) -> WayToPay:
    """What the member has chosen, or the first of the plan. Raises `NotFound`."""
    member = facts(session, member_id)
    return _chosen(session, [member_id]).get(member_id) or usual_way(profile, member.plan, member.kind)


def ways_to_pay(
    session: Session, profile: BillingProfile, contracts: Mapping[int, Contract]
) -> dict[int, WayToPay]:
    """By member."""
    chosen = _chosen(session, contracts)
    return {
        member_id: chosen.get(member_id) or usual_way(profile, contract.plan, contract.kind)
        for member_id, contract in contracts.items()
    }


def usual_way(profile: BillingProfile, member_plan: str, kind: str) -> WayToPay:
    """How a member of this plan and kind pays who has chosen nothing."""
    return WayToPay(profile.choices_for(member_plan, kind)[0].means)


def choose_way_to_pay(
    session: Session, profile: BillingProfile, member_id: int, way: WayToPay, *, actor: str, now: datetime
) -> None:
    """From now on the member pays so. Raises `NotFound`, `PaymentMethodNotAllowed`."""
    member = facts(session, member_id)
    require_allowed(profile, member, way)
    row = {
        "operator_id": member.operator_id,
        "member_id": member_id,
        "means": way.means.value,
        "brand": way.brand,
        "chosen_at": now,
        "chosen_by": actor,
    }
    statement = insert(PaymentMethod).values(row)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["member_id"],
            set_={name: statement.excluded[name] for name in ("means", "brand", "chosen_at", "chosen_by")},
        )
    )
    record(
        session,
        operator_id=member.operator_id,
        at=now,
        actor=actor,
        action="payment-method.chosen",
        subject=f"member:{member_id}",
        details={"means": way.means.value},
    )


def name_way_to_pay(session: Session, profile: BillingProfile, told: MeansNamed) -> None:
    """What an applicant names is the way to pay. Raises `NotFound`, `PaymentMethodNotAllowed`."""
    if told.means not in {means.value for means in PaymentMeans}:
        allowed = ", ".join(choice.means.value for choice in profile.payment_choices)
        raise PaymentMethodNotAllowed(means=told.means, allowed=allowed)
    way = WayToPay(PaymentMeans(told.means), told.brand)
    choose_way_to_pay(session, profile, told.member_id, way, actor=told.actor, now=told.at)


def require_allowed(profile: BillingProfile, member: MemberFacts, way: WayToPay) -> None:
    """Raises `PaymentMethodNotAllowed` where a member of this plan and kind does not pay so."""
    _require_one_of(profile.choices_for(member.plan, member.kind), way)


def require_taken(profile: BillingProfile, member: MemberFacts, way: WayToPay) -> None:
    """Raises `PaymentMethodNotAllowed` where reception does not take it from such a member (SAK-09)."""
    _require_one_of(profile.choices_at_reception(member.plan, member.kind), way)


def _require_one_of(allowed: Sequence[PaymentChoice], way: WayToPay) -> None:
    for choice in allowed:
        if choice.means is way.means and (way.brand is None or way.brand in choice.brands):
            return
    raise PaymentMethodNotAllowed(
        means=way.means.value, allowed=", ".join(choice.means.value for choice in allowed)
    )


def _chosen(session: Session, member_ids: Collection[int]) -> dict[int, WayToPay]:
    rows = session.scalars(select(PaymentMethod).where(PaymentMethod.member_id.in_(member_ids)))
    return {row.member_id: WayToPay(PaymentMeans(row.means), row.brand) for row in rows}
