"""Every declared task through a real broker, and a broker that is killed."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import pytest
from celery.worker import state
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import app.wiring  # noqa: F401 - every package's tasks
from coworking.kit.audit import AuditEntry, record
from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.mailer import Mail, Mailer
from coworking.kit.notices import Notice, send
from coworking.kit.outbox import TASKS, OutboxTask, Resources, TaskContext, task
from coworking.kit.queue import Pulse, Work, make_celery
from telephony.carrier import Carriers
from telephony.forwarding import RulesOfCalls
from telephony.numbers import Line, RulesOfLines, give_notice
from telephony.numbers.models import StockNumber
from tests.factories.forwarding import call_rules
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import ACTOR, line_rules, make_line
from tests.servers import (
    bank_files,
    community,
    contracts,
    dues,
    guesses,
    invoices,
    mail_requests,
    metering,
    numbers,
    payments,
    people,
    texts,
    voicemail,
)
from tests.servers.calling_out import attempt_has_failed, queue_look_up
from tests.servers.debian import Broker, rabbitmq_broker, redis_broker
from tests.servers.member_webhooks import is_delivered, is_forgotten, queue_delivery, queue_old_delivery
from tests.servers.watching import call_is_closed, queue_question, queue_watch

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.01
OF_TESTS = "test-"
BURST = 20
NEXT_MONTH = date(2026, 7, 1)


@dataclass
class Postbox:
    mails: list[Mail] = field(default_factory=list)

    def send(self, mail: Mail) -> None:
        self.mails.append(mail)


class House:
    """One operator, and all that its tasks need."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.postbox = Postbox()
        self.carrier = voicemail.HasRecording()
        self.clock = VirtualClock(NOW)
        with database.transaction() as session:
            self.operator_id = make_operator(session)
        resources = Resources(RulesOfLines({self.operator_id: line_rules()}))
        resources.provide(Mailer, self.postbox)
        resources.provide(RulesOfCalls, RulesOfCalls({self.operator_id: call_rules()}))
        resources.provide(Carriers, Carriers({self.operator_id: self.carrier}))
        self.work = Work(database, self.clock, resources)

    @contextmanager
    def working(self, broker_url: str) -> Iterator[None]:
        """A worker on the broker and the pulse that tells it of work, both as threads."""
        celery = make_celery(broker_url, self.work)
        pulse, ready = Pulse(celery), threading.Event()
        controller = celery.WorkController(
            pool_cls="solo",
            concurrency=1,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda _consumer: ready.set(),
        )
        worker = threading.Thread(target=controller.start)
        self.database.after_commit = pulse.wake
        worker.start()
        pulse.start()
        try:
            assert ready.wait(PATIENCE_SECONDS)
            yield
        finally:
            self.database.after_commit = None
            pulse.stop()
            # As a signal does it: the loop ends itself, for nobody else may read from its connection.
            state.should_stop = 0
            worker.join(PATIENCE_SECONDS)
            state.should_stop = None
            celery.close()

    def change(self, work: Callable[[Session], object]) -> None:
        with self.database.transaction(self.operator_id) as session:
            work(session)

    def wait_until_done(self) -> None:
        """Until nothing that is due waits any more."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        statement = select(func.count()).select_from(OutboxTask).where(OutboxTask.due_at <= self.clock.now())
        while True:
            with self.database.transaction() as session:
                if not session.scalar(statement):
                    return
            assert time.monotonic() < deadline, "the work was not done"
            time.sleep(POLL_SECONDS)


def queue_notice(house: House, session: Session) -> None:
    notice = Notice(
        operator_id=house.operator_id,
        recipient="member:1",
        address="sato@example.jp",
        kind="welcome",
        channel="mail",
        language="ja",
        subject="ようこそ",
        body="ようこそ\n",
        created_at=NOW,
    )
    session.add(notice)
    session.flush()
    send.enqueue(session, operator_id=house.operator_id, now=NOW, notice_id=notice.id)


def notice_is_sent(house: House, session: Session) -> bool:
    return session.scalars(select(Notice.sent_at)).one() == NOW and len(house.postbox.mails) == 1


def queue_begin(house: House, session: Session) -> None:
    house.clock.advance_to(make_line(session, house.operator_id, starts_month=NEXT_MONTH).starts_at)


def line_is(status: str) -> Callable[[House, Session], bool]:
    return lambda _, session: session.scalars(select(Line.status)).one() == status


def queue_finish(house: House, session: Session) -> None:
    line = make_line(session, house.operator_id)
    give_notice(session, line_rules(), line, actor=ACTOR, now=NOW)
    assert line.ends_at is not None
    house.clock.advance_to(line.ends_at)


def queue_free(house: House, session: Session) -> None:
    queue_finish(house, session)
    house.clock.advance_to(house.clock.now() + timedelta(days=180))


def queue_line_months(house: House, session: Session, *, in_batches: bool = True) -> None:
    """Months after the first payment; the clock stands there."""
    house.clock.advance_to(NOW + timedelta(days=60))
    dues.queue_line_months(
        house.work.resources, session, house.operator_id, house.clock.now(), in_batches=in_batches
    )


def number_is_free(_: House, session: Session) -> bool:
    return session.scalars(select(StockNumber.status)).one() == "available"


SCENES: dict[str, tuple[Callable[[House, Session], None], Callable[[House, Session], bool]]] = {
    "billing.issue-batch": (
        lambda house, session: invoices.queue_batch(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.is_issued(session),
    ),
    "billing.open-runs": (
        lambda house, session: invoices.queue_run(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.is_issued(session),
    ),
    "billing.write-letters": (
        lambda house, session: invoices.queue_run(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.letter_is_written(session),
    ),
    "checks.check-day": (
        lambda house, session: invoices.queue_check(house.work.resources, session, house.operator_id),
        lambda _, session: invoices.fault_is_found(session),
    ),
    "membership.deliver-announcement": (
        lambda house, session: community.queue_announcement(session, house.operator_id),
        lambda _, session: community.is_announced(session),
    ),
    "membership.turn-day": (
        lambda house, session: contracts.queue_turn(house.work.resources, session, house.operator_id),
        lambda _, session: contracts.is_ended(session),
    ),
    "membership.turn-member": (
        lambda house, session: contracts.queue_turn(
            house.work.resources, session, house.operator_id, by_day=False
        ),
        lambda _, session: contracts.is_ended(session),
    ),
    "membership.release-sign-ups": (
        lambda house, session: community.queue_call_off(house.work.resources, session, house.operator_id),
        lambda _, session: community.is_called_off(session),
    ),
    "billing.invoice-at-once": (
        lambda house, session: dues.queue_invoice(house.work.resources, session, house.operator_id),
        lambda _, session: dues.is_invoiced(session),
    ),
    "billing.post-dues": (
        lambda house, session: dues.queue_dues(house.work.resources, session, house.operator_id),
        lambda _, session: dues.dues_are_posted(session),
    ),
    "billing.post-dues-of-batch": (
        lambda house, session: dues.queue_dues(
            house.work.resources, session, house.operator_id, in_batches=False
        ),
        lambda _, session: dues.dues_are_posted(session),
    ),
    "billing.charge-card": (
        lambda house, session: payments.queue_charge(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.chase-arrears": (
        lambda house, session: payments.queue_arrears_day(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_reminded(session),
    ),
    "billing.chase-member": (
        lambda house, session: payments.queue_chase(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_reminded(session),
    ),
    "billing.collect-card": (
        lambda house, session: payments.queue_member_collection(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.collect-cards": (
        lambda house, session: payments.queue_collection_day(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_paid(session),
    ),
    "billing.hear-card-event": (
        lambda house, session: payments.queue_event(house.work.resources, session, house.operator_id),
        lambda _, session: payments.card_is_changed(session),
    ),
    "billing.open-card-setup": (
        lambda house, session: payments.queue_setup(house.work.resources, session, house.operator_id),
        lambda _, session: payments.setup_is_open(session),
    ),
    "billing.match-deposits": (
        lambda house, session: bank_files.queue_matching(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.deposit_is_assigned(session),
    ),
    "billing.settle-debits": (
        lambda house, session: bank_files.queue_results(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.invoice_is_paid(session),
    ),
    "billing.write-debits": (
        lambda house, session: bank_files.queue_writing(house.work.resources, session, house.operator_id),
        lambda _, session: bank_files.batch_is_written(session),
    ),
    "billing.refund-card": (
        lambda house, session: payments.queue_refund(house.work.resources, session, house.operator_id),
        lambda _, session: payments.is_refunded(session),
    ),
    "billing.write-slips": (
        lambda house, session: payments.queue_slips(house.work.resources, session, house.operator_id),
        lambda _, session: payments.slip_is_written(session),
    ),
    "calling-out.look-up": (
        lambda house, session: queue_look_up(session, house.operator_id),
        lambda _, session: attempt_has_failed(session),
    ),
    "control.forget": (
        lambda house, session: texts.queue_forget(session, house.operator_id),
        lambda _, session: texts.is_forgotten(session),
    ),
    "control.send-text": (
        lambda house, session: texts.queue_text(house.work.resources, session, house.operator_id),
        lambda _, session: texts.text_is_sent(session),
    ),
    "forwarding.ask-for-call": (
        lambda house, session: queue_question(session, house.operator_id),
        lambda _, session: call_is_closed(session),
    ),
    "forwarding.end-barred-call": (
        lambda house, session: metering.queue_end(house.work.resources, session, house.operator_id),
        lambda house, _: (
            metering.carrier(house.work.resources, house.operator_id).ended == [metering.LIVE_SID]
        ),
    ),
    "forwarding.enforce-cap": (
        lambda house, session: metering.queue_enforcement(house.work.resources, session, house.operator_id),
        lambda house, session: metering.is_enforced(house.work.resources, session, house.operator_id),
    ),
    "forwarding.lift-cap": (
        lambda house, session: metering.queue_lift(session, house.operator_id),
        lambda _, session: metering.is_lifted(session),
    ),
    "forwarding.recount-caps": (
        lambda house, session: metering.queue_recount(session, house.operator_id),
        lambda _, session: metering.is_recounted_later(session),
    ),
    "forwarding.watch-calls": (
        lambda house, session: queue_watch(session, house.operator_id),
        lambda _, session: call_is_closed(session),
    ),
    "member-webhooks.deliver": (
        lambda house, session: queue_delivery(house.work.resources, session, house.operator_id),
        lambda _, session: is_delivered(session),
    ),
    "member-webhooks.forget": (
        lambda house, session: queue_old_delivery(session, house.operator_id),
        lambda _, session: is_forgotten(session),
    ),
    "membership.forget-guesses": (
        lambda house, session: guesses.queue_forget(session, house.operator_id),
        lambda _, session: guesses.is_forgotten(session),
    ),
    "membership.forget-requests": (
        lambda house, session: mail_requests.queue_forget(session, house.operator_id),
        lambda _, session: mail_requests.is_forgotten(session),
    ),
    "voicemail.delete-recording": (
        lambda house, session: voicemail.queue_delete(session, house.operator_id),
        lambda house, _: house.carrier.deleted == [voicemail.SID],
    ),
    "voicemail.fetch-recording": (
        lambda house, session: voicemail.queue_fetch(session, house.operator_id),
        lambda _, session: voicemail.message_is(session, "kept"),
    ),
    "voicemail.forget": (
        lambda house, session: voicemail.queue_forget(session, house.operator_id),
        lambda _, session: voicemail.message_is(session, "deleted"),
    ),
    "voicemail.sum-up-missed": (
        lambda house, session: voicemail.queue_summary(session, house.operator_id),
        lambda _, session: voicemail.is_written(session, "missed-calls"),
    ),
    "voicemail.tell-missed": (
        lambda house, session: voicemail.queue_missed(session, house.operator_id),
        lambda _, session: voicemail.is_written(session, "missed-call"),
    ),
    "metering.reconcile-day": (
        lambda house, session: metering.queue_comparison(house.work.resources, session, house.operator_id),
        lambda _, session: metering.is_compared(session),
    ),
    "people.forget": (
        lambda house, session: people.queue_forget(session, house.operator_id),
        lambda _, session: people.is_forgotten(session),
    ),
    "notices.send": (queue_notice, notice_is_sent),
    "numbers.begin-line": (queue_begin, line_is("active")),
    "numbers.buy-number": (
        lambda house, session: numbers.queue_purchase(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.number_is_bought(session),
    ),
    "numbers.complete-porting": (
        lambda house, session: numbers.queue_port_in(session, house.operator_id, house.clock),
        number_is_free,
    ),
    "numbers.complete-porting-out": (
        lambda house, session: numbers.queue_port_out(session, house.operator_id, house.clock),
        lambda _, session: numbers.number_is("ported-out")(session),
    ),
    "numbers.end-reservation": (
        lambda house, session: numbers.queue_end_of_reservation(session, house.operator_id, house.clock),
        number_is_free,
    ),
    "numbers.finish-line": (queue_finish, line_is("ended")),
    "numbers.free-number": (queue_free, number_is_free),
    "numbers.give-back": (
        lambda house, session: numbers.queue_give_back(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.number_is("released")(session),
    ),
    "numbers.post-line-months": (
        lambda house, session: queue_line_months(house, session),
        lambda _, session: dues.line_months_are_posted(session),
    ),
    "numbers.post-line-months-of-batch": (
        lambda house, session: queue_line_months(house, session, in_batches=False),
        lambda _, session: dues.line_months_are_posted(session),
    ),
    "numbers.search-for-sale": (
        lambda house, session: numbers.queue_search(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.search_has_found(session),
    ),
    "numbers.tell-halt": (
        lambda house, session: numbers.queue_halt(session, house.operator_id),
        lambda _, session: numbers.halt_is_told_twice(session),
    ),
}


def test_every_task_has_its_scene() -> None:
    assert {name for name in TASKS if not name.startswith(OF_TESTS)} == set(SCENES)


@pytest.fixture(params=["rabbitmq_url", "redis_url"])
def broker_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.mark.parametrize("name", SCENES)
def test_a_task_runs_through_a_broker(clean_database: Database, broker_url: str, name: str) -> None:
    house = House(clean_database)
    queue, is_done = SCENES[name]
    with house.working(broker_url):
        house.change(lambda session: queue(house, session))
        house.wait_until_done()
    with clean_database.transaction(house.operator_id) as session:
        assert is_done(house, session)


def _note(context: TaskContext, what: str) -> None:
    assert context.operator_id is not None
    record(
        context.session, operator_id=context.operator_id, at=NOW, actor="task", action="noted", subject=what
    )


NOTE = task("test-servers.note")(_note)


@pytest.mark.parametrize("make", [rabbitmq_broker, redis_broker], ids=["rabbitmq", "redis"])
def test_a_killed_broker_loses_nothing(
    clean_database: Database, run_folder: Path, make: Callable[[Path, str], Broker]
) -> None:
    house = House(clean_database)
    broker = make(run_folder, f"killed-{make.__name__}")
    broker.start(run_folder)

    def enqueue(what: str) -> None:
        house.change(lambda session: NOTE.enqueue(session, operator_id=house.operator_id, now=NOW, what=what))

    with house.working(broker.url):
        enqueue("before")
        house.wait_until_done()
        for number in range(BURST):
            enqueue(f"burst {number}")
        broker.kill()
        for number in range(BURST):
            enqueue(f"dark {number}")
        broker.start(run_folder)
        house.wait_until_done()
        enqueue("after")
        house.wait_until_done()
    broker.kill()
    with clean_database.transaction(house.operator_id) as session:
        done = Counter(session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "noted")))
    wanted = [
        "before",
        "after",
        *(f"{when} {number}" for when in ("burst", "dark") for number in range(BURST)),
    ]
    assert done == dict.fromkeys(wanted, 1)
