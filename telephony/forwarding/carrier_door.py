"""The carrier's door: what it sends is believed or refused here, and every voice webhook gets an answer.

A caller hears silence while this thinks. Nothing here raises to the carrier: a voice webhook that fails answers with a
spoken apology.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import asyncpg
import structlog
from anyio.to_thread import run_sync
from sqlalchemy.orm import Session
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from coworking.kit.clock import Clock
from coworking.kit.db import Database
from telephony.carrier import (
    BODY_LIMIT_BYTES,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    MalformedWebhook,
    VoiceWebhook,
    parse_form,
    valid,
    voice_webhook,
)
from telephony.forwarding import documents
from telephony.forwarding.callbacks import Callbacks, context_of
from telephony.forwarding.card import Card
from telephony.forwarding.card_reader import OF_LINES, OF_NUMBERS, CardReader
from telephony.forwarding.event_store import EventStore, Told
from telephony.forwarding.rules import CallRules

# A caller's webhook is answered within a second (R05): what was told may be stored after the answer.
STORE_TIMEOUT_SECONDS = 0.3
LATE_EVENTS_TOLD_EVERY = timedelta(seconds=1)
LONGEST_VALUE = 256
XML = "text/xml; charset=utf-8"
# Only POST is believed, but whatever else comes to these addresses is refused and counted as well.
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

# What is kept of a webhook: what a call is told from. Pressed keys are not in it: they may be a PIN.
KEPT = (
    "From",
    "To",
    "ForwardedFrom",
    "Direction",
    "CallStatus",
    "CallDuration",
    "Timestamp",
    "SequenceNumber",
    "SipResponseCode",
    "ErrorCode",
    "DialCallStatus",
    "DialCallSid",
    "DialCallDuration",
    "DialBridged",
    "RecordingSid",
    "RecordingDuration",
)

T = TypeVar("T")
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CarrierAccount:
    """A carrier account of an operator. Several tokens while one is being changed."""

    sid: str
    auth_tokens: tuple[str, ...]
    operator_id: int
    rules: CallRules


class Refused(Exception):
    """A webhook that is not believed. `reason` is a word for the record, without any value of the request."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Believed:
    """A webhook that the carrier signed. `context` is what our own callback address carried."""

    account: CarrierAccount
    form: list[tuple[str, str]]
    context: dict[str, Any]

    def kept(self) -> dict[str, str]:
        """Without NUL, which PostgreSQL cannot hold: what a caller's network wrote must not stop anything."""
        values = dict(self.form)
        return {name: values[name].replace("\0", "")[:LONGEST_VALUE] for name in KEPT if values.get(name)}


VoiceHandler = Callable[[Believed, VoiceWebhook], Awaitable[bytes]]
Endpoint = Callable[[Request], Awaitable[Response]]


class LateEvents:
    """Voice events that were not stored in time, told to the log once in a while: writing a line for each would make
    late what is not late yet."""

    def __init__(self) -> None:
        self._count = 0
        self._told_at: datetime | None = None

    def add(self, error: Exception, now: datetime) -> None:
        self._count += 1
        if self._told_at is None or not timedelta(0) <= now - self._told_at < LATE_EVENTS_TOLD_EVERY:
            log.warning("voice events not stored in time", times=self._count, error=type(error).__name__)
            self._count, self._told_at = 0, now


