"""Charging registered cards for what is due: an attempt is a row, and each has a key of its own (R09)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, cast

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing.balances import OPEN, open_balances, owed
from coworking.billing.cards.models import Card, CardCharge, CardCustomer, CardDispute
from coworking.billing.cards.provider import (
    CardProvider,
    CardProviders,
    ChargeOrder,
    ChargeOutcome,
    OutcomeUnknown,
)
from coworking.billing.cards.registering import card_of
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.payment_methods import way_to_pay
from coworking.billing.payments import NewPayment, record_payment
from coworking.billing.profile import PaymentMeans
from coworking.billing.rules import BillingRules, RulesOfBilling
from coworking.kit.errors import Language
from coworking.kit.notices import notify
from coworking.kit.outbox import TaskContext, task
from coworking.membership import facts

ACTOR: Final = "card-provider"
FIRST_LOOK: Final = timedelta(minutes=1)
MOST_LOOKS: Final = 12
"""Each after twice the time of the one before; then staff see the charge in the list."""
NO_LONGER_OWED: Final = "no-longer-owed"

log = structlog.get_logger(__name__)


@task("billing.collect-cards")
def collect_cards(context: TaskContext, *, day: str) -> None:
    """The daily step: every member with a card who owes what is due by that day."""
    due = (
        select(InvoiceBalance.member_id)
        .join(Card, Card.member_id == InvoiceBalance.member_id)
        .where(InvoiceBalance.status.in_(OPEN), InvoiceBalance.due_on <= date.fromisoformat(day))
        .distinct()
        .order_by(InvoiceBalance.member_id)
    )
    for member_id in context.session.scalars(due):
        queue_collection(context.session, context.operator_id, member_id, context.clock.now())


def queue_collection(session: Session, operator_id: int | None, member_id: int, now: datetime) -> None:
    """Charge the member's card, if they pay by card, for whatever is due today."""
    key = f"collect-card:{member_id}"
    collect_card.enqueue(session, operator_id=operator_id, now=now, key=key, member_id=member_id)


def collect_invoice(
    session: Session, operator_id: int, member_id: int, invoice_id: int, now: datetime
) -> None:
    """Charge the member's card for one invoice, however they pay otherwise."""
    key = f"collect-card:{member_id}:{invoice_id}"
    collect_card.enqueue(
        session, operator_id=operator_id, now=now, key=key, member_id=member_id, invoice_id=invoice_id
    )


@task("billing.collect-card")
def collect_card(context: TaskContext, *, member_id: int, invoice_id: int | None = None) -> None:
    """Begin an attempt for each of the member's invoices that is due and may be charged now, or for this one."""
    session, now = context.session, context.clock.now()
    assert context.operator_id is not None
    rules = context.resource(RulesOfBilling)[context.operator_id]
    card = card_of(session, member_id)
    if card is None:
        return
    if invoice_id is None and way_to_pay(session, rules.profile, member_id).means is not PaymentMeans.CARD:
        return
    today = rules.calendar.local_date(now)
    customer = session.get_one(CardCustomer, member_id).reference
    for balance in open_balances(session, member_id):
        if invoice_id not in (None, balance.invoice_id):
            continue
        earlier = _attempts(session, balance.invoice_id)
        if balance.due_on > today or not _may_try(session, rules, balance, earlier, card, today):
            continue
        charge = CardCharge(
            operator_id=context.operator_id,
            member_id=member_id,
            invoice_id=balance.invoice_id,
            attempt=len(earlier) + 1,
            amount=owed(balance),
            customer=customer,
            method=card.method,
            status="asked",
            asked_at=now,
            looked_up=0,
        )
        session.add(charge)
        session.flush()
        queue_charge(session, charge, now)


def queue_charge(session: Session, charge: CardCharge, now: datetime, due_at: datetime | None = None) -> None:
    """Find out what became of an attempt, and make it where nothing did."""
    charge_card.enqueue(
        session,
        operator_id=charge.operator_id,
        now=now,
        due_at=due_at,
        key=f"charge-card:{charge.id}" if due_at is None else None,
        charge_id=charge.id,
    )


@task("billing.charge-card")
def charge_card(context: TaskContext, *, charge_id: int) -> None:
    """Look first whether the provider knows the attempt, and charge only where it does not."""
    session, now = context.session, context.clock.now()
    charge = session.get(CardCharge, charge_id, with_for_update=True)
    if charge is None or charge.status in ("succeeded", "declined"):
        return
    rules = context.resource(RulesOfBilling)[charge.operator_id]
    try:
        outcome = _outcome(session, context.resource(CardProviders)[charge.operator_id], charge)
    except OutcomeUnknown:
        _look_again(session, charge, now)
        return
    if outcome.succeeded:
        _succeeded(session, rules, charge, outcome, now)
    else:
        _declined(session, rules, charge, outcome, now)


