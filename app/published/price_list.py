"""The price list of an operator as people compare it: dues, options, uses and fees; of calls one row per class, one
column per line plan. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial

from app.profiles import Profile
from app.published.amounts import Amount, amount_on
from app.published.house_prices import Dues, OptionOnSale, UseOnSale, dues_of, options_of, titles, uses_of
from app.published.versions import Edition, editions
from coworking.billing import BillingProfile
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import Bilingual
from telephony.metering.profile import CallClass, CallPrice, RateCard
from telephony.numbers.profile import LinePlan


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
    """What an operator's members pay. `cards` begin with the one in force, all else is today's; without lines there are
    neither `plans` nor `cards`."""

    tax_mode: TaxMode
    tax_rate: Decimal
    dues: tuple[Dues, ...]
    options: tuple[OptionOnSale, ...]
    uses: tuple[UseOnSale, ...]
    plans: tuple[PlanOnSale, ...]
    fees: tuple[OtherFee, ...]
    cards: tuple[PricedCard, ...]


def price_list(profile: Profile, today: date) -> PriceList:
    """The list as it reads on a local date."""
    billing = profile.billing
    amount = partial(amount_on, billing, on=today)
    return PriceList(
        tax_mode=billing.tax_mode,
        tax_rate=billing.tax_rate_on(today),
        dues=tuple(dues_of(profile, amount)),
        options=tuple(options_of(profile, amount)),
        uses=tuple(uses_of(profile, amount)),
        plans=tuple(_plans(profile, today)) if profile.lends_lines else (),
        fees=tuple(_fees(profile, today)),
        cards=tuple(_cards(profile, today)) if profile.lends_lines else (),
    )


def _plans(profile: Profile, today: date) -> Iterator[PlanOnSale]:
    for name, plan in profile.numbers.line_plans.items():
        yield PlanOnSale(
            name=name,
            plan=plan,
            member_plans=titles(profile, plan.member_plans),
            setup_fee=amount_on(profile.billing, plan.setup_fee, today),
            monthly_fee=amount_on(profile.billing, plan.monthly_fee, today),
        )


def _cards(profile: Profile, today: date) -> Iterator[PricedCard]:
    for edition in editions(profile.metering.rate_cards, today):
        yield PricedCard(edition, tuple(_rows(profile, edition, today)))


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
        amount=amount_on(billing, price.unit_price, taxed_on),
        night=amount_on(billing, price.night.unit_price, taxed_on) if price.night else None,
    )


def _fees(profile: Profile, today: date) -> Iterator[OtherFee]:
    for purpose, fee in profile.billing.fees.items():
        yield OtherFee(
            purpose=purpose,
            title=fee.title,
            amount=amount_on(profile.billing, fee.amount, today) if fee.kind == "fixed" else None,
            member_plans=titles(profile, fee.member_plans),
        )
