"""What a contract owes for a month: dues and options, by its terms and the operator's prices. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from coworking.billing.closing_days import month_after
from coworking.billing.price_fields import MonthlyDues, YearlyDues
from coworking.billing.profile import BillingProfile
from coworking.billing.proration import days_in_month, part_of_month
from coworking.billing.rules import BillingRules
from coworking.kit.money import plain
from coworking.membership import Contract, OptionSpan, Span


@dataclass(frozen=True, slots=True)
class Owed:
    """`basis` holds the facts, without the price, that make the amount: a charge that stands on the same ones stays as
    it was posted, whatever the price list says since. `service_on` is the first day that is paid for."""

    key: str
    what: str
    plan: str
    service_on: date
    unit_price: Decimal
    amount: Decimal
    basis: dict[str, Any]

    @property
    def is_dues(self) -> bool:
        """Not an option's."""
        return "option" not in self.basis


@dataclass(frozen=True, slots=True)
class _Use:
    """The days of a month from `first_day` that a contract may be used; its end is not counted, for the last month is
    owed whole (SAK-11)."""

    first_day: date
    days: int
    month_days: int


def owed_in(rules: BillingRules, contract: Contract, month: date) -> list[Owed]:
    """What the contract owes for the month that begins on `month`, a 1st, as its terms are known now. Nothing for an
    amount of zero. Pauses are without dues (SAK-30); options go on in them. While an address has not moved after the
    end, dues and the options that lend it go on by the month (SAK-14)."""
    lasts = contract.ends_on is None or contract.ends_on >= month
    kept = not lasts and (contract.fees_end_on is None or contract.fees_end_on >= month)
    found: list[Owed] = []
    if (lasts or kept) and contract.belongs_to is None:
        found += _dues(rules.profile, contract, month)
    for span in contract.options:
        stands = lasts and (span.ends_on is None or span.ends_on >= month)
        if stands or (kept and _is_address_kept(rules, contract, span)):
            found += _option(rules.profile, contract, span, month)
    return [owed for owed in found if owed.amount]


def _dues(profile: BillingProfile, contract: Contract, month: date) -> Iterator[Owed]:
    paying = [span for span in contract.plans if span.name in profile.dues]
    if not paying:
        return
    use = _use_of(contract, month, max(contract.starts_on, paying[0].starts_on))
    if use is None:
        return
    plan = _plan_at(contract, use.first_day)
    dues = profile.dues.get(plan)
    match dues:
        case MonthlyDues():
            yield _month_of(contract, dues, plan, use)
            yield from _upgrades(profile, contract, dues, use)
        case YearlyDues():
            if month.month == dues.starts_in_month or month == use.first_day.replace(day=1) == _begun(
                profile, contract, use.first_day
            ):
                yield _year_of(contract, dues, plan, use.first_day)


def _month_of(contract: Contract, dues: MonthlyDues, plan: str, use: _Use) -> Owed:
    return Owed(
        key=f"{_dues_key(contract)}:{use.first_day:%Y-%m}",
        what=dues.charged_as.value,
        plan=plan,
        service_on=use.first_day,
        unit_price=dues.amount,
        amount=part_of_month(dues.amount, use.days, use.month_days, dues.part_month),
        basis={"plan": plan, "days": use.days, "of_days": use.month_days},
    )


def _upgrades(profile: BillingProfile, contract: Contract, dues: MonthlyDues, use: _Use) -> Iterator[Owed]:
    """A dearer plan that begins within the month: the difference by day from its first day (SAK-29). A cheaper one
    takes nothing back from a month that has begun."""
    paid = dues.amount
    for span in contract.plans:
        if not (
            use.first_day < span.starts_on and span.starts_on.replace(day=1) == use.first_day.replace(day=1)
        ):
            continue
        dearer = profile.dues.get(span.name)
        if not isinstance(dearer, MonthlyDues) or dearer.amount <= paid:
            continue
        days = use.month_days - span.starts_on.day + 1
        difference = dearer.amount - paid
        yield Owed(
            key=f"{_dues_key(contract)}:{span.starts_on:%Y-%m}:from-{span.starts_on:%d}",
            what=dearer.charged_as.value,
            plan=span.name,
            service_on=span.starts_on,
            unit_price=difference,
            amount=part_of_month(difference, days, use.month_days, dearer.part_month),
            basis={
                "plan": span.name,
                "dues_before": plain(paid),
                "days": days,
                "of_days": use.month_days,
            },
        )
        paid = dearer.amount


def _year_of(contract: Contract, dues: YearlyDues, plan: str, first_day: date) -> Owed:
    """A year's dues, whole whenever in it one joins (JSUG-16)."""
    since = (first_day.month - dues.starts_in_month) % 12
    year_from = f"{month_after(first_day, -since):%Y-%m}"
    return Owed(
        key=f"{_dues_key(contract)}:{year_from}",
        what=dues.charged_as.value,
        plan=plan,
        service_on=first_day,
        unit_price=dues.amount,
        amount=dues.amount,
        basis={"year_from": year_from},
    )


def _option(profile: BillingProfile, contract: Contract, span: OptionSpan, month: date) -> Iterator[Owed]:
    price = profile.options.get(span.name)
    first_day = max(month, span.starts_on, contract.starts_on)
    if price is None or first_day >= month_after(month, 1):
        return
    month_days = days_in_month(month.year, month.month)
    days = month_days - first_day.day + 1
    yield Owed(
        key=f"member:{contract.member_id}:option:{span.id}:{month:%Y-%m}",
        what=f"option:{span.name}",
        plan=_plan_at(contract, first_day),
        service_on=first_day,
        unit_price=price.amount,
        amount=part_of_month(price.amount, days, month_days, price.part_month),
        basis={"option": span.name, "days": days, "of_days": month_days},
    )


def _is_address_kept(rules: BillingRules, contract: Contract, span: OptionSpan) -> bool:
    """An option that lends an address and stood until the contract's end."""
    return span.name in rules.membership.contracts.until_address_moved and (
        span.ends_on is None or contract.ends_on is None or span.ends_on >= contract.ends_on
    )


def _use_of(contract: Contract, month: date, starts_on: date) -> _Use | None:
    """None where no day of the month is used. Pauses begin and end with a month, but for the return from one."""
    month_days = days_in_month(month.year, month.month)
    days = range(starts_on.day if starts_on > month else 1, month_days + 1)
    if starts_on >= month_after(month, 1):
        return None
    pauses = [pause for pause in contract.pauses if _touches(pause, month)]
    used = [day for day in days if not any(pause.holds(month.replace(day=day)) for pause in pauses)]
    return _Use(month.replace(day=used[0]), len(used), month_days) if used else None


def _touches(span: Span, month: date) -> bool:
    return span.starts_on < month_after(month, 1) and (span.ends_on is None or span.ends_on >= month)


def _plan_at(contract: Contract, day: date) -> str:
    """The plan on a day, or the last one before it."""
    begun = [span.name for span in contract.plans if span.starts_on <= day]
    return begun[-1] if begun else contract.plan


def _begun(profile: BillingProfile, contract: Contract, day: date) -> date | None:
    """The month in which the contract came to a plan with yearly dues from none, as of a day."""
    begun: date | None = None
    for span in contract.plans:
        if span.starts_on > day:
            break
        if not isinstance(profile.dues.get(span.name), YearlyDues):
            begun = None
        elif begun is None:
            begun = max(span.starts_on, contract.starts_on).replace(day=1)
    return begun


def _dues_key(contract: Contract) -> str:
    return f"member:{contract.member_id}:dues"
