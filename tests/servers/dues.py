"""Scenes of the tasks that post dues and the months of lines, and invoice what is paid at once."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import BillingRules, NewFee, RulesOfBilling, charge_fee
from coworking.billing.at_once import ask_for_invoice
from coworking.billing.day_rules import DaysAfter
from coworking.billing.dues import post_dues, post_dues_of_batch
from coworking.billing.invoice_models import Invoice
from coworking.billing.models import Charge
from coworking.billing.price_fields import MonthlyDues, PartMonth
from coworking.billing.profile import Schedule
from coworking.kit.outbox import Resources
from telephony.numbers import FeeRules, RulesOfFees
from telephony.numbers.line_months import post_line_months, post_line_months_of_batch
from tests.factories.membership import NOW, make_member, make_profile_version, nex
from tests.factories.numbers import make_line

DUES = MonthlyDues.model_validate({"per": "month", "amount": 5_000, "part_month": PartMonth.WHOLE})
AT_ONCE = Schedule(closes=DaysAfter(kind="days-after", days=0), due=DaysAfter(kind="days-after", days=7))


def queue_dues(
    resources: Resources, session: Session, operator_id: int, now: datetime = NOW, *, in_batches: bool = True
) -> None:
    _provide(resources, session, operator_id)
    make_member(session, operator_id)
    day = nex().calendar().local_date(now).isoformat()
    if in_batches:
        post_dues.enqueue(session, operator_id=operator_id, now=now, day=day)
    else:
        post_dues_of_batch.enqueue(session, operator_id=operator_id, now=now, day=day, after_id=0)


def dues_are_posted(session: Session) -> bool:
    return session.scalars(select(Charge.amount).where(Charge.what == "dues")).all() == [Decimal(5_000)]


def queue_line_months(
    resources: Resources, session: Session, operator_id: int, now: datetime, *, in_batches: bool = True
) -> None:
    """A line that was rented in June; its first payment was for two months."""
    _provide(resources, session, operator_id)
    make_line(session, operator_id)
    day = nex().calendar().local_date(now).isoformat()
    if in_batches:
        post_line_months.enqueue(session, operator_id=operator_id, now=now, day=day)
    else:
        post_line_months_of_batch.enqueue(session, operator_id=operator_id, now=now, day=day, after_id=0)


def line_months_are_posted(session: Session) -> bool:
    months = session.scalars(select(Charge.service_month).where(Charge.what == "line-monthly")).all()
    return "2026-08" in months


def queue_invoice(resources: Resources, session: Session, operator_id: int) -> None:
    rules = _provide(resources, session, operator_id)
    member = make_member(session, operator_id)
    new = NewFee("recovery", date(2026, 6, 10), amount=Decimal(3_000))
    charge_fee(session, rules, member.id, new, actor="account:1", now=NOW)
    ask_for_invoice(session, operator_id, member.id, NOW)


def is_invoiced(session: Session) -> bool:
    return session.scalars(select(Invoice.total)).all() == [Decimal(3_300)]


def _provide(resources: Resources, session: Session, operator_id: int) -> BillingRules:
    """nex, whose virtual-office members pay dues here, and whose fees are paid at once."""
    version_id = make_profile_version(session, operator_id)
    billing = nex().billing.model_copy(
        update={
            "dues": {"virtual-office": DUES},
            "schedules": (
                AT_ONCE.model_copy(update={"purposes": ("recovery",)}),
                *nex().billing.schedules,
            ),
        }
    )
    rules = BillingRules(billing, nex().membership, nex().calendar(), version_id, nex().title)
    fees = FeeRules(nex().numbers, billing, nex().calendar(), version_id)
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: rules}))
    resources.provide(RulesOfFees, RulesOfFees({operator_id: fees}))
    return rules
