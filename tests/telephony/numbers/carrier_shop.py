"""A carrier that sells numbers: the adapter on a sandbox of this process, over a network that can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from coworking.kit.clock import Clock
from telephony.carrier import Carrier, Pace, TwilioSettings, twilio_carrier
from telephony.carrier.sandbox import Sandbox, Store, WebhookRequest, WebhookResponse

ACCOUNT = "AC" + "7" * 32
TOKEN = "a token of the tests"


async def _answer(_: WebhookRequest) -> WebhookResponse:
    return WebhookResponse(status=204, headers={}, body=b"")


@dataclass
class Shop(httpx.BaseTransport):
    """`fails` is asked for every request before it arrives and may raise or answer; `loses` for every answer on its way
    back."""

    sandbox: Sandbox
    store: Store
    fails: Callable[[httpx.Request], httpx.Response | None] = lambda _: None
    loses: Callable[[httpx.Request], bool] = lambda _: False
    asked: list[str] = field(default_factory=list)
    """Method and last part of the path of each request."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path.rpartition('/')[2]}")
        refused = self.fails(request)
        if refused is not None:
            return refused
        response = self.sandbox.handle(request)
        if self.loses(request):
            raise httpx.ReadTimeout("timed out", request=request)
        return response

    def carrier(self) -> Carrier:
        settings = TwilioSettings(account_sid=ACCOUNT, auth_token=TOKEN, base_url="http://sandbox.invalid")
        return twilio_carrier(settings, transport=self, pace=Pace(0))

    def count(self, what: str) -> int:
        return sum(one == what for one in self.asked)


def open_shop(clock: Clock) -> Shop:
    store = Store()
    return Shop(
        Sandbox(clock=clock, account_sid=ACCOUNT, auth_token=TOKEN, deliver=_answer, store=store), store
    )


def buying(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("IncomingPhoneNumbers.json")


def releasing(request: httpx.Request) -> bool:
    return request.method == "DELETE"


def refusing(code: int, status: int = 400) -> Callable[[httpx.Request], httpx.Response | None]:
    """A carrier that refuses every purchase with this error of its own."""
    return lambda request: (
        httpx.Response(status, json={"code": code, "message": "refused", "status": status})
        if buying(request)
        else None
    )
