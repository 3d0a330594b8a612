"""A day begins once, however often the service is started."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select

from coworking.kit.clock import VirtualClock
from coworking.kit.daily import Calendars, DailySteps, Step, begin_days
from coworking.kit.db import Database
from coworking.kit.outbox import OutboxTask, Resources, run_due
from coworking.membership import forget_guesses
from tests.factories.membership import NOW, make_operator, nex


def test_a_day_that_has_begun_begins_no_more(clean_database: Database) -> None:
    calendar = nex().calendar()
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
    resources = Resources()
    resources.provide(Calendars, Calendars({operator_id: calendar}))
    resources.provide(DailySteps, DailySteps((Step(time(23, 59), forget_guesses),)))

    def started() -> list[str]:
        with clean_database.transaction(operator_id) as session:
            begin_days(session, operator_id, calendar, NOW)
        run_due(clean_database, VirtualClock(NOW), resources)
        with clean_database.transaction(operator_id) as session:
            return [f"{one.id} {one.name}" for one in session.scalars(select(OutboxTask))]

    waiting = started()
    assert [one.split()[1] for one in waiting] == ["membership.forget-guesses", "day.begin"]
    assert started() == waiting
