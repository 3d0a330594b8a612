"""A small site for the tests of pages: the simulator over a real sandbox carrier, and a product that forwards.

The product is as small as it can be: a rented number is forwarded to a mobile after a greeting, the mobile presses 1 to
accept, and a talk costs 32 yen per started minute before tax.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.types import ASGIApp

from app.portal import Account, HelpLine, Place, portal_routes
from app.simulator import CallPrice, PriceLine, Suggestion, simulator_routes
from coworking.kit.clock import Clock
from coworking.kit.errors import UserError
from coworking.kit.money import TaxMode
from coworking.kit.web.pages import Pages, build_pages
from coworking.kit.web.security_headers import SecurityHeaders
from telephony.carrier.sandbox import Manual, Phone, Sandbox, Store, WebhookRequest, WebhookResponse
from telephony.carrier.sandbox.numbers import NumberSettings
from telephony.carrier.sandbox.real_time import PacedClock, run

RENTED = "+81312345678"
CALLER, MOBILE = "+81332160001", "+819012345678"
EMAIL, PASSWORD = "sato@example.jp", "rusuban-no-hi"
PUBLIC_URL = "http://product.test"
UNIT_SECONDS, UNIT_PRICE_YEN = 60, Decimal(32)
TOKEN = "token-of-sato"

GREETING = "お電話ありがとうございます。佐藤デザイン事務所です。おつなぎしますので、そのままお待ちください。"
WHISPER = "佐藤デザイン事務所へのお電話です。つなぐには1を押してください。"
UNKNOWN = "おかけになった番号は、現在使われておりません。"
XML = {"content-type": "text/xml"}


class TooManyAttempts(UserError):
    code = "too-many-attempts"
    status = 429
    ja = "しばらく待ってから、もう一度お試しください。"
    en = "Wait a while and try again."


@dataclass
class Product:
    """Answers the carrier's webhooks and rates what ended."""

    seconds_by_call: dict[str, int] = field(default_factory=dict)

    async def deliver(self, request: WebhookRequest) -> WebhookResponse:
        path, form = urlsplit(request.url).path, dict(request.form)
        if path == "/status":
            if form["CallStatus"] == "completed" and "ParentCallSid" in form:
                self.seconds_by_call[form["ParentCallSid"]] = int(form["CallDuration"])
            return WebhookResponse(204)
        if path == "/voice/whisper":
            asked = f'<Say language="ja-JP">{WHISPER}</Say>'
            said = f'<Gather numDigits="1" action="/voice/accepted">{asked}</Gather><Hangup/>'
        elif path == "/voice/accepted":
            said = "" if form.get("Digits") == "1" else "<Hangup/>"
        elif path == "/voice/next":
            said = "<Hangup/>"
        elif form["To"] == RENTED:
            said = (
                f'<Say language="ja-JP">{GREETING}</Say><Dial timeout="20" action="/voice/next" '
                f'answerOnBridge="true" callerId="{RENTED}">'
                f'<Number url="/voice/whisper" statusCallback="/status" '
                f'statusCallbackEvent="initiated ringing answered completed">{MOBILE}</Number></Dial>'
            )
        else:
            said = f'<Say language="ja-JP">{UNKNOWN}</Say>'
        body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'
        return WebhookResponse(200, XML, body.encode())

    def price_of(self, call_sid: str) -> CallPrice | None:
        seconds = self.seconds_by_call.get(call_sid)
        if seconds is None:
            return None
        units = -(-seconds // UNIT_SECONDS)
        line = PriceLine(
            "転送 → 携帯",
            "forwarded to a mobile",
            seconds,
            UNIT_SECONDS,
            units,
            UNIT_PRICE_YEN,
            32 * Decimal(units),
        )
        return CallPrice(
            amount_yen=line.amount_yen,
            tax_mode=TaxMode.EXCLUDED,
            lines=(line,) if units else (),
            reason_ja=f"60秒ごとに数え、{units}単位です。" if units else "出なかった電話は0円です。",
            reason_en=f"Counted per started 60 s: {units} units."
            if units
            else "A call that nobody answered costs nothing.",
            rule="NEX-09",
            rate_card_on=date(2026, 4, 1),
        )


@dataclass
class Stand:
    app: ASGIApp
    pages: Pages
    sandbox: Sandbox
    clock: PacedClock
    product: Product
    store: Store
    signed_in: set[str] = field(default_factory=set)

    def close(self) -> None:
        self.store.close()

    async def settle(self) -> None:
        """Whatever is due by now happens."""
        await self.sandbox.advance(self.clock.now())

    def sign_in(self, email: str, password: str) -> str | None:
        if email == "impatient@example.jp":
            raise TooManyAttempts
        if (email, password) != (EMAIL, PASSWORD):
            return None
        self.signed_in.add(TOKEN)
        return TOKEN

    def account_of(self, token: str) -> Account | None:
        return Account("佐藤 あかり", "nex") if token in self.signed_in else None


def build_stand(base_clock: Clock, *, https: bool = False, phones: bool = True) -> Stand:
    """The site; nothing is due anywhere yet. Its lifespan keeps the sandbox going."""
    clock, product, store = PacedClock(base_clock), Product(), Store()
    sandbox = Sandbox(
        clock=clock,
        account_sid="AC" + "0" * 32,
        auth_token="1" * 32,
        deliver=product.deliver,
        store=store,
        seed=1,
    )
    sandbox.exchange.inventory.buy(
        "PN" + "0" * 32, RENTED, clock.now(), NumberSettings(voice_url=f"{PUBLIC_URL}/voice")
    )
    if phones:
        for phone in (
            Phone(CALLER, "丸山会計事務所", "fixed", Manual()),
            Phone(MOBILE, "佐藤 携帯", "mobile", Manual()),
            Phone("+819023456789", "田中 携帯", "mobile", Manual()),
            Phone("+81667421180", "山陽書籍", "fixed", Manual()),
        ):
            sandbox.add_phone(phone)
    pages = build_pages(["app.simulator", "app.portal"], secret=b"a secret for these tests", https=https)
    stand = Stand(Starlette(), pages, sandbox, clock, product, store)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        pace = asyncio.create_task(run(sandbox, clock))
        yield
        pace.cancel()
        with suppress(asyncio.CancelledError):
            await pace

    routes = [
        pages.static.route(),
        *portal_routes(
            pages,
            sign_in=stand.sign_in,
            account_of=stand.account_of,
            sign_out=stand.signed_in.discard,
            places=[
                Place("simulator", "/simulator", open_to_all=True),
                Place("api", "/docs"),
                Place("mail", "/mailbox"),
            ],
            help_line=HelpLine("+81312340000", "平日 10:00–18:30", "weekdays 10:00–18:30"),
        ),
        *simulator_routes(
            pages,
            sandbox,
            clock,
            price_of=product.price_of,
            suggestions=lambda: [Suggestion(RENTED, (MOBILE,), "佐藤デザイン事務所")],
        ),
    ]
    stand.app = SecurityHeaders(Starlette(routes=routes, lifespan=lifespan), https=https)
    return stand
