"""A line whose member is told of calls at an address, and the receiver there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources, run_due
from coworking.kit.outgoing_webhooks import NotDelivered, WebhookSender
from telephony.forwarding import CallsTold, ToldCall
from telephony.forwarding.member_webhooks import hear_calls, read_texts
from telephony.forwarding.member_webhooks.models import MemberWebhook, WebhookDelivery
from telephony.forwarding.member_webhooks.setting import set_webhook
from telephony.numbers import get_line
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import ACTOR, make_line

URL = "https://hooks.example.jp/rusuban"
CALLER = "+81366667777"
Answer = Callable[[dict[str, Any]], int]


@dataclass
class Receiver(WebhookSender):
    """Stands in for what is sent with: keeps every event, and answers 200 or what it is told to."""

    clock: VirtualClock
    status: int = 200
    refuses: frozenset[str] = frozenset()
    """Calls whose events it does not take."""
    asked: list[tuple[datetime, dict[str, Any]]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def post(self, url: str, body: bytes, *, secret: str, at: datetime) -> int:
        event = json.loads(body)
        self.asked.append((at, event))
        self.secrets.append(secret)
        status = 500 if event["call"]["id"] in self.refuses else self.status
        if status >= 300:
            raise NotDelivered(f"status-{status}")
        return status

    def kinds(self) -> list[str]:
        return [event["kind"] for _, event in self.asked]


def missed_call(serial: int, line_id: int, member_id: int, number: str, at: datetime) -> ToldCall:
    return ToldCall(
        call_sid=f"CA{serial:032x}",
        line_id=line_id,
        member_id=member_id,
        direction="in",
        status="ended",
        outcome="no-answer",
        decided_by="forwarding",
        from_number=CALLER,
        to_number=number,
        started_at=at,
        answered_at=None,
        ended_at=at,
        recording_sid=None,
        recording_seconds=None,
    )


class WebhookLine:
    def __init__(self, database: Database) -> None:
        read_texts()
        self.database = database
        self.clock = VirtualClock(NOW)
        self.receiver = Receiver(self.clock)
        self.resources = Resources()
        self.resources.provide(WebhookSender, self.receiver)
        with database.transaction() as session:
            self.operator_id = make_operator(session)
            line = make_line(session, self.operator_id)
            self.line_id, self.member_id, self.number = line.id, line.member_id, line.number

    def set(self, url: str = URL) -> MemberWebhook:
        with self.database.transaction(self.operator_id) as session:
            line = get_line(session, self.line_id)
            return set_webhook(session, line, url, actor=ACTOR, now=self.clock.now())[0]

    def call(self, serial: int = 1, **changes: Any) -> ToldCall:
        """A call that ended just now and that nobody answered; `changes` make another of it."""
        usual = missed_call(serial, self.line_id, self.member_id, self.number, self.clock.now())
        return replace(usual, **changes)

    def answered(self, serial: int = 1, **changes: Any) -> ToldCall:
        return self.call(serial, outcome="answered", answered_at=self.clock.now(), **changes)

    def hear(self, *calls: ToldCall) -> None:
        """Calls are told; what follows at once is done."""
        with self.database.transaction(self.operator_id) as session:
            hear_calls(session, CallsTold(calls, self.clock.now()))
        self.work()

    def work(self) -> None:
        run_due(self.database, self.clock, self.resources)

    def wait(self, **duration: float) -> None:
        self.clock.advance_to(self.clock.now() + timedelta(**duration))
        self.work()

    def webhook(self) -> MemberWebhook:
        with self.database.transaction(self.operator_id) as session:
            return session.scalars(select(MemberWebhook)).one()

    def deliveries(self) -> list[tuple[str, str, int, str | None]]:
        """Kind, state, attempts and last answer of each, oldest first."""
        with self.database.transaction(self.operator_id) as session:
            rows = session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)).all()
        return [(row.kind, row.state, row.attempts, row.last_answer) for row in rows]

    def notices(self) -> list[Notice]:
        with self.database.transaction(self.operator_id) as session:
            return list(session.scalars(select(Notice)).all())