class CarrierDoor:
    """The carrier's accounts by SID, and what every webhook needs. The pool and the store belong to the running event
    loop, so they are asked for when they are needed."""

    def __init__(
        self,
        *,
        accounts: Mapping[str, CarrierAccount],
        public_url: str,
        clock: Clock,
        database: Database,
        pool: Callable[[], asyncpg.Pool],
        store: Callable[[], EventStore],
    ) -> None:
        self.clock = clock
        self.callbacks = Callbacks(public_url.rstrip("/"))
        self.store = store
        self._accounts = accounts
        self._public_url = public_url.rstrip("/")
        self._database = database
        self._cards_of_numbers = CardReader[str](pool, OF_NUMBERS)
        self._cards_of_lines = CardReader[int](pool, OF_LINES)
        self._late = LateEvents()

    def spoken(self, handle: VoiceHandler) -> Endpoint:
        """The endpoint of a voice webhook: believed or refused, and never an error page."""

        async def endpoint(request: Request) -> Response:
            try:
                believed = await self.believe(request)
                webhook = voice_webhook(believed.form, account_sid=believed.account.sid)
            except (Refused, MalformedWebhook) as refused:
                return self.refuse(request, refused.reason)
            rules = believed.account.rules
            try:
                return Response(await handle(believed, webhook), media_type=XML)
            except Exception:  # the caller must hear something, whatever broke
                log.exception("voice webhook failed", path=request.url.path, call_sid=webhook.call_sid)
                return Response(documents.apology(rules.forwarding, rules.language), media_type=XML)

        return endpoint

    def acknowledged(self, handle: Callable[[Believed], Awaitable[None]]) -> Endpoint:
        """The endpoint of a webhook that only tells: 204 when `handle` has kept it, 503 so that the carrier knows that
        it was not kept."""

        async def endpoint(request: Request) -> Response:
            try:
                believed = await self.believe(request)
                await handle(believed)
            except (Refused, MalformedWebhook) as refused:
                return self.refuse(request, refused.reason)
            except Exception:  # not kept: the carrier must not believe that it was
                log.exception("webhook not kept", path=request.url.path)
                return Response(status_code=503)
            return Response(status_code=204)

        return endpoint

    async def transacted(self, believed: Believed, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction of the account's operator, off the event loop; for webhooks that change
        something. Retried as `Database.run` does."""
        return await self.transacted_for(believed.account.operator_id, work)

    async def transacted_for(self, operator_id: int, work: Callable[[Session], T]) -> T:
        """`transacted` where no signature says whose it is."""
        return await run_sync(partial(self._database.run, work, operator_id))

    async def believe(self, request: Request) -> Believed:
        """Raises `Refused`, `MalformedWebhook`."""
        if request.method != "POST":
            raise Refused("method")
        body = await _body(request)
        form = parse_form(body)
        account = self._accounts.get(next((value for name, value in form if name == "AccountSid"), ""))
        if account is None:
            raise Refused("account unknown")
        query = request.scope["query_string"].decode("latin-1")
        path = request.scope["raw_path"].decode("latin-1")
        url = f"{self._public_url}{path}?{query}" if query else self._public_url + path
        header = request.headers.get(SIGNATURE_HEADER)
        settings = request.headers.get(SIGNATURE_SETTINGS_HEADER)
        if not valid(url, form, body, account.auth_tokens, header, settings=settings):
            raise Refused("signature wrong" if header else "signature missing")
        return Believed(account, form, context_of(query))

    def refuse(self, request: Request, reason: str) -> Response:
        address = request.client.host if request.client else ""
        log.warning("webhook refused", path=request.url.path, reason=reason, remote_address=address)
        self.store().count_refusal(self.clock.now(), address, request.url.path, reason)
        return Response(status_code=403)

    async def card(self, number: str, operator_id: int) -> Card | None:
        """The routing card of a number of ours; None for every other number."""
        return await self._cards_of_numbers.card(number, operator_id)

    async def card_of_line(self, line_id: int, operator_id: int) -> Card | None:
        return await self._cards_of_lines.card(line_id, operator_id)

    async def tell(
        self,
        believed: Believed,
        resource_id: str,
        call_sid: str,
        event: str,
        sequence: int,
        context: dict[str, Any],
    ) -> None:
        """Store what a voice webhook told, but do not let the caller wait for a slow database: the call is told by its
        other events too, and asked for where all are missing."""
        told = Told(
            operator_id=believed.account.operator_id,
            resource_id=resource_id,
            call_sid=call_sid,
            event=event,
            sequence=sequence,
            form=believed.kept(),
            context=context,
            received_at=self.clock.now(),
        )
        try:
            async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                await self.store().store(told)
        except Exception as error:  # answered all the same
            self._late.add(error, self.clock.now())


async def _body(request: Request) -> bytes:
    """The body, read no further than its limit."""
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_LIMIT_BYTES:
                raise Refused("body over its limit")
            chunks.append(chunk)
    except ClientDisconnect as gone:
        raise Refused("body incomplete") from gone
    return b"".join(chunks)