def _outcome(session: Session, provider: CardProvider, charge: CardCharge) -> ChargeOutcome:
    known = provider.find_charge(charge.customer, charge.key)
    if known is not None:
        return known
    balance = session.get_one(InvoiceBalance, charge.invoice_id)
    if owed(balance) < charge.amount:
        return ChargeOutcome(None, succeeded=False, reason=NO_LONGER_OWED)
    number = session.get_one(Invoice, charge.invoice_id).number
    return provider.charge(
        ChargeOrder(charge.key, charge.customer, charge.method, charge.amount, document=number)
    )


def _look_again(session: Session, charge: CardCharge, now: datetime) -> None:
    charge.status = "unknown"
    charge.looked_up += 1
    if charge.looked_up > MOST_LOOKS:
        log.warning("card charge stays unknown", charge_id=charge.id)
        return
    queue_charge(session, charge, now, now + FIRST_LOOK * 2 ** (charge.looked_up - 1))


def _succeeded(
    session: Session, rules: BillingRules, charge: CardCharge, outcome: ChargeOutcome, now: datetime
) -> None:
    card = card_of(session, charge.member_id)
    new = NewPayment(
        key=f"card:{charge.key}",
        member_id=charge.member_id,
        means=PaymentMeans.CARD,
        brand=card.brand if card is not None and card.method == charge.method else None,
        amount=charge.amount,
        received_on=rules.calendar.local_date(now),
        invoice_id=charge.invoice_id,
    )
    payment = record_payment(session, rules, new, actor=ACTOR, now=now)
    charge.payment_id = payment.id
    charge.status, charge.reference, charge.answered_at = "succeeded", outcome.reference, now


def _declined(
    session: Session, rules: BillingRules, charge: CardCharge, outcome: ChargeOutcome, now: datetime
) -> None:
    charge.status, charge.reference, charge.answered_at = "declined", outcome.reference, now
    charge.reason = outcome.reason
    if outcome.reason == NO_LONGER_OWED:
        return
    member = facts(session, charge.member_id)
    next_on = next_attempt_on(rules, _attempts(session, charge.invoice_id))
    notify(
        session,
        operator_id=charge.operator_id,
        now=now,
        recipient=f"member:{member.id}",
        address=member.email,
        kind="card-declined",
        language=cast("Language", member.language),
        operator=rules.operator_title.spoken(member.language),
        member=member.name,
        invoice=session.get_one(Invoice, charge.invoice_id).number,
        amount=f"{charge.amount:,.0f}",
        next_on=next_on,
    )


def next_attempt_on(rules: BillingRules, earlier: Sequence[CardCharge]) -> date | None:
    """The local date from which on an invoice is charged once more after these attempts; None: no more by itself."""
    days = rules.profile.cards.retry_after_days
    if not earlier or len(earlier) > len(days):
        return None
    by_rule = rules.calendar.local_date(earlier[0].asked_at) + timedelta(days=days[len(earlier) - 1])
    # After a service stood still several are due: one a day.
    return max(by_rule, rules.calendar.local_date(earlier[-1].asked_at) + timedelta(days=1))


def _may_try(
    session: Session,
    rules: BillingRules,
    balance: InvoiceBalance,
    earlier: Sequence[CardCharge],
    card: Card,
    today: date,
) -> bool:
    """Never while an attempt is open, nor by itself after one that was paid and taken back."""
    if not earlier:
        return not _is_disputed(session, balance.invoice_id)
    if any(charge.status != "declined" for charge in earlier):
        return False
    if card.registered_at > earlier[-1].asked_at:
        return True
    next_on = next_attempt_on(rules, earlier)
    return next_on is not None and next_on <= today


def _attempts(session: Session, invoice_id: int) -> Sequence[CardCharge]:
    return session.scalars(
        select(CardCharge).where(CardCharge.invoice_id == invoice_id).order_by(CardCharge.attempt)
    ).all()


def _is_disputed(session: Session, invoice_id: int) -> bool:
    found = session.scalar(
        select(CardDispute.id).where(CardDispute.invoice_id == invoice_id, CardDispute.status == "open")
    )
    return found is not None
