"""Every declared task through a real broker, and a broker that is killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

import app.wiring  # noqa: F401 - every package's tasks
from coworking.kit.audit import AuditEntry, record
from coworking.kit.db import Database
from coworking.kit.outbox import TASKS, TaskContext, task
from tests.factories.membership import NOW
from tests.servers.debian import Broker, rabbitmq_broker, redis_broker
from tests.servers.scenes import (
    billing,
    card_challenges,
    doors,
    kit,
    locks,
    mail,
    membership,
    numbers,
    reservations,
    telephony,
)
from tests.servers.task_house import House

OF_TESTS = "test-"
BURST = 20
SCENES = {
    **billing.SCENES,
    **card_challenges.SCENES,
    **doors.SCENES,
    **kit.SCENES,
    **locks.SCENES,
    **mail.SCENES,
    **membership.SCENES,
    **numbers.SCENES,
    **reservations.SCENES,
    **telephony.SCENES,
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
