"""The carrier's webhooks: the hot path, on the event loop, with one look-up and one shared commit.

A caller hears silence while this thinks. So: signature, one SELECT by key, a pure function, the voice document; what
was told is stored in the same breath. Nothing here raises to the carrier: a voice webhook answers with a spoken
apology.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from coworking.kit.clock import Clock
from telephony.carrier import (
    BODY_LIMIT_BYTES,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    MalformedWebhook,
    VoiceWebhook,
    parse_form,
    status_webhook,
    valid,
    voice_webhook,
)
from telephony.forwarding import callbacks as at
from telephony.forwarding import documents
from telephony.forwarding.callbacks import Callbacks, context_of
from telephony.forwarding.event_store import EventStore, Told
from telephony.forwarding.routing import Announce, Card, Decision, HangUp, decide, decide_next
from telephony.forwarding.rules import CallRules

CARD_TIMEOUT_SECONDS = 3.0
STORE_TIMEOUT_SECONDS = 1.0
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
)

_CARD = "SELECT version, card FROM routing_cards WHERE number = $1 AND operator_id = $2"

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
    """A webhook that the carrier signed."""

    account: CarrierAccount
    form: list[tuple[str, str]]
    context: dict[str, Any]

    def kept(self) -> dict[str, str]:
        """Without NUL, which PostgreSQL cannot hold: what a caller's network wrote must not stop anything."""
        values = dict(self.form)
        return {name: values[name].replace("\0", "")[:LONGEST_VALUE] for name in KEPT if values.get(name)}


