"""What an operator's profile says about money: tax, what falls due when, arrears, fees. Pure data."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from coworking.billing.collection_fields import CardCollection, SlipMailing
from coworking.billing.day_rules import DayRule
from coworking.billing.debit_fields import DirectDebit
from coworking.billing.paper_fields import InvoicePapers, Runs
from coworking.billing.price_fields import ChargePurpose, Dues, Fee, MonthlyPrice, UnitPrice
from coworking.kit.money import TaxMode
from coworking.kit.profile_fields import (
    Day,
    Distinct,
    Misfit,
    Name,
    Rate,
    Table,
    Words,
    Yen,
    not_among,
    out_of_order,
    version_on,
)


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


class DatedRate(Table):
    valid_from: Day
    rate: Rate


class Schedule(Table):
    """When charges of these purposes close and fall due; the first schedule that matches counts."""

    purposes: Distinct[ChargePurpose] = ()
    """Empty: every purpose."""
    member_plans: Distinct[Name] = ()
    """Empty: every plan."""
    means: Distinct[PaymentMeans] = ()
    """Of the member; empty: every means."""
    closes: DayRule
    due: DayRule

    def applies_to(self, purpose: str, member_plan: str, means: PaymentMeans | None) -> bool:
        """A purpose of the list also stands for all that begin with it: `option` for `option:locker-small`."""
        kind = purpose.partition(":")[0]
        return (
            (not self.purposes or purpose in self.purposes or kind in self.purposes)
            and (not self.member_plans or member_plan in self.member_plans)
            and (not self.means or means in self.means)
        )


class MonthsAhead(Table):
    """How many monthly fees are paid first when the service starts on this day of the month or later, and when, if not
    on the day of the others."""

    from_day: Annotated[int, Field(ge=1, le=31)]
    months: Annotated[int, Field(ge=0, le=12)]
    due: DayRule | None = None


class FirstPayment(Table):
    """What is paid first at the start: set-up and admission fees and some monthly fees. A day rule that counts in
    months counts from the month of the start."""

    monthly_fees: Annotated[tuple[MonthsAhead, ...], Field(min_length=1)]
    fees: Distinct[ChargePurpose] = ()
    """Fees of `billing.fees` that every new contract pays once."""
    due: DayRule

    def months_for(self, start: date) -> int:
        """The monthly fees in the first payment of a service that starts on this local date."""
        return self._step_for(start).months

    def due_for(self, start: date) -> DayRule:
        """When the first payment of a service that starts on this local date is due."""
        return self._step_for(start).due or self.due

    def _step_for(self, start: date) -> MonthsAhead:
        return [step for step in self.monthly_fees if step.from_day <= start.day][-1]

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
    kinds: Distinct[Literal["person", "company"]] = ()
    brands: Distinct[Name] = ()
    at_reception: Distinct[Name] = ()
    """Plans whose members pay so at reception for what they use, though not for their contract."""


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
    forced_end_after_days: Annotated[int, Field(ge=1, le=730)] | None = None
    """None: staff decide when a membership ends for debt."""
    late_interest: LateInterest

    def misfits(self) -> Iterator[Misfit]:
        if self.suspension_after_days is not None and self.suspension_after_days <= self.reminder_after_days:
            days = self.reminder_after_days
            yield Misfit(
                ("suspension_after_days",),
                Words("督促より前です", "is not after the reminder"),
                Words(f"{days} より大きい整数", f"a whole number over {days}"),
            )
        before = self.suspension_after_days or self.reminder_after_days
        if self.forced_end_after_days is not None and self.forced_end_after_days <= before:
            yield Misfit(
                ("forced_end_after_days",),
                Words("督促または停止より前です", "is not after the reminder and the suspension"),
                Words(f"{before} より大きい整数", f"a whole number over {before}"),
            )


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
    papers: InvoicePapers
    runs: Runs
    payment_changed_by: Literal["member", "office"] = "member"
    """Who changes a member's means of payment; the office does it on request."""
    cards: CardCollection = CardCollection()
    slips: SlipMailing | None = None
    """None: slips are mailed when their invoice is there."""
    direct_debit: DirectDebit | None = None
    """None: no files are written for banks."""
    refunds: bool = False
    """What was paid can be paid back."""
    dues: Mapping[Name, Dues] = {}
    """By member plan; a plan that is not here costs nothing by itself."""
    options: Mapping[Name, MonthlyPrice] = {}
    """By option of `membership.options`."""
    uses: Mapping[ChargePurpose, Annotated[tuple[UnitPrice, ...], Field(min_length=1)]] = {}
    """What is paid as it is used: `drop-in`, `overtime`, `space:meeting-room`, `printing:black` …"""
    fees: Mapping[ChargePurpose, Fee] = {}

    def tax_rate_on(self, day: date) -> Decimal:
        """The consumption tax rate on a local date; 0 outside tax and before the first rate."""
        version = version_on(self.tax_rates, day)
        return version.rate if version is not None and self.tax_mode is not TaxMode.OUTSIDE else Decimal(0)

    def schedule_for(self, purpose: str, member_plan: str, means: PaymentMeans | None = None) -> Schedule:
        """When a charge of this purpose closes and falls due; the last schedule matches everything."""
        return next(
            schedule for schedule in self.schedules if schedule.applies_to(purpose, member_plan, means)
        )

    def choices_for(self, member_plan: str, kind: str) -> tuple[PaymentChoice, ...]:
        """How members of this plan and kind may pay; the first is theirs until they choose another."""
        return tuple(
            choice
            for choice in self.payment_choices
            if (not choice.member_plans or member_plan in choice.member_plans)
            and (not choice.kinds or kind in choice.kinds)
        )

    def choices_at_reception(self, member_plan: str, kind: str) -> tuple[PaymentChoice, ...]:
        """How members of this plan and kind may pay when they pay at reception."""
        return self.choices_for(member_plan, kind) + tuple(
            choice
            for choice in self.payment_choices
            if member_plan in choice.at_reception and (not choice.kinds or kind in choice.kinds)
        )

    def price_of_use(self, purpose: str, member_plan: str) -> UnitPrice | None:
        """What a member of this plan pays for a use; None where it is not offered to them."""
        prices = self.uses.get(purpose, ())
        return next(
            (price for price in prices if not price.member_plans or member_plan in price.member_plans), None
        )

    def misfits(self) -> Iterator[Misfit]:
        for index, purpose in enumerate(self.first_payment.fees):
            if purpose not in self.fees:
                yield not_among(("first_payment", "fees", index), self.fees)
        yield from out_of_order("tax_rates", self.tax_rates)
        if self.tax_mode is not TaxMode.OUTSIDE and not self.tax_rates:
            yield Misfit(
                ("tax_rates",),
                Words("税率がありません", "is empty although prices are taxed"),
                Words("税率を一つ以上", "at least one dated rate"),
            )
        last = self.schedules[-1]
        if last.purposes or last.member_plans or last.means:
            yield Misfit(
                ("schedules", len(self.schedules) - 1),
                Words(
                    "最後の支払日程が全ての請求に当てはまりません",
                    "as the last schedule does not match every charge",
                ),
                Words(
                    "purposes も member_plans も means もない日程",
                    "a last schedule without purposes, member_plans and means",
                ),
            )
