"""The composed service with its webhooks open, on a virtual clock, and a hand that signs as the carrier does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from sqlalchemy import text

from app.asgi import Answer, request
from app.settings import OperatorSettings, Settings
from app.wiring import asgi_application, compose, make_mailer
from coworking.kit.clock import VirtualClock
from coworking.membership.models import Member
from telephony.carrier import SIGNATURE_HEADER, sign
from telephony.forwarding.card import Strategy
from telephony.numbers import Line
from tests.databases import owner_database
from tests.factories.forwarding import forward
from tests.factories.membership import NOW, make_account, make_token
from tests.factories.numbers import make_line
from tests.telephony.forwarding.carrier_calls import CALLER

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2
AUTH_TOKEN = "the-token-of-this-account"
PUBLIC_URL = "https://rusuban.example"
VOICE = "/carrier/twilio/voice"
STATUS = "/carrier/twilio/status"
CALL = "CA" + "0" * 31 + "1"
LEG = "CA" + "0" * 31 + "2"

T = TypeVar("T")
Form = Sequence[tuple[str, str]]


class RewindableClock(VirtualClock):
    """For telling the same hour again."""

    def turn_back_to(self, at: datetime) -> None:
        VirtualClock.__init__(self, at)


class Door:
    """Close it, or its loop and its connections stay. `settings` replace those of one operator, nex."""

    def __init__(
        self, database_url: str, folder: Path, *, other_auth_token: str | None = None, **settings: Any
    ) -> None:
        self.clock = RewindableClock(NOW)
        self.loop = asyncio.new_event_loop()
        nex = OperatorSettings(
            profile="nex",
            carrier_account_sid=ACCOUNT_SID,
            carrier_auth_token=AUTH_TOKEN,
            carrier_other_auth_token=other_auth_token,
        )
        told = Settings(
            var_dir=folder,
            public_url=PUBLIC_URL,
            secret_key="0" * 64,
            argon2_time_cost=1,
            argon2_memory_kib=1024,
            **{"operators": (nex,), **settings},
        )
        self.composition = compose(
            told, database_url=database_url, clock=self.clock, mailer=make_mailer(told, self.clock)
        )
        self.application = asgi_application(self.composition)
        self.operator_id = self.composition.operators[0].id
        self._owner = owner_database(database_url)
        self._open = AsyncExitStack()
        self.run(self._open.enter_async_context(self.composition.hot.opened()))

    def close(self) -> None:
        self.run(self._open.aclose())
        self.loop.close()
        self.composition.close()
        self._owner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def session(self) -> Any:
        return self.composition.database.transaction(self.operator_id)

    def rent(self, *numbers: str, press_one: bool = False, at_once: bool = False) -> Line:
        """A line of a new member whose calls go to these numbers, or nowhere yet."""
        with self.session() as session:
            line = make_line(session, self.operator_id)
            if numbers:
                rules = self.composition.operators[0].call_rules()
                strategy: Strategy = "at-once" if at_once else "in-turn"
                forward(session, line, *numbers, press_one=press_one, strategy=strategy, rules=rules)
            return line

    def token_of(self, line: Line | None) -> str:
        """A token of the line's member; of staff without a line."""
        with self.session() as session:
            member = session.get(Member, line.member_id) if line else None
            return make_token(session, make_account(session, self.operator_id, member=member))

    # What the carrier sends.

    def post(
        self,
        path: str,
        form: Form | bytes,
        headers: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        *,
        method: str = "POST",
    ) -> Answer:
        body = form if isinstance(form, bytes) else urlencode(form).encode()
        given = list(headers.items() if isinstance(headers, Mapping) else headers)
        given.append(("content-type", "application/x-www-form-urlencoded"))
        return self.run(request(self.application, method, path, headers=given, body=body))

    def send(self, path: str, form: Form, *, token: str = AUTH_TOKEN) -> Answer:
        """A webhook as the carrier signs it: by the public address, whatever host it is sent to."""
        return self.post(path, form, {SIGNATURE_HEADER: sign(PUBLIC_URL + path, form, token)})

    def get(self, path: str, token: str, language: str = "ja") -> Answer:
        headers = {"authorization": f"Bearer {token}", "accept-language": language}
        return self.run(request(self.application, "GET", path, headers=headers))

    def json(self, path: str, token: str) -> Any:
        answer = self.get(path, token)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    # What is written down.

    def rows(self, statement: str) -> list[Any]:
        """As the owner of the database, who sees every operator's rows; what is changed stays."""
        with self._owner.engine.begin() as connection:
            result = connection.execute(text(statement))
            return list(result.all()) if result.returns_rows else []

    def events(self) -> list[Any]:
        return self.rows(
            "SELECT resource_id, call_sid, event, sequence, context FROM carrier_events ORDER BY id"
        )

    def refusals(self) -> dict[tuple[str, str], int]:
        """How often a webhook was refused, by path and reason."""
        self.run(self.composition.hot.store().close())
        rows = self.rows("SELECT path, reason, times FROM refused_webhooks")
        return {(path, reason): times for path, reason, times in rows}


def voice_form(to: str, caller: str = CALLER, **more: str) -> list[tuple[str, str]]:
    """What the carrier sends when a call comes in; `more` replaces and adds."""
    form = {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "CallSid": CALL,
        "CallStatus": "ringing",
        "Called": to,
        "Caller": caller,
        "Direction": "inbound",
        "From": caller,
        "To": to,
    }
    return list({**form, **more}.items())


def leg_form(line_number: str, to: str, status: str = "in-progress", **more: str) -> list[tuple[str, str]]:
    """What the carrier sends of a leg that it dialled."""
    form = {
        "AccountSid": ACCOUNT_SID,
        "CallSid": LEG,
        "ParentCallSid": CALL,
        "CallStatus": status,
        "Direction": "outbound-dial",
        "From": line_number,
        "To": to,
    }
    return list({**form, **more}.items())


def verbs(answer: Answer) -> list[ET.Element]:
    """The verbs of a voice document, which the answer must be."""
    assert answer.status == 200
    assert answer.header("content-type") == "text/xml; charset=utf-8"
    response = ET.fromstring(answer.body)
    assert response.tag == "Response"
    return list(response)


def spoken(answer: Answer) -> str:
    return " ".join(str(verb.text) for verb in verbs(answer) if verb.tag == "Say")
