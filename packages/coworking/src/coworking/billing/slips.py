"""Payment slips: who gets one mailed, from which day on, and whether it went out (NET-09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN
from coworking.billing.closing_days import day_by
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.payment_methods import ways_to_pay
from coworking.billing.payment_record_models import PaymentSlip
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.audit import record
from coworking.kit.db import table_of
from coworking.kit.errors import NotFound
from coworking.kit.listing import OLDEST_FIRST, Listing
from coworking.kit.outbox import TaskContext, task
from coworking.membership import contracts_of


@task("billing.write-slips")
def write_slips(context: TaskContext, *, day: str) -> None:
    """The daily step: every open invoice of who pays by slip gets one once its mailing day has come."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    if all(choice.means is not PaymentMeans.PAYMENT_SLIP for choice in rules.profile.payment_choices):
        return
    session, today = context.session, date.fromisoformat(day)
    statement = (
        select(InvoiceBalance)
        .outerjoin(PaymentSlip, PaymentSlip.invoice_id == InvoiceBalance.invoice_id)
        .where(InvoiceBalance.status.in_(OPEN), PaymentSlip.id.is_(None))
        .order_by(InvoiceBalance.invoice_id)
    )
    balances = [row for row in session.scalars(statement) if mailed_from(rules, row.due_on, today) <= today]
    ways = ways_to_pay(
        session, rules.profile, contracts_of(session, {balance.member_id for balance in balances})
    )
    rows = [
        {
            "operator_id": balance.operator_id,
            "member_id": balance.member_id,
            "invoice_id": balance.invoice_id,
            "mail_on": today,
        }
        for balance in balances
        if ways[balance.member_id].means is PaymentMeans.PAYMENT_SLIP
    ]
    if rows:
        session.execute(
            insert(table_of(PaymentSlip)).on_conflict_do_nothing(index_elements=["invoice_id"]), rows
        )


def mailed_from(rules: BillingRules, due_on: date, today: date) -> date:
    """The local date from which on the slip of an invoice that falls due then is mailed."""
    mailing = rules.profile.slips
    if mailing is None:
        return today
    return day_by(mailing.mailed_from, service_on=due_on, posted_on=today, calendar=rules.calendar)


def list_slips(
    session: Session, *, is_mailed: bool | None, after_id: int, limit: int, listing: Listing = OLDEST_FIRST
) -> Sequence[tuple[PaymentSlip, str]]:
    """With the numbers of their invoices. What waits to be mailed leaves out invoices that were paid meanwhile."""
    statement = listing.part(
        select(PaymentSlip, Invoice.number)
        .join(Invoice, Invoice.id == PaymentSlip.invoice_id)
        .join(InvoiceBalance, InvoiceBalance.invoice_id == PaymentSlip.invoice_id),
        PaymentSlip.id,
        after_id,
        limit,
    )
    if is_mailed is True:
        statement = statement.where(PaymentSlip.mailed_at.is_not(None))
    elif is_mailed is False:
        statement = statement.where(PaymentSlip.mailed_at.is_(None), InvoiceBalance.status.in_(OPEN))
    return [(slip, number) for slip, number in session.execute(statement)]


def mark_mailed(session: Session, slip_id: int, *, actor: str, now: datetime) -> tuple[PaymentSlip, str]:
    """The slip went out; saying so again changes nothing. Raises `NotFound`."""
    slip = session.get(PaymentSlip, slip_id, with_for_update=True)
    if slip is None:
        raise NotFound
    number = session.get_one(Invoice, slip.invoice_id).number
    if slip.mailed_at is None:
        slip.mailed_at, slip.mailed_by = now, actor
        record(
            session,
            operator_id=slip.operator_id,
            at=now,
            actor=actor,
            action="payment-slip.mailed",
            subject=f"member:{slip.member_id}",
            details={"invoice": number},
        )
    return slip, number
