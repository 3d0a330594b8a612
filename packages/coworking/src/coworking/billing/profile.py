"""What an operator's profile says about money: tax, what falls due when, arrears, fees. Pure data."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, WithJsonSchema

from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import (
    Bilingual,
    Day,
    Distinct,
    Misfit,
    Name,
    Rate,
    Table,
    Words,
    Yen,
    out_of_order,
    version_on,
)

CHARGE_PURPOSE_WORDS = Words(
    "請求項目の名前（例 dues, call, option:locker-small）",
    "what a charge is for, such as dues, call, option:locker-small",
)
ChargePurpose = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z][a-z0-9-]*(:[a-z][a-z0-9-]*)?$", max_length=60),
    WithJsonSchema({"type": "string", "allowed": list(CHARGE_PURPOSE_WORDS)}),
]


class Rounding(StrEnum):
    DOWN = "down"


class PaymentMeans(StrEnum):
    CARD = "card"
    BANK_TRANSFER = "bank-transfer"
    DIRECT_DEBIT = "direct-debit"
    PAYMENT_SLIP = "payment-slip"
    COUNTER_CASH = "counter-cash"
    COUNTER_CARD = "counter-card"
    COUNTER_E_MONEY = "counter-e-money"
    COUNTER_QR = "counter-qr"


class DayShift(StrEnum):
    """What happens to a day on which the operator or the banks are closed."""

    NONE = "none"
    NEXT_BUSINESS_DAY = "next-business-day"
    BUSINESS_DAY_BEFORE = "business-day-before"
    NEXT_BANK_DAY = "next-bank-day"


class DatedRate(Table):
    valid_from: Day
    rate: Rate


class MonthEnd(Table):
    """The last calendar day of the service month, or of a month `months` after it (before it if negative)."""

    kind: Literal["month-end"]
    months: Annotated[int, Field(ge=-12, le=12)]
    shift: DayShift = DayShift.NONE


class DayOfMonth(Table):
    """A day of the service month, or of a month `months` after it (before it if negative)."""

    kind: Literal["day-of-month"]
    day: Annotated[int, Field(ge=1, le=28)]
    months: Annotated[int, Field(ge=-12, le=12)]
    shift: DayShift = DayShift.NONE


class DaysAfter(Table):
    """A number of calendar days after the charge was posted."""

    kind: Literal["days-after"]
    days: Annotated[int, Field(ge=0, le=366)]
    shift: DayShift = DayShift.NONE


DayRule = Annotated[MonthEnd | DayOfMonth | DaysAfter, Field(discriminator="kind")]


class Schedule(Table):
    """When charges of these purposes close and fall due; the first schedule that matches counts."""

    purposes: Distinct[ChargePurpose] = ()
    """Empty: every purpose."""
    member_plans: Distinct[Name] = ()
    """Empty: every plan."""
    closes: DayRule
    due: DayRule

    def applies_to(self, purpose: str, member_plan: str) -> bool:
        return (not self.purposes or purpose in self.purposes) and (
            not self.member_plans or member_plan in self.member_plans
        )


class MonthsAhead(Table):
    """How many monthly fees are paid first when the service starts on this day of the month or later."""

    from_day: Annotated[int, Field(ge=1, le=31)]
    months: Annotated[int, Field(ge=0, le=12)]


class FirstPayment(Table):
    """What is paid at once at the start: the set-up fee and some monthly fees."""

    monthly_fees: Annotated[tuple[MonthsAhead, ...], Field(min_length=1)]
    due: DayRule

    def months_for(self, start: date) -> int:
        """The monthly fees in the first payment of a service that starts on this local date."""
        return [step.months for step in self.monthly_fees if step.from_day <= start.day][-1]

    def misfits(self) -> Iterator[Misfit]:
        previous = 0
        for index, step in enumerate(self.monthly_fees):
            if index == 0 and step.from_day != 1:
                allowed = Words("最初の行は 1", "1 in the first row")
            elif index > 0 and step.from_day <= previous:
                allowed = Words(f"{previous} より大きい日", f"a day after {previous}")
            else:
                previous = step.from_day
                continue
            wrong = Words("日の順序が正しくありません", "is out of order")
            yield Misfit(("monthly_fees", index, "from_day"), wrong, allowed)


class PaymentChoice(Table):
    """A means of payment and who may use it; empty lists mean everybody."""

    means: PaymentMeans
    member_plans: Distinct[Name] = ()
    brands: Distinct[Name] = ()


class LateInterest(Table):
    claimed: bool
    rates: tuple[DatedRate, ...] = ()
    """Yearly rates, from the oldest to the newest."""
    days_in_year: Annotated[int, Field(ge=360, le=366)] = 365
    interest_floor: Yen = Decimal(0)
    """Interest below this is not claimed."""

    def misfits(self) -> Iterator[Misfit]:
        yield from out_of_order("rates", self.rates)
        if self.claimed and not self.rates:
            yield Misfit(
                ("rates",),
                Words("延滞利息を請求するのに利率がありません", "is empty although interest is claimed"),
                Words("利率を一つ以上", "at least one dated rate"),
            )


class Arrears(Table):
    """What happens to an invoice that is not paid by its due date."""

    reminder_after_days: Annotated[int, Field(ge=1, le=366)]
    suspension_after_days: Annotated[int, Field(ge=1, le=366)] | None = None
    """None: staff decide when to suspend."""
    late_interest: LateInterest

    def misfits(self) -> Iterator[Misfit]:
        if self.suspension_after_days is not None and self.suspension_after_days <= self.reminder_after_days:
            days = self.reminder_after_days
            yield Misfit(
                ("suspension_after_days",),
                Words("督促より前です", "is not after the reminder"),
                Words(f"{days} より大きい整数", f"a whole number over {days}"),
            )


class FixedFee(Table):
    """A fee of one amount each time."""

    kind: Literal["fixed"]
    title: Bilingual
    amount: Yen
    member_plans: Distinct[Name] = ()
    """Who can be charged it; empty: every plan."""


class FeeAtCost(Table):
    """A fee of what it cost, which staff enter with its record."""

    kind: Literal["at-cost"]
    title: Bilingual
    member_plans: Distinct[Name] = ()


Fee = Annotated[FixedFee | FeeAtCost, Field(discriminator="kind")]


class BillingProfile(Table):
    """[billing]"""

    tax_mode: TaxMode
    """For every price of the profile."""
    tax_rounding: Rounding
    """Once per tax rate per invoice."""
    tax_rates: tuple[DatedRate, ...] = ()
    """From the oldest to the newest; empty only outside consumption tax."""
    first_payment: FirstPayment
    schedules: Annotated[tuple[Schedule, ...], Field(min_length=1)]
    payment_choices: Annotated[tuple[PaymentChoice, ...], Field(min_length=1)]
    """The first one that a member may use is the member's unless another is chosen."""
    arrears: Arrears
    fees: Mapping[ChargePurpose, Fee] = {}

    def tax_rate_on(self, day: date) -> Decimal:
        """The consumption tax rate on a local date; 0 outside tax and before the first rate."""
        version = version_on(self.tax_rates, day)
        return version.rate if version is not None and self.tax_mode is not TaxMode.OUTSIDE else Decimal(0)

    def schedule_for(self, purpose: str, member_plan: str) -> Schedule:
        """When a charge of this purpose closes and falls due; the last schedule matches everything."""
        return next(schedule for schedule in self.schedules if schedule.applies_to(purpose, member_plan))

    def misfits(self) -> Iterator[Misfit]:
        yield from out_of_order("tax_rates", self.tax_rates)
        if self.tax_mode is not TaxMode.OUTSIDE and not self.tax_rates:
            yield Misfit(
                ("tax_rates",),
                Words("税率がありません", "is empty although prices are taxed"),
                Words("税率を一つ以上", "at least one dated rate"),
            )
        last = self.schedules[-1]
        if last.purposes or last.member_plans:
            yield Misfit(
                ("schedules", len(self.schedules) - 1),
                Words(
                    "最後の支払日程が全ての請求に当てはまりません",
                    "as the last schedule does not match every charge",
                ),
                Words(
                    "purposes と member_plans のない日程", "a last schedule without purposes and member_plans"
                ),
            )