class Webhooks:
    """The carrier's door, with its accounts by SID. The pool and the store belong to the running event loop, so they
    are asked for when they are needed."""

    def __init__(
        self,
        *,
        accounts: Mapping[str, CarrierAccount],
        public_url: str,
        clock: Clock,
        pool: Callable[[], asyncpg.Pool],
        store: Callable[[], EventStore],
    ) -> None:
        self._accounts = accounts
        self._callbacks = Callbacks(public_url.rstrip("/"))
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._pool = pool
        self._store = store

    def routes(self) -> list[Route]:
        voice = {
            at.VOICE: self._voice,
            at.NEXT: self._next,
            at.WHISPER: self._whisper,
            at.ACCEPT: self._accept,
        }
        return [
            *(Route(path, self._spoken(handle), methods=METHODS) for path, handle in voice.items()),
            Route(at.STATUS, self._status, methods=METHODS),
        ]

    # Every voice webhook passes here: believed or refused, and never an error page.

    def _spoken(
        self, handle: Callable[[Believed, VoiceWebhook], Awaitable[bytes]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                believed = await self._believe(request)
                webhook = voice_webhook(believed.form, account_sid=believed.account.sid)
            except (Refused, MalformedWebhook) as refused:
                return self._refuse(request, refused.reason)
            rules = believed.account.rules
            try:
                return Response(await handle(believed, webhook), media_type=XML)
            except Exception:  # the caller must hear something, whatever broke
                log.exception("voice webhook failed", path=request.url.path, call_sid=webhook.call_sid)
                return Response(documents.apology(rules.forwarding, rules.language), media_type=XML)

        return endpoint

    async def _voice(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A call has come in."""
        card = await self._card(webhook.to, believed.account.operator_id)
        now = self._clock.now()
        decision = decide(card, webhook.from_, now)
        context: dict[str, Any] = {"decided_by": decision.decided_by}
        if card is not None:
            context |= {"line_id": card.line_id, "card": card.version}
        if isinstance(decision, Announce):
            context["outcome"] = decision.outcome
        await self._tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, context)
        return self._document(decision, card, believed.account.rules, webhook.call_sid)

    async def _next(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A Dial has ended: the call is over if two people spoke, else the next phone rings."""
        rung = believed.context.get("rung", 0)
        await self._tell(believed, webhook.call_sid, webhook.call_sid, "next", rung, believed.context)
        if webhook.dial_bridged:
            return documents.HANG_UP
        card = await self._card(webhook.to, believed.account.operator_id)
        decision = decide_next(card, webhook.from_, rung)
        if isinstance(decision, HangUp):
            return documents.HANG_UP
        return self._document(decision, card, believed.account.rules, webhook.call_sid)

    async def _whisper(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """Somebody picked up a forwarded call: tell them what it is and ask for 1."""
        call_sid, card = await self._of_leg(believed, webhook)
        await self._tell(
            believed, webhook.call_sid, call_sid, "whisper", 0, {**believed.context, "asks": True}
        )
        if card is None:
            return documents.HANG_UP
        rules = believed.account.rules
        return documents.whisper(card, rules.forwarding, self._callbacks, call_sid, None)

    async def _accept(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A key was pressed after the whisper. Only 1 connects."""
        call_sid, card = await self._of_leg(believed, webhook)
        if card is None:
            return documents.HANG_UP
        if webhook.digits != "1":
            return documents.not_accepted(card, believed.account.rules.forwarding)
        await self._tell(
            believed, webhook.call_sid, call_sid, "accept", 0, {**believed.context, "asks": True}
        )
        return documents.CONNECT

    async def _status(self, request: Request) -> Response:
        """Progress of a call or a leg: stored, then acknowledged; what follows from it is the worker's."""
        try:
            believed = await self._believe(request)
            webhook = status_webhook(believed.form, account_sid=believed.account.sid)
        except (Refused, MalformedWebhook) as refused:
            return self._refuse(request, refused.reason)
        try:
            await self._store().store(
                Told(
                    operator_id=believed.account.operator_id,
                    resource_id=webhook.call_sid,
                    call_sid=webhook.parent_call_sid or webhook.call_sid,
                    event=webhook.call_status.value,
                    sequence=webhook.sequence or 0,
                    form=believed.kept(),
                    context=believed.context,
                    received_at=self._clock.now(),
                )
            )
        except Exception:  # not stored: the carrier must not believe that it was
            log.exception("status not stored", call_sid=webhook.call_sid)
            return Response(status_code=503)
        return Response(status_code=204)

    # What the handlers share.

    async def _believe(self, request: Request) -> Believed:
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

    def _refuse(self, request: Request, reason: str) -> Response:
        address = request.client.host if request.client else ""
        log.warning("webhook refused", path=request.url.path, reason=reason, remote_address=address)
        self._store().count_refusal(self._clock.now(), address, request.url.path, reason)
        return Response(status_code=403)

    async def _card(self, number: str, operator_id: int) -> Card | None:
        row = await self._pool().fetchrow(_CARD, number, operator_id, timeout=CARD_TIMEOUT_SECONDS)
        return Card.read(row["version"], json.loads(row["card"])) if row is not None else None

    async def _of_leg(self, believed: Believed, webhook: VoiceWebhook) -> tuple[str, Card | None]:
        """The call that a leg belongs to, and the card of its line: the leg shows the rented number as its caller."""
        call_sid = webhook.parent_call_sid or believed.context.get("call_sid") or webhook.call_sid
        card = await self._card(webhook.from_, believed.account.operator_id) if webhook.from_ else None
        return call_sid, card

    async def _tell(
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
            received_at=self._clock.now(),
        )
        try:
            async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                await self._store().store(told)
        except Exception:  # answered all the same
            log.exception("voice event not stored in time", call_sid=call_sid, told=event)

    def _document(self, decision: Decision, card: Card | None, rules: CallRules, call_sid: str) -> bytes:
        if isinstance(decision, Announce) or card is None:
            said = (
                decision
                if isinstance(decision, Announce)
                else Announce("unknown-number", says="not_in_service")
            )
            return documents.announcement(said, rules.forwarding, card.language if card else rules.language)
        return documents.ringing(decision, card, self._callbacks, call_sid)


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
