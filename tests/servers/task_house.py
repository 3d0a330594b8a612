"""One operator with all that its tasks need, a worker on a broker, and what a scene is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from celery.worker import state
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.mailer import Mail, Mailer
from coworking.kit.outbox import OutboxTask, Resources
from coworking.kit.queue import Pulse, Work, make_celery
from coworking.kit.watchdog import Watchdog
from telephony.carrier import Carriers
from telephony.forwarding import RulesOfCalls
from telephony.numbers import RulesOfLines
from tests.factories.forwarding import call_rules
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import line_rules
from tests.servers import voicemail

PATIENCE_SECONDS = 90.0
POLL_SECONDS = 0.01


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
        """A worker on the broker, the pulse that tells it of work, and the watchdog, as threads."""
        celery = make_celery(broker_url, self.work)
        signs, ready, workers = self.work.signs, threading.Event(), list[threading.Thread]()

        def start_worker() -> None:
            controller = celery.WorkController(
                pool_cls="solo",
                concurrency=1,
                without_mingle=True,
                without_gossip=True,
                ready_callback=lambda _consumer: ready.set(),
            )
            workers.append(threading.Thread(target=controller.start, daemon=True))
            workers[-1].start()

        # A worker may be deaf after its broker was away (R08).
        pulse, watchdog = Pulse(celery, signs.said), Watchdog(signs, start_worker)
        self.database.after_commit = pulse.wake
        start_worker()
        pulse.start()
        watchdog.start()
        try:
            assert ready.wait(PATIENCE_SECONDS)
            yield
        finally:
            self.database.after_commit = None
            watchdog.stop()
            pulse.stop()
            # As a signal does it: the loop ends itself, for nobody else may read from its connection.
            state.should_stop = 0
            workers[-1].join(PATIENCE_SECONDS)
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


Scenes = dict[str, tuple[Callable[[House, Session], None], Callable[[House, Session], bool]]]
"""By task: what queues it, and whether what it is there for has happened."""
