"""The webhooks of calls to lent numbers: the hot path, on the event loop, with one look-up and one shared commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from telephony.carrier import MalformedWebhook, VoiceWebhook, status_webhook
from telephony.forwarding import callbacks as at
from telephony.forwarding import documents
from telephony.forwarding.card import Card
from telephony.forwarding.carrier_door import METHODS, Believed, CarrierDoor, Refused, VoiceHandler
from telephony.forwarding.event_store import Told
from telephony.forwarding.floods import Floods
from telephony.forwarding.loops import Loops
from telephony.forwarding.routing import LOOP, Announce, Decision, Refuse, Ring, decide, decide_next
from telephony.forwarding.traces import FINAL

log = structlog.get_logger(__name__)


@dataclass
class Webhooks:
    """`control` answers calls to a number by which members steer their lines."""

    door: CarrierDoor
    control: VoiceHandler
    floods: Floods
    loops: Loops = field(default_factory=Loops)

    def routes(self) -> list[Route]:
        voice = {
            at.VOICE: self._voice,
            at.NEXT: self._next,
            at.WHISPER: self._whisper,
            at.ACCEPT: self._accept,
            at.MESSAGE: self._message,
        }
        return [
            *(Route(path, self.door.spoken(handle), methods=METHODS) for path, handle in voice.items()),
            Route(at.STATUS, self._status, methods=METHODS),
        ]

    async def _voice(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A call has come in."""
        account = believed.account
        now = self.door.clock.now()
        if self.floods.is_flood(webhook.to, webhook.call_sid, now):
            # Not even written down: a flood of one number must not cost the others (R22).
            return documents.BUSY
        card = await self.door.card(webhook.to, account.operator_id)
        if card is not None and card.is_control:
            return await self.control(believed, webhook)
        decision = decide(card, webhook.from_, now, account.rules.tariffs.calendar)
        if card is not None and self._comes_round(card, decision, webhook, now):
            decision = LOOP
        context: dict[str, Any] = {"decided_by": decision.decided_by}
        if card is not None:
            context |= {"line_id": card.line_id, "card": card.version}
        if isinstance(decision, Announce | Refuse):
            context["outcome"] = decision.outcome
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, context)
        return self._document(decision, card, believed, webhook)

    def _comes_round(self, card: Card, decision: Decision, webhook: VoiceWebhook, now: datetime) -> bool:
        """Whether a call that would be put through has come back through numbers that are not ours. Where destinations
        see the rented number, what comes back is known by that; only where they see the caller it looks new (R18)."""
        return (
            isinstance(decision, Ring)
            and card.shows == "caller"
            and webhook.from_ is not None
            and self.loops.seen(card.line_id, webhook.from_, webhook.forwarded_from, webhook.call_sid, now)
        )

    async def _next(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A Dial has ended: the call is over if two people spoke, else the next phone rings."""
        rung = believed.context.get("rung", 0)
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "next", rung, believed.context)
        if webhook.dial_bridged:
            return documents.HANG_UP
        card = await self.door.card(webhook.to, believed.account.operator_id)
        return self._document(decide_next(card, webhook.from_, rung), card, believed, webhook)

    async def _whisper(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """Somebody picked up a forwarded call: tell them what it is, and ask for 1 where the member wants that."""
        call_sid, card = await self._of_leg(believed, webhook)
        context = {**believed.context, "asks": card is not None and card.press_one}
        await self.door.tell(believed, webhook.call_sid, call_sid, "whisper", 0, context)
        if card is None:
            return documents.HANG_UP
        rules = believed.account.rules
        caller = webhook.from_ if card.shows == "caller" and webhook.from_ != card.number else None
        return documents.whisper(card, rules.forwarding, self.door.callbacks, call_sid, caller)

    async def _accept(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """The whisper is over. Where the member wants a key to be pressed, only 1 connects."""
        call_sid, card = await self._of_leg(believed, webhook)
        if card is None:
            return documents.HANG_UP
        if card.press_one and webhook.digits != "1":
            return documents.not_accepted(card, believed.account.rules.forwarding)
        context = {**believed.context, "asks": card.press_one}
        await self.door.tell(believed, webhook.call_sid, call_sid, "accept", 0, context)
        return documents.CONNECT

    async def _message(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """The caller has left a message, or only silence; what it says is fetched later."""
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "message", 0, believed.context)
        return documents.HANG_UP

    async def _status(self, request: Request) -> Response:
        """Progress of a call or a leg: stored, then acknowledged; what follows from it is the worker's."""
        try:
            believed = await self.door.believe(request)
            webhook = status_webhook(believed.form, account_sid=believed.account.sid)
        except (Refused, MalformedWebhook) as refused:
            return self.door.refuse(request, refused.reason)
        if webhook.call_status.value in FINAL:
            self.loops.ended(webhook.call_sid)
        try:
            await self.door.store().store(
                Told(
                    operator_id=believed.account.operator_id,
                    resource_id=webhook.call_sid,
                    call_sid=webhook.parent_call_sid or webhook.call_sid,
                    event=webhook.call_status.value,
                    sequence=webhook.sequence or 0,
                    form=believed.kept(),
                    context=believed.context,
                    received_at=self.door.clock.now(),
                )
            )
        except Exception:  # not stored: the carrier must not believe that it was
            log.exception("status not stored", call_sid=webhook.call_sid)
            return Response(status_code=503)
        return Response(status_code=204)

    async def _of_leg(self, believed: Believed, webhook: VoiceWebhook) -> tuple[str, Card | None]:
        """The call that a leg belongs to, and the card of the line that it rings for."""
        call_sid = webhook.parent_call_sid or believed.context.get("call_sid") or webhook.call_sid
        line_id = believed.context.get("line_id")
        card = await self.door.card_of_line(line_id, believed.account.operator_id) if line_id else None
        return call_sid, card

    def _document(
        self, decision: Decision, card: Card | None, believed: Believed, webhook: VoiceWebhook
    ) -> bytes:
        return documents.of_decision(
            decision,
            card,
            believed.account.rules,
            self.door.callbacks,
            call_sid=webhook.call_sid,
            caller=webhook.from_,
        )
