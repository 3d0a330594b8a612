"""Scenes of the tasks about cards, slips and arrears."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import RulesOfBilling
from coworking.billing.arrears.models import ArrearsStep
from coworking.billing.arrears.steps import chase_arrears, chase_member
from coworking.billing.cards.collecting import charge_card, collect_card, collect_cards
from coworking.billing.cards.models import Card, CardCharge, CardEvent, CardSetup
from coworking.billing.cards.provider import CardProviders
from coworking.billing.cards.registering import ask_for_setup, open_setup
from coworking.billing.cards.sandbox_cards import SandboxCard, SandboxCards
from coworking.billing.cards.webhooks import hear_event
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.payment_methods import WayToPay, choose_way_to_pay
from coworking.billing.payment_record_models import PaymentSlip, Refund
from coworking.billing.profile import PaymentChoice, PaymentMeans
from coworking.billing.refunds import refund_invoice
from coworking.billing.slips import write_slips
from coworking.kit.clock import SystemClock
from coworking.kit.notices import register_templates
from coworking.kit.outbox import Resources, TaskContext
from coworking.membership.models import Member
from tests.factories.cards import make_card, sandbox_cards
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_member

TODAY = NOW.date()
ACTOR = "account:1"
SLIPS = (PaymentChoice(means=PaymentMeans.CARD), PaymentChoice(means=PaymentMeans.PAYMENT_SLIP))


def _due(
    resources: Resources,
    session: Session,
    operator_id: int,
    *,
    means: PaymentMeans = PaymentMeans.CARD,
    days_ago: int = 0,
) -> Invoice:
    """An invoice of a member who pays so, and has a card; the rules and the sandbox are there for tasks."""
    register_templates("coworking.billing")
    rules = billing_rules(session, operator_id, payment_choices=SLIPS, refunds=True)
    cards = sandbox_cards(SystemClock())
    resources.provide(RulesOfBilling, RulesOfBilling({operator_id: rules}))
    resources.provide(CardProviders, CardProviders({operator_id: cards}))
    member = make_member(session, operator_id)
    choose_way_to_pay(session, rules.profile, member.id, WayToPay(means), actor=ACTOR, now=NOW)
    make_card(session, cards, member)
    return make_invoice(session, member, due_on=TODAY - timedelta(days=days_ago))


def queue_collection_day(resources: Resources, session: Session, operator_id: int) -> None:
    _due(resources, session, operator_id)
    collect_cards.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def queue_member_collection(resources: Resources, session: Session, operator_id: int) -> None:
    invoice = _due(resources, session, operator_id)
    collect_card.enqueue(session, operator_id=operator_id, now=NOW, member_id=invoice.member_id)


def queue_charge(resources: Resources, session: Session, operator_id: int) -> CardCharge:
    invoice = _due(resources, session, operator_id)
    charge = CardCharge(
        operator_id=operator_id,
        member_id=invoice.member_id,
        invoice_id=invoice.id,
        attempt=1,
        amount=invoice.total,
        customer="cus_1",
        method=f"pm_{SandboxCard.OK}",
        status="asked",
        asked_at=NOW,
        looked_up=0,
    )
    session.add(charge)
    session.flush()
    charge_card.enqueue(session, operator_id=operator_id, now=NOW, charge_id=charge.id)
    return charge


def is_paid(session: Session) -> bool:
    return session.scalars(select(InvoiceBalance.status)).all() == ["paid"]


def queue_refund(resources: Resources, session: Session, operator_id: int) -> None:
    charge = queue_charge(resources, session, operator_id)
    context = TaskContext(session, SystemClock(), operator_id, resources)
    charge_card.run(context, charge_id=charge.id)
    session.flush()
    number = session.get_one(Invoice, charge.invoice_id).number
    rules = resources[RulesOfBilling][operator_id]
    refund_invoice(session, rules, number, Decimal(1_000), "", actor=ACTOR, now=NOW)


def is_refunded(session: Session) -> bool:
    return session.scalars(select(Refund.status)).all() == ["done"]


def queue_setup(resources: Resources, session: Session, operator_id: int) -> None:
    invoice = _due(resources, session, operator_id)
    ask_for_setup(session, invoice.member_id, actor=ACTOR, now=NOW)


def setup_is_open(session: Session) -> bool:
    return session.scalars(select(CardSetup.status)).all() == ["open"]


def queue_event(resources: Resources, session: Session, operator_id: int) -> None:
    """The member has entered a card, and the provider has told of it."""
    invoice = _due(resources, session, operator_id, means=PaymentMeans.PAYMENT_SLIP)
    setup = ask_for_setup(session, invoice.member_id, actor=ACTOR, now=NOW)
    open_setup.run(TaskContext(session, SystemClock(), operator_id, resources), setup_id=setup.id)
    session.flush()
    assert setup.reference is not None
    cards = resources[CardProviders][operator_id]
    assert isinstance(cards, SandboxCards)
    cards.enter_card(setup.reference, SandboxCard.INSUFFICIENT)
    event = CardEvent(
        operator_id=operator_id, event="evt_1", kind="setup", reference=setup.reference, received_at=NOW
    )
    session.add(event)
    session.flush()
    hear_event.enqueue(session, operator_id=operator_id, now=NOW, event_id=event.id)


def card_is_changed(session: Session) -> bool:
    return session.scalars(select(Card.method)).all() == [f"pm_{SandboxCard.INSUFFICIENT}"]


def queue_slips(resources: Resources, session: Session, operator_id: int) -> None:
    _due(resources, session, operator_id, means=PaymentMeans.PAYMENT_SLIP)
    write_slips.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def slip_is_written(session: Session) -> bool:
    return session.scalars(select(PaymentSlip.mail_on)).all() == [TODAY]


def queue_arrears_day(resources: Resources, session: Session, operator_id: int) -> None:
    _due(resources, session, operator_id, means=PaymentMeans.PAYMENT_SLIP, days_ago=10)
    chase_arrears.enqueue(session, operator_id=operator_id, now=NOW, day=TODAY.isoformat())


def queue_chase(resources: Resources, session: Session, operator_id: int) -> None:
    _due(resources, session, operator_id, means=PaymentMeans.PAYMENT_SLIP, days_ago=10)
    member_id = session.scalars(select(Member.id)).one()
    chase_member.enqueue(session, operator_id=operator_id, now=NOW, member_id=member_id)


def is_reminded(session: Session) -> bool:
    return session.scalars(select(ArrearsStep.step)).all() == ["reminder"]
