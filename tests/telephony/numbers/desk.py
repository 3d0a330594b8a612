"""The desk at which lines are rented and ended, with a clock of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.notices import send
from coworking.kit.outbox import TASKS, OutboxTask, Resources, TaskContext
from coworking.membership.models import Member
from telephony.carrier import Carriers
from telephony.numbers import (
    Line,
    LineChanged,
    LineRules,
    RulesOfLines,
    give_notice,
    rent_line,
)
from telephony.numbers.buying import NumberCallbacks
from telephony.numbers.models import StockNumber
from tests.factories.membership import NOW, make_member
from tests.factories.numbers import ACTOR, line_rules, make_stock

TOKYO = ZoneInfo("Asia/Tokyo")
CALLBACKS = NumberCallbacks(
    voice_url="https://rusuban.example/voice",
    voice_fallback_url="https://static.example/apology.xml",
    status_callback_url="https://rusuban.example/status",
    sms_url="https://rusuban.example/sms",
)
SECOND = timedelta(seconds=1)


def tokyo(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TOKYO).astimezone(UTC)


@dataclass
class Counter:
    """An operator's counter: rents lines, gives notice, and lets time pass. Notices are written and not sent."""

    session: Session
    operator_id: int
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(NOW))
    rules: LineRules = field(default_factory=line_rules)
    told: list[LineChanged] = field(default_factory=list)
    events: list[object] = field(default_factory=list)
    """What else was told."""
    carriers: Carriers = field(default_factory=Carriers)

    def rent(
        self,
        member: Member,
        *,
        line_plan: str = "incoming-outgoing",
        area_code: str | None = None,
        starts_month: date | None = None,
    ) -> Line:
        return rent_line(
            self.session,
            self.rules,
            member_id=member.id,
            line_plan=line_plan,
            area_code=area_code,
            starts_month=starts_month,
            base_address=None,
            actor=ACTOR,
            now=self.clock.now(),
        )

    def end(self, line: Line) -> Line:
        return give_notice(self.session, self.rules, line, actor=ACTOR, now=self.clock.now())

    def pass_time(self, to: datetime) -> None:
        """Everything that falls due until then happens at its time."""
        while True:
            row = self.session.scalar(
                select(OutboxTask).where(OutboxTask.due_at <= to).order_by(OutboxTask.due_at).limit(1)
            )
            if row is None:
                break
            self.clock.advance_to(max(row.due_at, self.clock.now()))
            self.session.delete(row)
            self.session.flush()
            if row.name != send.name:
                self.perform(row.name, **row.arguments)
        self.clock.advance_to(to)

    def perform(self, name: str, **arguments: Any) -> None:
        resources = Resources(RulesOfLines({self.operator_id: self.rules}), self.carriers, CALLBACKS)
        TASKS[name].run(TaskContext(self.session, self.clock, self.operator_id, resources), **arguments)
        self.session.flush()


def member(counter: Counter, plan: str = "virtual-office", **changes: Any) -> Member:
    return make_member(counter.session, counter.operator_id, plan=plan, **changes)


def stock(counter: Counter, area_code: str = "045", count: int = 5, first: int = 1) -> list[StockNumber]:
    return make_stock(counter.session, counter.operator_id, area_code, count, first=first)
