from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from app.asgi import request
from coworking.billing import PaymentMeans, RulesOfBilling, WayToPay, choose_way_to_pay
from coworking.billing.arrears.models import ArrearsStep
from coworking.billing.arrears.steps import chase
from coworking.billing.cards.collecting import collect_cards
from coworking.billing.cards.event_messages import read_event, sign
from coworking.billing.cards.models import Card, CardCharge, CardDispute, CardEvent
from coworking.billing.cards.provider import CardProviders, SignatureWrong
from coworking.billing.cards.registering import ask_for_setup, latest_setup
from coworking.billing.cards.sandbox_cards import SandboxCard
from coworking.billing.cards.webhooks import SIGNATURE, CardWebhooks, events_path
from coworking.billing.invoice_models import Invoice, InvoiceBalance
from coworking.billing.invoicing.letters import ATTACHED
from coworking.billing.papers import invoice_file
from coworking.billing.payment_models import Payment
from coworking.billing.refunds import refund_invoice
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.notices import Notice, register_attachments, register_templates
from coworking.kit.outbox import TASKS, OutboxTask, Resources, TaskContext
from coworking.membership import Doorway
from tests.factories.cards import SECRET, Messages, make_card, sandbox_cards
from tests.factories.invoices import billing_rules, make_invoice
from tests.factories.membership import NOW, make_account, make_member, make_operator, nex

DUE = date(2026, 6, 30)
DUE_AT = nex().calendar().instant(DUE, time(0, 40))


class Till:
    """A member who pays by card, an invoice, and the sandbox; tasks run in the test's own session."""

    def __init__(self, session: Session, card: SandboxCard | None = SandboxCard.OK, **changes: Any) -> None:
        register_templates("coworking.billing")
        self.session = session
        self.clock = VirtualClock(NOW)
        self.operator_id = make_operator(session)
        make_account(session, self.operator_id)
        self.member = make_member(session, self.operator_id)
        self.rules = billing_rules(session, self.operator_id, **changes)
        register_attachments(ATTACHED, lambda inner, invoice_id: invoice_file(inner, self.rules, invoice_id))
        self.messages = Messages()
        self.cards = sandbox_cards(self.clock, self.messages)
        way = WayToPay(PaymentMeans.CARD)
        choose_way_to_pay(session, self.rules.profile, self.member.id, way, actor="account:1", now=NOW)
        if card is not None:
            make_card(session, self.cards, self.member, card)
        self.invoice = make_invoice(session, self.member, due_on=DUE, pays_by="card")
        self.resources = Resources(
            RulesOfBilling({self.operator_id: self.rules}), CardProviders({self.operator_id: self.cards})
        )

    def collect(self, at: datetime = DUE_AT) -> None:
        """The daily step of that instant, what it queues, and what the provider tells of it."""
        self.clock.advance_to(at)
        day = self.rules.calendar.local_date(at).isoformat()
        collect_cards.run(self.context(), day=day)
        self.work()

    def context(self) -> TaskContext:
        return TaskContext(self.session, self.clock, self.operator_id, self.resources)

    def work(self) -> None:
        """Everything of billing that is due, and what the provider tells meanwhile, each message twice."""
        due = select(OutboxTask).where(
            OutboxTask.name.startswith("billing."), OutboxTask.due_at <= self.clock.now()
        )
        while True:
            while self.messages.told:
                self.hear(*self.messages.told.pop(0))
            task = self.session.scalars(due.order_by(OutboxTask.id).limit(1)).first()
            if task is None:
                return
            self.session.delete(task)
            self.session.flush()
            TASKS[task.name].run(self.context(), **task.arguments)
            self.session.flush()

    def hear(self, body: bytes, signature: str) -> None:
        told = self.cards.read_event(body, signature, self.clock.now())
        assert told.kind is not None
        event = CardEvent(
            operator_id=self.operator_id,
            event=told.id,
            kind=told.kind,
            reference=told.reference,
            received_at=self.clock.now(),
        )
        self.session.add(event)
        self.session.flush()
        for _ in range(2):
            TASKS["billing.hear-card-event"].run(self.context(), event_id=event.id)

    def state(self, invoice: Invoice | None = None) -> tuple[str, date | None]:
        row = self.session.get_one(InvoiceBalance, (invoice or self.invoice).id)
        return row.status, row.paid_on

    def charges(self) -> list[tuple[str, str | None]]:
        rows = self.session.scalars(select(CardCharge).order_by(CardCharge.id))
        return [(row.status, row.reason) for row in rows]

    def payments(self) -> list[int]:
        return [int(amount) for amount in self.session.scalars(select(Payment.amount).order_by(Payment.id))]

    def kinds(self) -> list[str]:
        return list(self.session.scalars(select(Notice.kind).order_by(Notice.id)))


