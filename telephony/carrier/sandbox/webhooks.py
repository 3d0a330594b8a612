"""Sending webhooks as Twilio does: signed, retried as asked, and disturbed on request."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Literal, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from telephony.carrier.sandbox.feed import Feed, Tone
from telephony.carrier.sandbox.forms import Form
from telephony.carrier.sandbox.store import Store, WebhookRow, form_of, form_text
from telephony.carrier.sandbox.timeline import Timeline
from telephony.carrier.signature import sign

VOICE_TIMEOUT_SECONDS = 15.0
MAX_RETRIES = 5
REORDER_SPREAD_SECONDS = 4.0
MAX_REPEATS = 100

IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"
SIGNATURE_HEADER = "X-Twilio-Signature"
USER_AGENT = "TwilioProxy/1.1"

Kind = Literal["voice", "status"]


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    url: str
    form: Form
    """In the body of a POST; a GET carries it in its query already."""
    headers: dict[str, str]
    method: str = "POST"
    timeout_seconds: float = VOICE_TIMEOUT_SECONDS


@dataclass(frozen=True, slots=True)
class WebhookResponse:
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Deliver = Callable[[WebhookRequest], Awaitable[WebhookResponse]]
"""Carries a webhook to the application; raises TimeoutError or ConnectionError (or httpx's own) where it cannot."""


@dataclass(slots=True)
class Disturbances:
    """What the carrier does wrong on request."""

    duplicate: bool = False
    """Every webhook twice; the answer to the second is ignored."""
    reorder: bool = False
    """Status callbacks up to REORDER_SPREAD_SECONDS late, each by another time."""
    delay_seconds: float = 0.0
    """Status callbacks late by this much."""
    drop: set[str] = field(default_factory=set)
    """Status events (initiated, ringing, answered, completed, recording) that are never sent."""


class Webhook(NamedTuple):
    kind: Kind
    event: str
    url: str
    method: str
    form: Form
    root_sid: str
    label: str
    token: str
    detail: str = ""


class Failure(NamedTuple):
    code: int
    """Twilio's error code."""
    reason: str


class Outcome(NamedTuple):
    response: WebhookResponse | None
    failure: Failure | None
    waited_seconds: float
    """What the application's silence cost: a caller has waited so long."""


class Overrides(NamedTuple):
    """https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides, as far as imitated."""

    read_timeout_seconds: float = VOICE_TIMEOUT_SECONDS
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


def overrides(url: str) -> tuple[str, Overrides]:
    """The URL without its fragment, and what the fragment asks for; what it misspells is ignored."""
    address, mark, fragment = url.partition("#")
    if not mark:
        return url, Overrides()
    asked = {name: values[-1] for name, values in parse_qs(fragment).items()}

    def whole(name: str, default: int, least: int, most: int) -> int:
        text = asked.get(name, "")
        return min(max(int(text), least), most) if text.isascii() and text.isdigit() else default

    policy = frozenset(asked.get("rp", "ct").split(","))
    return address, Overrides(
        whole("rt", 15_000, 100, 15_000) / 1_000, whole("rc", 1, 0, MAX_RETRIES), policy
    )


class Webhooks:
    def __init__(
        self, timeline: Timeline, store: Store, feed: Feed, deliver: Deliver, auth_token: str, seed: int
    ) -> None:
        self.disturbances = Disturbances()
        self._timeline = timeline
        self._store = store
        self._feed = feed
        self._deliver = deliver
        self._auth_token = auth_token
        self._random = Random(seed)  # noqa: S311 - disturbances must repeat with the seed

    def post(self, webhook: Webhook) -> None:
        """Send a status callback soon; nobody waits for its answer."""
        disturbed = self.disturbances
        if webhook.event in disturbed.drop:
            self._tell(webhook, "dropped", "miss")
            return
        delay_seconds = disturbed.delay_seconds
        if disturbed.reorder:
            delay_seconds += self._random.uniform(0, REORDER_SPREAD_SECONDS)
        self._timeline.after(delay_seconds, lambda: self._post(webhook, "delayed" if delay_seconds else ""))

    async def fetch(self, webhook: Webhook) -> Outcome:
        """Ask for a document; the failure, if any, as Twilio names it."""
        outcome = await self._send(webhook)
        if self.disturbances.duplicate:
            await self._send(webhook, "duplicate", retried=False)
        return outcome

    def repeat(
        self,
        root_sid: str,
        which: Literal["all", "voice", "status"],
        times: int,
        order: Literal["same", "reversed", "shuffled"],
        drop: list[str],
    ) -> int:
        """Send again what was sent, with the same idempotency tokens; how many webhooks that makes."""
        kinds = ("voice", "status") if which == "all" else (which,)
        rows = [row for row in self._store.webhooks(root_sid, kinds) if row.event not in drop]
        total = 0
        for _ in range(min(times, MAX_REPEATS)):
            if order == "reversed":
                again = rows[::-1]
            else:
                again = self._random.sample(rows, len(rows)) if order == "shuffled" else rows
            for row in again:
                self._timeline.soon(partial(self._repeat, _webhook(row)))
                total += 1
        return total

    async def _repeat(self, webhook: Webhook) -> None:
        await self._send(webhook, "repeated", stored=False)

    async def _post(self, webhook: Webhook, note: str) -> None:
        await self._send(webhook, note)
        if self.disturbances.duplicate:
            await self._send(webhook, "duplicate", retried=False)

    async def _send(
        self, webhook: Webhook, note: str = "", *, retried: bool = True, stored: bool = True
    ) -> Outcome:
        address, asked = overrides(webhook.url)
        if stored and note != "duplicate":
            self._store.save_webhook(_row(webhook))
        request = self._request(webhook, address, asked)
        waited_seconds = 0.0
        attempts = 1 + (asked.retries if retried else 0)
        failure = Failure(11205, "no answer")
        for attempt in range(attempts):
            self._tell(webhook, "retry" if attempt else note, "warn" if attempt or note else "")
            response = None
            try:
                response = await self._deliver(request)
            except (TimeoutError, httpx.ReadTimeout) as problem:
                cause, failure = "rt", Failure(11205, f"no answer in time: {problem}")
                waited_seconds += asked.read_timeout_seconds
            except (OSError, httpx.TransportError, asyncio.IncompleteReadError) as problem:
                cause, failure = "ct", Failure(11205, f"no connection: {problem}")
            else:
                if 200 <= response.status < 300:
                    return Outcome(response, None, waited_seconds)
                failure = Failure(11200, f"HTTP status {response.status}")
                cause = f"{response.status // 100}xx"
            if not asked.policy & {cause, "all"}:
                break
        self._feed.add(
            self._timeline.now(),
            "out",
            webhook.label,
            webhook.event,
            failure.reason,
            str(failure.code),
            "bad",
        )
        return Outcome(response, failure, waited_seconds)

    def _request(self, webhook: Webhook, address: str, asked: Overrides) -> WebhookRequest:
        form = webhook.form
        if webhook.method == "GET":
            address += ("&" if urlsplit(address).query else "?") + urlencode(form)
            form = []
        headers = {
            SIGNATURE_HEADER: sign(address, form, self._auth_token),
            IDEMPOTENCY_HEADER: webhook.token,
            "User-Agent": USER_AGENT,
        }
        return WebhookRequest(address, form, headers, webhook.method, asked.read_timeout_seconds)

    def _tell(self, webhook: Webhook, note: str, tone: Tone) -> None:
        event = webhook.event if webhook.kind == "voice" else f"status {webhook.event}"
        self._feed.add(self._timeline.now(), "in", webhook.label, event, webhook.detail, note, tone)


def _row(webhook: Webhook) -> WebhookRow:
    return WebhookRow(
        webhook.root_sid,
        webhook.kind,
        webhook.event,
        webhook.url,
        webhook.method,
        form_text(webhook.form),
        webhook.token,
        webhook.label,
        webhook.detail,
    )


def _webhook(row: WebhookRow) -> Webhook:
    kind: Kind = "voice" if row.kind == "voice" else "status"
    return Webhook(
        kind,
        row.event,
        row.url,
        row.method,
        form_of(row.form),
        row.root_sid,
        row.label,
        row.token,
        row.detail,
    )
