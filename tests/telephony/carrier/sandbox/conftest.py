"""A world with one rented number, a few phones, and an application that answers with documents given by the test."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from coworking.kit.clock import VirtualClock
from telephony.carrier.sandbox import (
    Disturbances,
    Limits,
    Phone,
    Sandbox,
    Script,
    Store,
    WebhookRequest,
    WebhookResponse,
)
from telephony.carrier.sandbox.store import CallRow

ACCOUNT = "AC" + "0123456789abcdef" * 2
TOKEN = "a token of the account"
STARTS_AT = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)
CALLER = "+81366667777"
MOBILE = "+819012345678"
OTHER = "+818087654321"
LINE = "+81453498023"
APP = "https://app.example"
CALLBACKS = 'statusCallback="/status" statusCallbackEvent="initiated ringing answered completed"'

Reply = str | WebhookResponse | Exception | Callable[[dict[str, str]], str]


def number(e164: str, *, url: str = "") -> str:
    whisper = f'url="{url}" ' if url else ""
    return f"<Number {whisper}{CALLBACKS}>{e164}</Number>"


def xml(content: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{content}</Response>'.encode()


@dataclass
class Sent:
    path: str
    form: dict[str, str]
    request: WebhookRequest
    at: datetime

    @property
    def event(self) -> str:
        return f"{self.path} {self.form.get('CallStatus', '')}"


@dataclass
class World:
    sandbox: Sandbox
    clock: VirtualClock
    store: Store
    replies: dict[str, Reply] = field(default_factory=dict)
    """By path: the content of the <Response>, a whole answer, what to raise, or a function of the form."""
    sent: list[Sent] = field(default_factory=list)

    async def deliver(self, request: WebhookRequest) -> WebhookResponse:
        path = urlsplit(request.url).path
        form = dict(request.form)
        self.sent.append(Sent(path, form, request, self.clock.now()))
        reply = self.replies.get(path, "")
        if callable(reply) and not isinstance(reply, Exception):
            reply = reply(form)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, WebhookResponse):
            return reply
        return WebhookResponse(200, {"Content-Type": "text/xml; charset=utf-8"}, xml(reply))

    def advance(self, seconds: float) -> None:
        asyncio.run(self.sandbox.advance(self.clock.now() + timedelta(seconds=seconds)))

    def rest(
        self, method: str, path: str, form: dict[str, Any] | None = None, **query: str
    ) -> httpx.Response:
        credentials = b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        url = f"https://api.example/2010-04-01/Accounts/{ACCOUNT}/{path}"
        headers = {"Authorization": f"Basic {credentials}"}
        return self.sandbox.handle(
            httpx.Request(method, url, params=query or None, data=form, headers=headers)
        )

    def buy(self, e164: str = LINE, **settings: str) -> str:
        form = {
            "PhoneNumber": e164,
            "BundleSid": "BU" + "0" * 32,
            "AddressSid": "AD" + "0" * 32,
            "VoiceUrl": f"{APP}/voice",
            "StatusCallback": f"{APP}/status",
            **settings,
        }
        response = self.rest("POST", "IncomingPhoneNumbers.json", form)
        assert response.status_code == 201, response.text
        return response.json()["sid"]

    def phone(self, e164: str, behaviour: Any = None, **facts: Any) -> Phone:
        phone = Phone(e164, e164[-4:], behaviour=behaviour or Script(), **facts)
        self.sandbox.add_phone(phone)
        return phone

    def dial(self, voice: str, *, seconds: float = 600, **facts: Any) -> str:
        """A caller calls the line, whose application answers with `voice`; so many seconds pass."""
        self.replies["/voice"] = voice
        sid = self.sandbox.dial(CALLER, LINE, **facts)
        self.advance(seconds)
        return sid

    def calls(self) -> list[CallRow]:
        """Every leg the carrier knows, oldest first."""
        from telephony.carrier.sandbox.store import CallRow as Row

        rows = self.store.select("calls", [], limit=10_000, offset=0, oldest_first=True)
        return [row for row in rows if isinstance(row, Row)]

    def call(self, sid: str) -> CallRow:
        row = self.store.call(sid)
        assert row is not None
        return row

    def children(self, sid: str) -> list[CallRow]:
        return [row for row in self.calls() if row.parent_sid == sid]

    def events(self, path: str = "/status") -> list[str]:
        return [sent.form.get("CallStatus", "") for sent in self.sent if sent.path == path]

    def forms(self, path: str) -> list[dict[str, str]]:
        return [sent.form for sent in self.sent if sent.path == path]

    @property
    def disturbances(self) -> Disturbances:
        return self.sandbox.disturbances


def make_world(*, limits: Limits | None = None, seed: int = 0, buy: bool = True) -> World:
    clock = VirtualClock(STARTS_AT)
    store = Store()

    async def deliver(request: WebhookRequest) -> WebhookResponse:
        return await world.deliver(request)

    sandbox = Sandbox(
        clock=clock,
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        deliver=deliver,
        store=store,
        seed=seed,
        limits=limits,
    )
    world = World(sandbox, clock, store)
    if buy:
        world.buy()
    world.phone(CALLER, lines=20)
    return world


@pytest.fixture
def world() -> Iterator[World]:
    made = make_world()
    yield made
    made.store.close()


@pytest.fixture
def worlds() -> Iterator[Callable[..., World]]:
    """For tests that need limits, a seed or several worlds."""
    made: list[World] = []

    def make(**facts: Any) -> World:
        made.append(make_world(**facts))
        return made[-1]

    yield make
    for each in made:
        each.store.close()
