"""A member's contract as billing reads it: which plan, options and pauses on which days."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.company_models import Belonging, KeptAddress
from coworking.membership.contract_models import OptionTerm, Pause, PlanTerm
from coworking.membership.deadlines import month_end
from coworking.membership.models import Member


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `starts_on` to `ends_on`, both inclusive; None: no end is known. `name` is a plan's or an option's."""

    name: str
    starts_on: date
    ends_on: date | None

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class OptionSpan(Span):
    """`id` tells apart several of one option."""

    id: int


@dataclass(frozen=True, slots=True)
class Contract:
    """Terms are in the order of their days. `plan` is the plan of now. Nothing runs after `ends_on`, whatever the spans
    say. `belongs_to` is the membership of the company or group that pays for this one, which has no dues of its own.
    `address_held`: the membership is over, and an address that it lent had to move; `address_released_on` is the day on
    which it is proven to have moved (SAK-14)."""

    member_id: int
    operator_id: int
    kind: str
    plan: str
    status: str
    starts_on: date
    ends_on: date | None
    plans: tuple[Span, ...]
    options: tuple[OptionSpan, ...]
    pauses: tuple[Span, ...]
    belongs_to: int | None = None
    address_held: bool = False
    address_released_on: date | None = None

    @property
    def fees_end_on(self) -> date | None:
        """The last day for which fees are charged, None while no end is known: the end of the contract, or of the month
        in which the address has moved, where that is later."""
        if self.ends_on is None or not self.address_held:
            return self.ends_on
        if self.address_released_on is None:
            return None
        if self.address_released_on <= self.ends_on:
            return self.ends_on
        return month_end(self.address_released_on)

    def plan_on(self, day: date) -> str | None:
        """None before the start, after the end, and in a pause."""
        if (self.ends_on is not None and day > self.ends_on) or any(
            pause.holds(day) for pause in self.pauses
        ):
            return None
        return next((span.name for span in self.plans if span.holds(day)), None)


def contracts_of(session: Session, member_ids: Collection[int]) -> dict[int, Contract]:
    """The contracts of these members, by member."""
    if not member_ids:
        return {}
    plans = _terms(session, PlanTerm, member_ids)
    options = _terms(session, OptionTerm, member_ids)
    pauses = _terms(session, Pause, member_ids)
    companies = _companies(session, member_ids)
    addresses = _kept_addresses(session, member_ids)
    return {
        member.id: Contract(
            member_id=member.id,
            operator_id=member.operator_id,
            kind=member.kind,
            plan=member.plan,
            status=member.status,
            starts_on=member.starts_on,
            ends_on=member.ends_on,
            plans=tuple(Span(term.plan, term.starts_on, term.ends_on) for term in plans.get(member.id, ())),
            options=tuple(
                OptionSpan(term.option, term.starts_on, term.ends_on, term.id)
                for term in options.get(member.id, ())
            ),
            pauses=tuple(Span("pause", term.starts_on, term.ends_on) for term in pauses.get(member.id, ())),
            belongs_to=companies.get(member.id),
            address_held=member.id in addresses,
            address_released_on=addresses.get(member.id),
        )
        for member in session.scalars(select(Member).where(Member.id.in_(member_ids)))
    }


def contract_of(session: Session, member_id: int) -> Contract:
    return contracts_of(session, [member_id])[member_id]


def _companies(session: Session, member_ids: Collection[int]) -> dict[int, int]:
    """Whose membership each of them belongs to, or belonged to last."""
    statement = select(Belonging).where(Belonging.member_id.in_(member_ids)).order_by(Belonging.id)
    return {row.member_id: row.company_id for row in session.scalars(statement)}


def _kept_addresses(session: Session, member_ids: Collection[int]) -> dict[int, date | None]:
    """By member whose address was held at the end: the day on which it was released."""
    statement = select(KeptAddress.member_id, KeptAddress.released_on).where(
        KeptAddress.member_id.in_(member_ids), KeptAddress.held_on.is_not(None)
    )
    return dict(session.execute(statement).all())


T = TypeVar("T", PlanTerm, OptionTerm, Pause)


def _terms(session: Session, model: type[T], member_ids: Collection[int]) -> dict[int, list[T]]:
    """By member, in the order of their days."""
    found: dict[int, list[T]] = {}
    statement = select(model).where(model.member_id.in_(member_ids)).order_by(model.starts_on, model.id)
    for term in session.scalars(statement):
        found.setdefault(term.member_id, []).append(term)
    return found
