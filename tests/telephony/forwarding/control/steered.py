"""A line that can be steered: a registered phone, a PIN, a control number, and what is said on a call to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from app.asgi import Answer, request
from coworking.membership import Passwords
from telephony.forwarding.card import Card
from telephony.forwarding.control import Contacts, set_pin
from telephony.forwarding.models import RoutingCard
from telephony.numbers import Line, get_line, register_phone
from tests.factories.membership import NOW
from tests.factories.numbers import ACTOR, line_rules
from tests.telephony.forwarding.cards import CARD
from tests.telephony.forwarding.door import PUBLIC_URL, VOICE, Door, verbs, voice_form

PIN, WRONG_PIN = "482915", "739204"
PHONE, STRANGER = "+819011112222", "+819099998888"
OFFICE = "+81456701234"
CONTROL_NUMBER = "+815031110001"


def contacts_of(door: Door) -> Contacts:
    return Contacts(door.composition.operators[0].call_rules(), PUBLIC_URL)


def give_pin(door: Door, line: Line, pin: str = PIN) -> None:
    with door.session() as session:
        passwords = door.composition.resources[Passwords]
        own = get_line(session, line.id)
        set_pin(session, contacts_of(door), passwords, own, pin, actor=ACTOR, now=door.clock.now())


def register(door: Door, line: Line, phone: str) -> None:
    with door.session() as session:
        own = get_line(session, line.id)
        register_phone(session, line_rules(), own, phone, actor=ACTOR, now=door.clock.now())


def steerable(door: Door, *destinations: str, phone: str = PHONE, pin: str = PIN) -> Line:
    """A line of a new member with this phone and PIN."""
    line = door.rent(*destinations)
    register(door, line, phone)
    give_pin(door, line, pin)
    return line


def open_control_number(door: Door, number: str = CONTROL_NUMBER) -> str:
    card = Card(
        **{name: getattr(CARD, name) for name in CARD.__slots__} | {"number": number, "is_control": True}
    )
    with door.session() as session:
        session.add(
            RoutingCard(
                number=number,
                operator_id=door.operator_id,
                line_id=None,
                version=1,
                card=card.to_json(),
                changed_at=NOW,
            )
        )
    return number


@dataclass
class ControlCall:
    """A call to a control number, webhook by webhook."""

    door: Door
    phone: str = PHONE
    serial: int = 1
    number: str = CONTROL_NUMBER
    answers: list[Answer] = field(default_factory=list)

    @property
    def sid(self) -> str:
        return f"CA{self.serial:032x}"

    def form(self, **more: str) -> list[tuple[str, str]]:
        return voice_form(self.number, self.phone, CallSid=self.sid, CallStatus="in-progress", **more)

    def dial(self) -> ControlCall:
        self.answers.append(self.door.send(VOICE, self.form()))
        return self

    def press(self, *keys: str) -> str:
        """Each at the question that is asked then: digits, with # at the end where it ends them, or "" for silence.
        Returns what is said after the last."""
        for one in keys:
            digits, finished = (one[:-1], "#") if one.endswith("#") and self.finish_key else (one, "")
            form = self.form(Digits=digits, FinishedOnKey=finished, msg="Gather End")
            self.answers.append(self.door.send(self.action, form))
        return self.said

    def repeat(self, index: int = -1, **more: str) -> Answer:
        """The carrier sends an answer to an earlier question once more; the call stands where it stood."""
        gather = verbs(self.answers[index])[0]
        return self.door.send(gather.attrib["action"].removeprefix(PUBLIC_URL), self.form(**more))

    @property
    def last(self) -> ET.Element:
        return verbs(self.answers[-1])[0]

    @property
    def action(self) -> str:
        assert self.last.tag == "Gather", ET.tostring(self.last)
        return self.last.attrib["action"].removeprefix(PUBLIC_URL)

    @property
    def finish_key(self) -> str:
        return self.last.attrib.get("finishOnKey", "")

    @property
    def said(self) -> str:
        return " ".join(
            say.text or "" for verb in verbs(self.answers[-1]) for say in verb.iter() if say.tag == "Say"
        )

    @property
    def is_over(self) -> bool:
        return any(verb.tag == "Hangup" for verb in verbs(self.answers[-1]))

    @property
    def outcome(self) -> str | None:
        (row,) = self.door.rows(f"SELECT outcome FROM control_sessions WHERE carrier_sid = '{self.sid}'")
        return str(row.outcome) if row.outcome else None


def forwarding(door: Door, line: Line) -> tuple[bool, list[tuple[str, int]]]:
    """Whether the line forwards, and where to, as its API says."""
    shown = door.json(f"/api/lines/{line.id}/forwarding", door.token_of(None))
    return shown["on"], [(one["number"], one["ring_seconds"]) for one in shown["to"]]


def notices(door: Door, kind: str) -> list[Any]:
    return door.rows(f"SELECT recipient, subject, body FROM notices WHERE kind = '{kind}' ORDER BY id")


def undo_token(door: Door, kind: str) -> str:
    """What stands at the end of the link in the last notice of this kind."""
    body = str(notices(door, kind)[-1].body)
    return body.split(f"{PUBLIC_URL}/undo/")[1].split(maxsplit=1)[0]


def ask(door: Door, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
    """A request to the API; the status and the body of its answer."""
    headers = {"content-type": "application/json"}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    content = b"" if body is None else json.dumps(body).encode()
    answer = door.run(request(door.application, method, path, headers=headers, body=content))
    return answer.status, json.loads(answer.body) if answer.body else None
