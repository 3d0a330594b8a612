"""The fees that a line costs from the day it is rented: the set-up fee and the monthly fees of the first payment
(NEX-08, NEX-12, NEX-17). The months after them are `line_months`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from sqlalchemy.orm import Session

from coworking.billing import BillingProfile, Posting, ask_for_invoice, day_by, month_after, post
from coworking.kit.calendars import BusinessCalendar
from telephony.numbers.lines import get_line
from telephony.numbers.models import Line
from telephony.numbers.profile import FeeUnit, LinePlan, NumbersProfile, Proration

SETUP = "line-setup"
MONTHLY = "line-monthly"


@dataclass(frozen=True)
class FeeRules:
    """An operator's rules about the fees of lines."""

    numbers: NumbersProfile
    billing: BillingProfile
    calendar: BusinessCalendar
    profile_version_id: int


class RulesOfFees(dict[int, FeeRules]):
    """The rules by operator, as tasks find them."""


def post_first_fees(session: Session, rules: FeeRules, line_id: int, now: datetime) -> None:
    """Post what is paid at once for a line that was rented, and ask for its invoice. Doing it again changes nothing."""
    line = get_line(session, line_id)
    post(session, line.operator_id, list(first_fees(rules, line, now)), now)
    ask_for_invoice(session, line.operator_id, line.member_id, now)


def first_fees(rules: FeeRules, line: Line, now: datetime) -> Iterator[Posting]:
    """The set-up fee, and a monthly fee for each month of the first payment, all due on its day."""
    plan = rules.numbers.line_plans[line.line_plan]
    starts_on = rules.calendar.local_date(line.starts_at)
    yield _posting(
        rules, line, SETUP, f"line:{line.id}:setup", starts_on, 1, plan.setup_fee, plan.setup_fee, now
    )
    quantity = monthly_quantity(plan)
    for months in range(rules.billing.first_payment.months_for(starts_on)):
        service_on = starts_on if months == 0 else month_after(starts_on, months)
        amount = quantity * fee_of_month(rules, plan, service_on)
        key = monthly_key(line.id, service_on)
        yield _posting(rules, line, MONTHLY, key, service_on, quantity, plan.monthly_fee, amount, now)


def monthly_key(line_id: int, service_on: date) -> str:
    """What a line's fee of a month is posted under, by whoever posts it."""
    return f"line:{line_id}:monthly:{service_on:%Y-%m}"


def monthly_quantity(plan: LinePlan) -> int:
    """How many monthly fees a line of this plan costs."""
    return plan.desk_phones if plan.monthly_fee_per is FeeUnit.DESK_PHONE else 1


def fee_of_month(rules: FeeRules, plan: LinePlan, service_on: date) -> Decimal:
    """The whole fee, or where the operator prorates the part of the days left in the month, rounded down to the yen."""
    if rules.numbers.proration is Proration.NONE:
        return plan.monthly_fee
    days = monthrange(service_on.year, service_on.month)[1]
    part = plan.monthly_fee * (days - service_on.day + 1) / days
    return part.quantize(Decimal(1), rounding=ROUND_DOWN)


def _posting(
    rules: FeeRules,
    line: Line,
    what: str,
    key: str,
    service_on: date,
    quantity: int,
    unit_price: Decimal,
    amount: Decimal,
    now: datetime,
) -> Posting:
    posted_on = rules.calendar.local_date(now)
    due = rules.billing.first_payment.due_for(rules.calendar.local_date(line.starts_at))
    return Posting(
        key=key,
        member_id=line.member_id,
        what=what,
        quantity=quantity,
        unit_price=unit_price,
        amount=amount,
        tax_mode=rules.billing.tax_mode,
        service_month=f"{service_on:%Y-%m}",
        service_on=service_on,
        closes_on=posted_on,
        due_on=day_by(due, service_on=service_on, posted_on=posted_on, calendar=rules.calendar),
        reason={"line_plan": line.line_plan, "first_payment": True},
        profile_version_id=rules.profile_version_id,
    )
