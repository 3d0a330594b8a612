"""What an operator's day brings by itself: steps that run once each local day, at their time and in their order.

Each step is a task of its own with the keyword `day` (an ISO date). A step may run twice, and after days on which the
service stood still it runs for the present day only: it brings up to date whatever is due by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.calendars import BusinessCalendar
from coworking.kit.outbox import OutboxTask, Task, TaskContext, task


@dataclass(frozen=True)
class Step:
    """`at` is on the operator's clock. `weekday` (0 is Monday) is for what one day of the week is enough for."""

    at: time
    task: Task
    weekday: int | None = None


@dataclass(frozen=True)
class DailySteps:
    """Every package's steps, put together by the application."""

    steps: Sequence[Step]


class Calendars(dict[int, BusinessCalendar]):
    """The calendars by operator."""


def begin_days(session: Session, operator_id: int, calendar: BusinessCalendar, now: datetime) -> None:
    """See to it that the operator's days begin: today's now, unless it has begun, when tomorrow's waits already. Doing
    it again changes nothing."""
    today = calendar.local_date(now)
    tomorrow = _key(operator_id, today + timedelta(days=1))
    if session.scalar(select(OutboxTask.id).where(OutboxTask.key == tomorrow)) is None:
        _queue(session, operator_id, calendar, today, now)


@task("day.begin")
def begin_day(context: TaskContext, *, day: str) -> None:
    """Queue the steps of the present day, and the next day's beginning."""
    assert context.operator_id is not None
    now = context.clock.now()
    calendar = context.resource(Calendars)[context.operator_id]
    today = max(calendar.local_date(now), date.fromisoformat(day))
    for step in context.resource(DailySteps).steps:
        if step.weekday not in {None, today.weekday()}:
            continue
        step.task.enqueue(
            context.session,
            operator_id=context.operator_id,
            now=now,
            due_at=max(now, calendar.instant(today, step.at)),
            key=f"day:{context.operator_id}:{today}:{step.task.name}",
            day=today.isoformat(),
        )
    _queue(context.session, context.operator_id, calendar, today + timedelta(days=1), now)


def _queue(session: Session, operator_id: int, calendar: BusinessCalendar, day: date, now: datetime) -> None:
    begin_day.enqueue(
        session,
        operator_id=operator_id,
        now=now,
        due_at=max(now, calendar.instant(day, time.min)),
        key=_key(operator_id, day),
        day=day.isoformat(),
    )


def _key(operator_id: int, day: date) -> str:
    return f"day:{operator_id}:{day}"
