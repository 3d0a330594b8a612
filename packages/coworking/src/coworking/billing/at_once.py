"""What is paid at once is invoiced at once, by a task of its own."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from coworking.billing.cards.collecting import collect_invoice
from coworking.billing.charges import Posting
from coworking.billing.day_rules import DaysAfter
from coworking.billing.invoicing.issuing import invoice_now
from coworking.billing.profile import PaymentMeans, Schedule
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.errors import UserError
from coworking.kit.outbox import TaskContext, task

log = structlog.get_logger(__name__)


def closes_at_once(schedule: Schedule, posting: Posting, rules: BillingRules, now: datetime) -> bool:
    """Whether a charge closes on the day of its posting because its schedule counts from there."""
    return isinstance(schedule.closes, DaysAfter) and posting.closes_on == rules.calendar.local_date(now)


def ask_for_invoice(session: Session, operator_id: int, member_id: int, now: datetime) -> None:
    """Once this transaction is kept, what was posted for the member today to be paid at once is invoiced."""
    invoice_at_once.enqueue(
        session, operator_id=operator_id, now=now, key=f"invoice-at-once:{member_id}", member_id=member_id
    )


def ask_for_card_payment(
    session: Session, operator_id: int, member_id: int, charge_key: str, now: datetime
) -> None:
    """Once this transaction is kept, the charge under this key is invoiced by itself and the registered card is charged
    for it, however the member pays otherwise."""
    invoice_by_card.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        key=f"invoice-by-card:{charge_key}",
        member_id=member_id,
        charge_key=charge_key,
    )


@task("billing.invoice-by-card")
def invoice_by_card(context: TaskContext, *, member_id: int, charge_key: str) -> None:
    """What cannot be issued now is left to the run of the month, which shows why."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    session, now = context.session, context.clock.now()
    try:
        with session.begin_nested():
            issued = invoice_now(session, rules, member_id, now, keys=[charge_key], means=PaymentMeans.CARD)
    except UserError as error:
        log.warning("not invoiced by card", member_id=member_id, code=error.code)
        return
    for one in issued:
        collect_invoice(session, context.operator_id, member_id, one.invoice_id, now)


@task("billing.invoice-at-once")
def invoice_at_once(context: TaskContext, *, member_id: int) -> None:
    """What cannot be issued now is left to the run of the month, which shows why."""
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    try:
        with context.session.begin_nested():
            invoice_now(context.session, rules, member_id, context.clock.now())
    except UserError as error:
        log.warning("not invoiced at once", member_id=member_id, code=error.code)
