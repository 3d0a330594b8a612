"""What plans, options and uses cost, as people compare it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from app.profiles import Profile
from app.published.amounts import Amount
from coworking.kit.profile_fields import Bilingual

WithTax = Callable[[Decimal], Amount]


@dataclass(frozen=True, slots=True)
class Dues:
    """What a member plan costs; `per` is `month` or `year`. `is_by_day`: part of a month costs its days."""

    name: str
    title: Bilingual
    charged_as: str
    amount: Amount
    per: str
    is_by_day: bool


@dataclass(frozen=True, slots=True)
class OptionOnSale:
    """What an option costs a month. `member_plans` is empty where every plan with a contract can have it."""

    name: str
    title: Bilingual
    amount: Amount
    is_by_day: bool
    member_plans: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class UseOnSale:
    """What each started unit of a use costs: of `unit_minutes`, or a piece. `member_plans` is empty for everybody that
    no other price of the same purpose is for."""

    purpose: str
    title: Bilingual
    amount: Amount
    unit_minutes: int | None
    most_a_day: Amount | None
    member_plans: tuple[Bilingual, ...]


def dues_of(profile: Profile, amount: WithTax) -> Iterator[Dues]:
    for name, dues in profile.billing.dues.items():
        yield Dues(
            name=name,
            title=profile.membership.plans[name].title,
            charged_as=dues.charged_as.value,
            amount=amount(dues.amount),
            per=dues.per,
            is_by_day=dues.per == "month" and dues.part_month.value == "by-day",
        )


def options_of(profile: Profile, amount: WithTax) -> Iterator[OptionOnSale]:
    for name, price in profile.billing.options.items():
        option = profile.membership.options[name]
        yield OptionOnSale(
            name=name,
            title=option.title,
            amount=amount(price.amount),
            is_by_day=price.part_month.value == "by-day",
            member_plans=_only_for(profile, option.member_plans),
        )


def uses_of(profile: Profile, amount: WithTax) -> Iterator[UseOnSale]:
    for purpose, prices in profile.billing.uses.items():
        for price in prices:
            yield UseOnSale(
                purpose=purpose,
                title=price.title,
                amount=amount(price.amount),
                unit_minutes=price.unit_minutes,
                most_a_day=None if price.most_a_day is None else amount(price.most_a_day),
                member_plans=titles(profile, price.member_plans),
            )


def _only_for(profile: Profile, member_plans: tuple[str, ...]) -> tuple[Bilingual, ...]:
    """None where every plan with a contract is named."""
    with_contract = {name for name, plan in profile.membership.plans.items() if plan.has_contract}
    return () if with_contract <= set(member_plans) else titles(profile, member_plans)


def titles(profile: Profile, member_plans: tuple[str, ...]) -> tuple[Bilingual, ...]:
    return tuple(profile.membership.plans[name].title for name in member_plans)
