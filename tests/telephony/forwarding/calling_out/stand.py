"""A line whose carrier is a sandbox, a member with a phone, the API and the work behind it: whole outgoing calls."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Literal

import httpx

from app.asgi import request
from app.carriers import SANDBOX_URL, buy_numbers, open_sip_domain
from app.in_process import InProcess
from telephony.carrier import Carriers, Pace, TwilioSettings, twilio_carrier
from telephony.carrier.sandbox import Phone, Sandbox, Script, Store
from telephony.carrier.sandbox.store import CallRow
from telephony.forwarding import Callbacks
from telephony.numbers import Line, enter, register_phone, rent_line
from tests.factories.forwarding import ACTOR
from tests.factories.membership import NOW, make_member
from tests.factories.numbers import line_rules
from tests.telephony.forwarding.door import ACCOUNT_SID, AUTH_TOKEN, PUBLIC_URL, Door

MEMBERS_MOBILE = "+819011112222"
CALLEE = "+81366667777"
CALLEES_MOBILE = "+818033334444"
RECEPTION = "sip:reception-yokohama@desk.nex.example"

Fault = Literal["answer-lost", "request-lost", "killed"]


class Network(httpx.BaseTransport):
    """The way to the sandbox. A fault befalls the next request for a call: its answer is lost after the carrier acted,
    it never came there although nobody can know, or whoever asked is killed before it comes."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.fault: Fault | None = None
        self.calls_asked_for = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        asks_for_call = request.method == "POST" and request.url.path.endswith("/Calls.json")
        self.calls_asked_for += asks_for_call
        fault, self.fault = (self.fault, None) if asks_for_call else (None, self.fault)
        if fault != "request-lost":
            response = self.sandbox.handle(request)
        if fault == "killed":
            raise SystemExit
        if fault is not None:
            raise httpx.ReadTimeout("timed out", request=request)
        return response


class Stand:
    """Close it, or its store stays open."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._store = Store()
        inside = InProcess(door.application, in_real_time=False)
        self.sandbox = Sandbox(
            clock=door.clock,
            account_sid=ACCOUNT_SID,
            auth_token=AUTH_TOKEN,
            deliver=inside.deliver,
            store=self._store,
        )
        self.network = Network(self.sandbox)
        settings = TwilioSettings(account_sid=ACCOUNT_SID, auth_token=AUTH_TOKEN, base_url=SANDBOX_URL)
        self.carrier = twilio_carrier(settings, transport=self.network, pace=Pace(0))
        composition = door.composition
        composition.resources[Carriers][door.operator_id] = self.carrier
        open_sip_domain(self.sandbox, composition.operators[0], composition.resources[Callbacks])
        self.phone(CALLEE, answers_after=4, talks=61)
        self.phone(CALLEES_MOBILE, answers_after=4, talks=61)
        self.phone(MEMBERS_MOBILE, answers_after=3)

    def close(self) -> None:
        self._store.close()

    def rent(self, line_plan: str = "incoming-outgoing") -> Line:
        """A line on a number of the carrier's, the member's mobile registered on it."""
        rows = buy_numbers(self.carrier, PUBLIC_URL, "045", 1)
        with self.door.session() as session:
            enter(session, self.door.operator_id, rows, actor=ACTOR, now=NOW)
            fixed = line_plan == "fixed-phone"
            member = make_member(
                session,
                self.door.operator_id,
                plan="rental-office" if fixed else "virtual-office",
                capacity=3 if fixed else None,
            )
            line = rent_line(
                session,
                line_rules(),
                member_id=member.id,
                line_plan=line_plan,
                area_code="045",
                starts_month=None,
                base_address=None,
                actor=ACTOR,
                now=NOW,
            )
            register_phone(session, line_rules(), line, MEMBERS_MOBILE, actor=ACTOR, now=NOW)
            return line

    def phone(self, number: str, *, answers_after: float | None = None, talks: float | None = None) -> None:
        script = Script(answers_after_seconds=answers_after, talks_seconds=talks)
        self.sandbox.add_phone(Phone(number, number[-4:], behaviour=script, lines=10))

    def api(self, method: str, path: str, token: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """The status and the JSON of an answer."""
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        content = json.dumps(body).encode() if body is not None else b""
        answer = self.door.run(request(self.door.application, method, path, headers=headers, body=content))
        return answer.status, json.loads(answer.body) if answer.body else None

    def wait(self, seconds: float = 600) -> None:
        """Let time pass, the work done every second of the first minute, then at the end."""
        ends_at = self.door.clock.now() + timedelta(seconds=seconds)
        self.door.composition.work.perform()
        for _ in range(60):
            self._reach(min(ends_at, self.door.clock.now() + timedelta(seconds=1)))
        self._reach(ends_at)

    def _reach(self, at: Any) -> None:
        self.door.run(self.sandbox.advance(at))
        self.door.composition.work.perform()

    def told(self, call_sid: str) -> Any:
        """The call as staff read it."""
        return self.door.json(f"/api/calls/{call_sid}", self.door.token_of(None))

    def heard(self, number: str) -> list[str]:
        return [heard.text for heard in self.sandbox.phones[number].heard]

    def rang(self, number: str) -> int:
        """How often a phone rang, by the carrier's own records."""
        return len(self.shown_at(number))

    def shown_at(self, number: str) -> list[str]:
        """What a phone showed each time it rang."""
        rows = self._store.select("calls", [], limit=10_000, offset=0, oldest_first=True)
        return [row.caller for row in rows if isinstance(row, CallRow) and row.callee == number]
