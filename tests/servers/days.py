"""The scene of a day that begins: its step's work is done, and the next day waits."""

from __future__ import annotations

from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.daily import Calendars, DailySteps, Step, begin_days
from coworking.kit.outbox import OutboxTask, Resources
from coworking.membership import forget_guesses
from tests.factories.membership import NOW, nex
from tests.servers import guesses


def queue_day(resources: Resources, session: Session, operator_id: int) -> None:
    calendar = nex().calendar()
    resources.provide(Calendars, Calendars({operator_id: calendar}))
    resources.provide(DailySteps, DailySteps((Step(time(3, 10), forget_guesses),)))
    guesses.enter_failure(session, operator_id)
    begin_days(session, operator_id, calendar, NOW)


def day_has_begun(session: Session) -> bool:
    waiting = session.execute(select(OutboxTask.name, OutboxTask.arguments)).all()
    return guesses.is_forgotten(session) and list(waiting) == [("day.begin", {"day": "2026-06-11"})]