def test_a_card_is_charged_on_the_due_date_and_only_once(session: Session) -> None:
    till = Till(session)
    till.collect(DUE_AT - timedelta(days=1))
    assert till.charges() == []
    for _ in range(2):
        till.collect()
    assert till.charges() == [("succeeded", None)]
    assert till.state() == ("paid", DUE)
    assert till.payments() == [11_000]


def test_an_answer_that_was_lost_is_looked_up_before_anything_is_charged_again(session: Session) -> None:
    """R09: the provider's message may be lost, too; then the look-up of a minute later finds the charge."""
    till = Till(session, SandboxCard.UNKNOWN_AFTER_TIMEOUT)
    till.cards.tell = lambda *_: None
    till.collect()
    assert till.charges() == [("unknown", None)]
    till.collect(DUE_AT + timedelta(minutes=2))
    assert till.charges() == [("succeeded", None)]
    assert till.payments() == [11_000]


def test_the_providers_message_settles_a_charge_whose_answer_was_lost(session: Session) -> None:
    till = Till(session, SandboxCard.UNKNOWN_AFTER_TIMEOUT)
    till.collect()
    assert till.charges() == [("succeeded", None)]
    till.collect(DUE_AT + timedelta(hours=2))
    assert till.payments() == [11_000]


def test_a_declined_card_is_charged_again_on_the_retry_days_and_the_member_told(session: Session) -> None:
    till = Till(session, SandboxCard.INSUFFICIENT)
    attempts = []
    for days in range(10):
        till.collect(DUE_AT + timedelta(days=days))
        attempts.append(len(till.charges()))
    assert attempts == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3]
    assert set(till.charges()) == {("declined", "insufficient_funds")}
    assert till.kinds() == ["card-declined"] * 3
    assert till.payments() == []


def test_a_new_card_is_charged_for_what_is_due_as_soon_as_it_is_there(session: Session) -> None:
    till = Till(session, SandboxCard.DECLINED)
    till.collect()
    till.clock.advance_to(DUE_AT + timedelta(days=1))
    for _ in range(2):
        ask_for_setup(session, till.member.id, actor="account:1", now=till.clock.now())
    till.work()
    setup = latest_setup(session, till.member.id)
    assert setup is not None
    assert setup.reference is not None
    assert till.cards.enter_card(setup.reference, SandboxCard.OK)
    till.work()
    assert session.scalars(select(Card.method)).all() == ["pm_ok"]
    assert till.charges() == [("declined", "generic_decline"), ("succeeded", None)]
    assert till.state() == ("paid", DUE + timedelta(days=1))


def test_who_pays_otherwise_is_not_charged(session: Session) -> None:
    till = Till(session)
    way = WayToPay(PaymentMeans.BANK_TRANSFER)
    choose_way_to_pay(session, till.rules.profile, till.member.id, way, actor="account:1", now=NOW)
    till.collect()
    assert till.charges() == []


@pytest.mark.parametrize("won", [True, False])
def test_a_disputed_charge_is_owed_again_until_the_dispute_is_won(session: Session, won: bool) -> None:
    """The dispute is told before the charge; no reminder goes out while it is open."""
    till = Till(session, SandboxCard.DISPUTED)
    till.collect()
    till.collect(DUE_AT + timedelta(minutes=30))
    assert till.payments() == [11_000, -11_000]
    assert till.kinds() == ["card-disputed"]
    later = DUE_AT + timedelta(days=20)
    till.collect(later)
    assert not chase(session, till.rules, till.member.id, later)
    assert till.state() == ("overdue", None)
    assert till.kinds() == ["card-disputed"]
    [dispute] = session.scalars(select(CardDispute)).all()
    till.cards.close_dispute(dispute.reference, won=won)
    till.work()
    assert till.payments() == [11_000, -11_000, *([11_000] if won else [])]
    assert dispute.status == ("won" if won else "lost")
    assert till.state()[0] == ("paid" if won else "overdue")
    chase(session, till.rules, till.member.id, later)
    assert till.kinds() == ["card-disputed", *([] if won else ["payment-reminder"])]


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_takes_what_a_refund_has_left(session: Session, won: bool) -> None:
    till = Till(session, SandboxCard.DISPUTED, refunds=True)
    disputes, till.messages.told = till.messages.told, []
    till.cards.tell = lambda body, signature: disputes.append((body, signature))
    till.collect()
    refund_invoice(
        session, till.rules, till.invoice.number, Decimal(4_000), "", actor="account:1", now=DUE_AT
    )
    till.cards.tell = till.messages.tell
    till.messages.told += disputes
    till.work()
    assert till.payments() == [11_000, -4_000, -7_000]
    assert "card-disputed" in till.kinds()
    [dispute] = session.scalars(select(CardDispute)).all()
    till.cards.close_dispute(dispute.reference, won=won)
    till.work()
    assert till.payments() == [11_000, -4_000, -7_000, *([7_000] if won else [])]
    assert till.state()[0] == ("paid" if won else "issued")


