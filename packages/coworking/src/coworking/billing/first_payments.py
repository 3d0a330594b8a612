"""What a new member pays first: dues of the first months, and fees that every new contract pays once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy.orm import Session

from coworking.billing.at_once import ask_for_invoice
from coworking.billing.charges import Posting, post
from coworking.billing.closing_days import day_by, month_after
from coworking.billing.days_of_charges import ChargeDays
from coworking.billing.dues import dues_posting
from coworking.billing.owed_months import owed_in
from coworking.billing.price_fields import FixedFee
from coworking.billing.rules import BillingRules
from coworking.membership import Contract, MemberJoined, contract_of


def post_first_payment(session: Session, rules: BillingRules, told: MemberJoined) -> None:
    """Post what is paid first for a contract that was taken, closed today and due on the day of the first payment
    (SAK-05, NET-10), and ask for its invoice. Doing it again changes nothing."""
    contract = contract_of(session, told.member_id)
    postings = list(first_payment(rules, contract, told.starts_on, told.at))
    post(session, contract.operator_id, postings, told.at)
    if postings:
        ask_for_invoice(session, contract.operator_id, contract.member_id, told.at)


def first_payment(
    rules: BillingRules, contract: Contract, starts_on: date, now: datetime
) -> Iterator[Posting]:
    """Dues of the first months with the start's part of its own, then the fees. Options keep their own days. A member
    of a company and one who pays by use pay nothing first."""
    plan = rules.membership.plans[contract.plan]
    if contract.belongs_to is not None or plan.of_company is not None or not plan.has_contract:
        return
    payment = rules.profile.first_payment
    posted_on = rules.calendar.local_date(now)
    due_on = day_by(
        payment.due_for(starts_on), service_on=starts_on, posted_on=posted_on, calendar=rules.calendar
    )
    days = ChargeDays(posted_on, max(due_on, posted_on))
    for months in range(payment.months_for(starts_on)):
        for owed in owed_in(rules, contract, month_after(starts_on, months)):
            if owed.is_dues:
                yield dues_posting(rules, contract, owed, days, first_payment=True)
    for what in payment.fees:
        fee = rules.profile.fees[what]
        if (
            isinstance(fee, FixedFee)
            and fee.amount
            and (not fee.member_plans or contract.plan in fee.member_plans)
        ):
            yield Posting(
                key=f"member:{contract.member_id}:fee:{what}:{starts_on}",
                member_id=contract.member_id,
                what=what,
                quantity=1,
                unit_price=fee.amount,
                amount=fee.amount,
                tax_mode=rules.profile.tax_mode,
                service_month=f"{starts_on:%Y-%m}",
                service_on=starts_on,
                closes_on=days.closes_on,
                due_on=days.due_on,
                reason={"first_payment": True},
                profile_version_id=rules.profile_version_id,
            )
