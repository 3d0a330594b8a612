"""The telephones of a scenario: who calls, who answers, who steers a line by keys or by text message.

Nothing here knows a rule. A phone calls through the sandbox carrier, and what came of it is what the service says.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from app.simulate.actions.declaration import Refused
from app.simulate.errors import FailedRun
from app.simulate.fields import ANONYMOUS
from app.simulate.phones import DESK, UNNAMED_PHONE, Talk, digits_of, e164, keys_of, kind_of
from telephony.carrier.sandbox import Behaviour, Phone, Sandbox, Script

if TYPE_CHECKING:
    from app.simulate.world import LineEntry, World

# A scenario names who answers, not how many calls one handset can hold at a time.
CALLS_AT_A_TIME: Final = 1_000_000
REACTION: Final = timedelta(seconds=1)
"""From the end of a question to the first key."""
GRANTED: Final = ("changed", "heard", "called-out")
"""What a control call or text message comes to where nothing was refused."""

Which = Literal["all", "voice", "status"]
Order = Literal["same", "reversed", "shuffled"]


class Telephones:
    def __init__(self, world: World) -> None:
        self._world = world
        self._control_number: str | None = None

    @property
    def _sandbox(self) -> Sandbox:
        return self._world.deployment.sandbox

    # Calls.

    def dial(self, *, caller: str, to: str, talk: Talk) -> str:
        """A phone calls a number; the carrier's reference of the call. A line that calls does so from its desk phone,
        if it has one, otherwise as a phone outside that shows its number."""
        withheld = caller == ANONYMOUS
        phone = self._phone(UNNAMED_PHONE if withheld else caller)
        return self._dialled(phone, to, talk, withheld=withheld)

    def _dialled(self, phone: str, to: str, talk: Talk, *, withheld: bool = False) -> str:
        number = self._world.number(to)
        sid = self._sandbox.dial(
            phone,
            keys_of(number) if phone.startswith("sip:") else e164(number),
            withheld=ANONYMOUS if withheld else None,
            behaviour=talk.of_caller(),
            behaviours=self._callees(talk),
        )
        self._world.reach(self._world.now)
        return sid

    def _callees(self, talk: Talk) -> dict[str, Behaviour]:
        return {} if talk.answered_by is None else {self._phone(talk.answered_by): talk.of_callee()}

    def repeat_webhooks(self, name: str, *, which: Which, times: int, order: Order, drop: list[str]) -> None:
        """The carrier sends again what it sent about the call of that name."""
        sid = self._world.references.reference("call", name)
        if sid is None:
            raise FailedRun(self._world.place, "call-unknown", name=name)
        self._sandbox.repeat_webhooks(sid, which, times, order, drop)
        self._world.reach(self._world.now)

    def call_from_desk(self, line: LineEntry, to: str, talk: Talk) -> str:
        """The line's desk phone dials; the carrier's reference of the call. Raises Refused with what turned it away."""
        address = self.desk_address(line)
        if address is None:
            # The page's button has the refusal for a line without a desk phone.
            wanted = {"from": DESK, "to": self._world.number(to)}
            self._world.api("POST", f"/api/lines/{line.reference}/calls", wanted, by=line.holder)
        assert address is not None
        sid = self._dialled(self._added(address), to, talk)
        decided_by = self._world.pages(f"/api/calls/{sid}")["decided_by"]
        if decided_by != "calling-out":
            self._over(sid)
            raise Refused(str(decided_by), "")
        return sid

    def call_from_reception(self, member: int, talk: Talk, *, by: str) -> str:
        """The reception phone of the member's office rings, and then whoever is called."""
        attempt = self._world.api("POST", "/api/reception-calls", {"member_id": member}, by=by)
        key, line = attempt["key"], attempt["line_id"]
        path = f"/api/lines/{line}/calls/{key}"
        sid = self._world.pages(path)["call_sid"]
        if sid is None:
            raise FailedRun(self._world.place, "call-unknown", name=self._world.label)
        reception = self._added(attempt["from"])
        self._sandbox.behave(
            sid,
            {
                reception: Script(answers_after_seconds=1, talks_seconds=talk.of_caller().talks_seconds),
                **self._callees(talk),
            },
        )
        self._world.reach(self._world.now)
        return str(sid)

    # Steering a line.

    def steer(self, line: LineEntry, phone: str, keys: Sequence[str], talk: Talk | None = None) -> str:
        """The phone calls the operator's control number and presses keys, one text for each question; the carrier's
        reference of the call, which is over unless somebody was called. Raises Refused with what was refused, after the
        caller has hung up."""
        caller = self._phone(phone) if phone != DESK else self._desk_of(line)
        sid = self._dialled(caller, self._control(line), talk or Talk())
        self._press(line, sid, caller, keys)
        outcome = self._outcome(sid)
        if outcome != "called-out":
            if sid in self._sandbox.exchange.live:
                self._sandbox.hang_up(caller)
            self._over(sid)
            outcome = self._outcome(sid)
        if outcome not in GRANTED:
            raise Refused(outcome or "hung-up", "")
        return sid

    def _press(self, line: LineEntry, sid: str, caller: str, keys: Sequence[str]) -> None:
        """Answer each question when it was heard out, until something is refused."""
        questions = 0
        for position, digits in enumerate(keys):
            questions = self._asked(sid, questions)
            if position == 1 and (choice := self._choice(line, caller)):
                self._sandbox.press(caller, choice)
                questions = self._asked(sid, questions)
            if sid not in self._sandbox.exchange.live or self._outcome(sid) not in (None, *GRANTED):
                return
            self._sandbox.press(caller, digits)
        self._world.reach(self._world.now)
        self._world.advance_while(
            lambda: (
                sid in self._sandbox.exchange.live
                and len(self._said(caller)) < 2
                and len(self._sandbox.exchange.live[sid].call.legs) < 2
            )
        )

    def _asked(self, sid: str, before: int) -> int:
        """How many questions the call has asked, once there is one more than before."""
        live = self._sandbox.exchange.live
        self._world.reach(self._world.now)
        self._world.advance_while(lambda: sid in live and live[sid].gathers <= before)
        if sid in live:
            self._world.advance_to(self._world.now + REACTION)
        return live[sid].gathers if sid in live else before

    def _said(self, caller: str) -> list[str]:
        """What was said to the phone since it last pressed a key."""
        said: list[str] = []
        for heard in reversed(self._sandbox.phones[caller].heard):
            if heard.who == "me":
                break
            if heard.who == "sys":
                said.insert(0, heard.text)
        return said

    def _choice(self, line: LineEntry, caller: str) -> str | None:
        """The key that was offered for this line, where the PIN opened several."""
        number = keys_of(line.number)
        for said in self._said(caller):
            digits = digits_of(said)
            if digits.startswith(number) and len(digits) == len(number) + 1:
                return digits[-1]
        return None

    def _outcome(self, sid: str) -> str | None:
        outcome = self._world.pages(f"/api/control-sessions/{sid}")["outcome"]
        return None if outcome is None else str(outcome)

    def _over(self, sid: str) -> None:
        self._world.reach(self._world.now)
        self._world.advance_while(lambda: sid in self._sandbox.exchange.live)

    def text(self, line: LineEntry, phone: str, body: str) -> None:
        """The phone sends a text message to the line's number. Raises Refused with what was refused."""
        sid = self._sandbox.text(self._phone(phone), line.number, body)
        self._world.reach(self._world.now)
        outcome = self._outcome(sid)
        if outcome not in GRANTED:
            raise Refused(outcome or "not-understood", "")

    def _control(self, line: LineEntry) -> str:
        """The operator's control number; the first time staff make one of a new number."""
        if self._control_number is None:
            area_code = str(self._world.pages(f"/api/lines/{line.reference}")["area_code"])
            self._world.restock(area_code)
            found: list[dict[str, Any]] = self._world.pages(
                "/api/numbers", area_code=area_code, status="available", limit="200"
            )["items"]
            self._world.api("POST", f"/api/numbers/{found[-1]['id']}/control", None, by="staff")
            self._control_number = str(found[-1]["number"])
        return self._control_number

    # Phones.

    def desk_address(self, line: LineEntry) -> str | None:
        """The SIP address of the line's desk phone, None where none is lent."""
        try:
            return str(self._world.pages(f"/api/lines/{line.reference}/desk-phone")["address"])
        except Refused:
            return None

    def _desk_of(self, line: LineEntry) -> str:
        address = self.desk_address(line)
        return self._phone(UNNAMED_PHONE) if address is None else self._added(address)

    def _phone(self, text: str) -> str:
        """The phone of a number, of a SIP address, or of a line: its desk phone or else its number."""
        if self._world.is_line(text) and (address := self.desk_address(self._world.line(text))):
            return self._added(address)
        return self._added(text if text.startswith("sip:") else e164(self._world.number(text)))

    def _added(self, number: str) -> str:
        if number not in self._sandbox.phones:
            self._sandbox.add_phone(Phone(number, number, kind_of(number), lines=CALLS_AT_A_TIME))
        return number