def test_a_refund_goes_back_to_the_card_once(session: Session) -> None:
    till = Till(session, refunds=True)
    till.collect()
    [refund] = refund_invoice(
        session, till.rules, till.invoice.number, Decimal(4_000), "", actor="account:1", now=DUE_AT
    )
    assert refund.status == "asked"
    till.work()
    charge = session.scalars(select(CardCharge.reference)).one()
    assert charge is not None
    assert (refund.status, till.cards.refunded(charge)) == ("done", 4_000)


def test_steps_against_arrears_come_once_each_on_their_days(session: Session) -> None:
    """NET-15, NEX-19, SAK-10."""
    arrears = nex().billing.arrears.model_copy(
        update={"reminder_after_days": 10, "suspension_after_days": 30, "forced_end_after_days": 60}
    )
    till = Till(session, None, arrears=arrears)
    seen: dict[int, list[str]] = {}
    ended = []
    for days in range(63):
        at = DUE_AT + timedelta(days=days)
        if chase(session, till.rules, till.member.id, at):
            ended.append(days)
        seen[days] = list(session.scalars(select(ArrearsStep.step).order_by(ArrearsStep.id)))
    assert till.state() == ("overdue", None)
    steps = ["reminder", "suspension", "forced-end"]
    for days, count in ((0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (59, 2), (60, 3), (62, 3)):
        assert seen[days] == steps[:count]
    assert ended == [60]
    assert till.kinds() == ["payment-reminder"]


BODY = (
    b'{"id": "evt_1", "type": "payment_intent.succeeded",'
    b' "data": {"object": {"id": "pi_1", "metadata": {"key": "k"}}}}'
)


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (BODY, ""),
        (BODY, "t=1,v1=00"),
        (BODY, "t=1,v1=é"),
        (BODY, sign(BODY, "another", NOW)),
        (BODY + b" ", sign(BODY, SECRET, NOW)),
        (BODY, sign(BODY, SECRET, NOW - timedelta(minutes=6))),
        (BODY, sign(BODY, SECRET, NOW + timedelta(minutes=6))),
        (b"\xff", sign(BODY, SECRET, NOW)),
    ],
    ids=["none", "made-up", "no-ascii", "other-secret", "other-body", "old", "ahead", "no-text"],
)
def test_only_what_the_provider_signed_lately_is_believed(body: bytes, signature: str) -> None:
    assert read_event(BODY, sign(BODY, SECRET, NOW), SECRET, NOW).reference == "k"
    with pytest.raises(SignatureWrong):
        read_event(body, signature, SECRET, NOW)


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b"no json", b'{"id": "e", "type": "x", "data": {"object": []}}']
)
def test_a_signed_body_that_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_event(body, sign(body, SECRET, NOW), SECRET, NOW)


def test_a_message_is_kept_once_whoever_repeats_it(clean_database: Database) -> None:
    clock = VirtualClock(datetime(2026, 6, 10, tzinfo=UTC))
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
    cards = sandbox_cards(clock)
    resources = Resources(CardProviders({operator_id: cards}))
    application = Starlette(routes=CardWebhooks(Doorway(clean_database, clock, resources)).routes())

    def post(path: str, signature: str) -> int:
        headers = {SIGNATURE: signature}
        return asyncio.run(request(application, "POST", path, headers=headers, body=BODY)).status

    path, signature = events_path(operator_id), sign(BODY, SECRET, clock.now())
    assert [post(path, signature), post(path, signature)] == [200, 200]
    assert post(path, "") == 400
    assert post(events_path(operator_id + 1), signature) == 404
    with clean_database.transaction(operator_id) as session:
        assert session.scalars(select(CardEvent.event)).all() == ["evt_1"]
        assert session.scalars(select(OutboxTask.name)).all() == ["billing.hear-card-event"]
