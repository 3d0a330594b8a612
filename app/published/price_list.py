"""The price list of an operator as people compare it: one row per class of call, one column per line plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.profiles import Profile
from app.published.versions import Edition, editions
from coworking.billing import BillingProfile
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Bilingual
from telephony.metering.profile import CallClass, CallPrice, RateCard
from telephony.numbers.profile import LinePlan


@dataclass(frozen=True, slots=True)
class Amount:
    """A price as the operator keeps it, and with consumption tax; the same where none is added."""

    kept: Decimal
    with_tax: Decimal


@dataclass(frozen=True, slots=True)
class PlanOnSale:
    """A line plan with what it costs today."""

    name: str
    plan: LinePlan
    member_plans: tuple[Bilingual, ...]
    setup_fee: Amount
    monthly_fee: Amount


@dataclass(frozen=True, slots=True)
class OtherFee:
    """`amount` is None for what is charged at cost; `member_plans` is empty for everybody."""

    purpose: str
    title: Bilingual
    amount: Amount | None
    member_plans: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class PricedCell:
    """What one class of call costs on one plan."""

    price: CallPrice
    amount: Amount
    night: Amount | None


@dataclass(frozen=True, slots=True)
class PricedRow:
    """A class of call; `cells` stand in the order of the plans, None where a plan has no such calls."""

    call_class: CallClass
    cells: tuple[PricedCell | None, ...]


@dataclass(frozen=True, slots=True)
class PricedCard:
    """A rate card with its days."""

    edition: Edition[RateCard]
    rows: tuple[PricedRow, ...]


@dataclass(frozen=True, slots=True)
class PriceList:
    """What the lines of an operator cost. `plans` and `fees` are today's; `cards` begin with the one in force."""

    tax_mode: TaxMode
    tax_rate: Decimal
    plans: tuple[PlanOnSale, ...]
    fees: tuple[OtherFee, ...]
    cards: tuple[PricedCard, ...]


def price_list(profile: Profile, today: date) -> PriceList:
    """The list as it reads on a local date."""
    billing = profile.billing
    plans = tuple(
        PlanOnSale(
            name=name,
            plan=plan,
            member_plans=_titles(profile, plan.member_plans),
            setup_fee=_amount(billing, plan.setup_fee, today),
            monthly_fee=_amount(billing, plan.monthly_fee, today),
        )
        for name, plan in profile.numbers.line_plans.items()
    )
    return PriceList(
        tax_mode=billing.tax_mode,
        tax_rate=billing.tax_rate_on(today),
        plans=plans,
        fees=tuple(_fees(profile, today)),
        cards=tuple(
            PricedCard(edition, tuple(_rows(profile, edition, today)))
            for edition in editions(profile.metering.rate_cards, today)
        ),
    )


def _rows(profile: Profile, edition: Edition[RateCard], today: date) -> Iterator[PricedRow]:
    # A price that is to come is taxed at the rate of its own first day, one of the past at that of its last.
    taxed_on = min(max(today, edition.valid_from), edition.valid_until or date.max)
    for call_class in CallClass:
        prices = [edition.version.price(name, call_class) for name in profile.numbers.line_plans]
        if any(prices):
            yield PricedRow(
                call_class,
                tuple(_cell(profile.billing, price, taxed_on) if price else None for price in prices),
            )


def _cell(billing: BillingProfile, price: CallPrice, taxed_on: date) -> PricedCell:
    return PricedCell(
        price=price,
        amount=_amount(billing, price.unit_price, taxed_on),
        night=_amount(billing, price.night.unit_price, taxed_on) if price.night else None,
    )


def _fees(profile: Profile, today: date) -> Iterator[OtherFee]:
    for purpose, fee in profile.billing.fees.items():
        yield OtherFee(
            purpose=purpose,
            title=fee.title,
            amount=_amount(profile.billing, fee.amount, today) if fee.kind == "fixed" else None,
            member_plans=_titles(profile, fee.member_plans),
        )


def _titles(profile: Profile, member_plans: tuple[str, ...]) -> tuple[Bilingual, ...]:
    return tuple(profile.membership.plans[name].title for name in member_plans)


def _amount(billing: BillingProfile, kept: Decimal, on: date) -> Amount:
    if billing.tax_mode is TaxMode.EXCLUDED:
        return Amount(kept, kept * (1 + billing.tax_rate_on(on)))
    return Amount(kept, kept)
