"""A sandbox carrier before the composed service: real calls whose webhooks can be kept and sent again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from app.carriers import buy_numbers, sandbox_carrier
from app.in_process import InProcess
from telephony.carrier.sandbox import Behaviour, Phone, Sandbox, Store, WebhookRequest, WebhookResponse
from telephony.forwarding import Change, WantedDestination, set_forwarding
from telephony.numbers import Line, enter, rent_line
from tests.factories.forwarding import ACTOR, MOBILE
from tests.factories.membership import NOW, make_member
from tests.factories.numbers import line_rules
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.door import PUBLIC_URL, Door


@dataclass(frozen=True)
class Sent:
    """A webhook as the carrier sent it, and when."""

    at: datetime
    request: WebhookRequest

    @property
    def is_waited_for(self) -> bool:
        return urlsplit(self.request.url).path != "/carrier/twilio/status"


class CarrierLine:
    """A number bought from the sandbox and lent to a member of one of the operators; phones around it."""

    def __init__(self, door: Door, *, index: int = 0) -> None:
        self.door = door
        self.operator = door.composition.operators[index]
        account = self.operator.settings
        self.sent: list[Sent] = []
        self._inside = InProcess(door.application, in_real_time=False)
        self._store = Store()
        self.sandbox = Sandbox(
            clock=door.clock,
            account_sid=account.carrier_account_sid,
            auth_token=account.carrier_auth_token,
            deliver=self._deliver,
            store=self._store,
        )
        self.carrier = sandbox_carrier(self.sandbox, account.carrier_account_sid, account.carrier_auth_token)
        rows = buy_numbers(self.carrier, PUBLIC_URL, "045", index + 1)[index:]  # each operator another
        with self.session() as session:
            enter(session, self.operator.id, rows, actor=ACTOR, now=NOW)
            member = make_member(session, self.operator.id)
            self.line: Line = rent_line(
                session,
                line_rules(),
                member_id=member.id,
                line_plan="incoming-outgoing",
                area_code="045",
                starts_month=None,
                base_address=None,
                actor=ACTOR,
                now=NOW,
            )
        for number in (CALLER, MOBILE):
            self.sandbox.add_phone(Phone(number, number[-4:], lines=100))

    def session(self) -> Any:
        return self.door.composition.database.transaction(self.operator.id)

    def close(self) -> None:
        self._store.close()

    def forward(self, *numbers: str, press_one: bool = False) -> None:
        change = Change(
            is_on=True, destinations=[WantedDestination(number) for number in numbers], press_one=press_one
        )
        rules = self.operator.call_rules()
        with self.session() as session:
            set_forwarding(session, rules, self.line, change, actor=ACTOR, channel="api", now=NOW)
        for number in numbers:
            self.sandbox.add_phone(Phone(number, number[-4:], lines=100))

    def start(self, caller: Behaviour, behaviours: dict[str, Behaviour]) -> str:
        """Call the line; the carrier's id of the call."""
        return self.sandbox.dial(CALLER, self.line.number, behaviour=caller, behaviours=behaviours)

    def call(self, caller: Behaviour, behaviours: dict[str, Behaviour]) -> str:
        """Call the line, let everything happen and be settled; the carrier's id of the call."""
        sid = self.start(caller, behaviours)
        self.wait_seconds(3600)
        return sid

    def wait_seconds(self, seconds: int) -> None:
        self.door.run(self.sandbox.advance(self.door.clock.now() + timedelta(seconds=seconds)))
        self.door.composition.work.perform()

    def deliver_again(self, sent: Sequence[tuple[datetime, Sent]]) -> list[int]:
        """Send these at these instants, in this order, settling after each; the statuses of the answers."""
        statuses = []
        for at, one in sent:
            self.door.clock.advance_to(at)
            statuses.append(self.door.run(self._inside.deliver(one.request)).status)
            self.door.composition.work.perform()
        return statuses

    async def _deliver(self, asked: WebhookRequest) -> WebhookResponse:
        self.sent.append(Sent(self.door.clock.now(), asked))
        return await self._inside.deliver(asked)
