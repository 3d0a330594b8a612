"""The webhooks of calls that begin with us: click-to-call, the reception phone, a lent desk phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote

import structlog
from sqlalchemy.orm import Session
from starlette.routing import Route

from coworking.kit.errors import UserError
from coworking.kit.phone import InvalidPhoneNumber, PhoneNumber, parse_phone
from telephony.carrier import VoiceWebhook, status_webhook
from telephony.forwarding import callbacks as at
from telephony.forwarding import documents
from telephony.forwarding.calling_out import prompts
from telephony.forwarding.calling_out.attempts import Answered, answer_attempt, hear_of_attempt
from telephony.forwarding.calling_out.dial import dial_document, prepare_call_out
from telephony.forwarding.calling_out.lent_phones import desk_phone_of
from telephony.forwarding.calling_out.placing import FIRST_LEG_STATUS
from telephony.forwarding.calling_out.reception import CALLER, ReceptionCallbacks
from telephony.forwarding.carrier_door import METHODS, Believed, CarrierDoor
from telephony.forwarding.event_store import Told
from telephony.forwarding.routing import Announce, Decision, Refuse, decide, decide_next
from telephony.metering import Origin
from telephony.numbers import get_line

_SIP_USER = re.compile(r"sips?:([^@;]{1,80})@")
LONGEST_SIP_NAME = 253
DESK_UNKNOWN = "desk-phone-unknown"

log = structlog.get_logger(__name__)


class DeskControl(Protocol):
    """Who answers when a desk phone calls a number by which lines are steered."""

    async def greet_desk(self, believed: Believed, webhook: VoiceWebhook, line_id: int) -> bytes: ...


@dataclass(frozen=True)
class Called:
    """Whom a line calls: `callee` is None where `refusal` says why not."""

    line_id: int
    line_number: str
    callee: PhoneNumber | None = None
    refusal: str | None = None


@dataclass
class OutgoingCalls:
    door: CarrierDoor
    control: DeskControl

    def routes(self) -> list[Route]:
        voice = {at.CONNECT: self._connect, at.DESK: self._desk, at.OUT_ENDED: self._ended}
        return [
            *(Route(path, self.door.spoken(handle), methods=METHODS) for path, handle in voice.items()),
            Route(FIRST_LEG_STATUS, self.door.acknowledged(self._first_leg_status), methods=METHODS),
        ]

    async def _first_leg_status(self, believed: Believed) -> None:
        """Progress of the leg that rings first, of a call that nobody may ever pick up: whose it is and where it leads
        stands in the attempt."""
        webhook = status_webhook(believed.form, account_sid=believed.account.sid)
        key, status = believed.context.get("attempt", ""), webhook.call_status
        attempt = await self.door.transacted(
            believed, lambda session: hear_of_attempt(session, key, webhook.call_sid, status)
        )
        context = {**believed.context, "direction": "out"}
        if believed.context.get("role") == "reception":
            context["direction"] = "reception"
        elif attempt is not None:
            context["callee"] = attempt.callee
        await self.door.store().store(
            Told(
                operator_id=believed.account.operator_id,
                resource_id=webhook.call_sid,
                call_sid=webhook.call_sid,
                event=status.value,
                sequence=webhook.sequence or 0,
                form=believed.kept(),
                context=context,
                received_at=self.door.clock.now(),
            )
        )

    async def _connect(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """The phone that we rang first was picked up."""
        key, now, rules = believed.context.get("attempt"), self.door.clock.now(), believed.account.rules
        answered = None
        if key is not None:
            answered = await self.door.transacted(
                believed, lambda session: answer_attempt(session, rules, key, webhook.call_sid, now)
            )
        if answered is None:
            log.warning("answered call without an attempt", call_sid=webhook.call_sid)
            return documents.HANG_UP
        if answered.kind == "reception":
            return await self._connect_reception(believed, webhook, answered)
        context: dict[str, Any] = {"attempt": answered.key, "origin": answered.origin}
        refusal = answered.refusal.code if answered.refusal else None
        called = Called(answered.line_id, answered.line_number, answered.callee, refusal)
        return await self._dial(believed, webhook, called, context)

    async def _connect_reception(
        self, believed: Believed, webhook: VoiceWebhook, answered: Answered
    ) -> bytes:
        account = believed.account
        card = await self.door.card_of_line(answered.line_id, account.operator_id)
        decision = decide(card, CALLER, self.door.clock.now(), account.rules.tariffs.calendar)
        context: dict[str, Any] = {
            "direction": "reception",
            "line_id": answered.line_id,
            "attempt": answered.key,
            "decided_by": decision.decided_by,
        }
        if isinstance(decision, Announce | Refuse):
            context["outcome"] = decision.outcome
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, context)
        return await self._carried_out(decision, believed, webhook, answered.line_id)

    async def _desk(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A lent desk phone calls. Whose it is says the account that the carrier authenticated, never the From header,
        which is the phone's own (R14)."""
        form, account = dict(believed.form), believed.account
        username, domain = form.get("SipUsername", ""), form.get("SipDomain", "")
        if not (0 < len(username) <= LONGEST_SIP_NAME and 0 < len(domain) <= LONGEST_SIP_NAME):
            return await self._unknown_desk(believed, webhook)
        dialled = _dialled(webhook.to)
        asked = await self.door.transacted(
            believed,
            lambda session: self._desk_call(session, believed, username, domain, dialled),
        )
        if asked is None:
            return await self._unknown_desk(believed, webhook)
        card = await self.door.card(_e164(dialled), account.operator_id)
        if card is not None and card.is_control:
            return await self.control.greet_desk(believed, webhook, asked.line_id)
        return await self._dial(believed, webhook, asked, {"origin": Origin.DESK})

    def _desk_call(
        self, session: Session, believed: Believed, username: str, domain: str, dialled: str
    ) -> Called | None:
        phone = desk_phone_of(session, username, domain)
        if phone is None:
            return None
        line = get_line(session, phone.line_id)
        rules, now = believed.account.rules, self.door.clock.now()
        try:
            callee = prepare_call_out(session, rules, line, dialled, now, origin=Origin.DESK)
        except UserError as refusal:
            return Called(line.id, line.number, refusal=refusal.code)
        return Called(line.id, line.number, callee)

    async def _unknown_desk(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        context = {"direction": "out", "decided_by": DESK_UNKNOWN, "outcome": "refused"}
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, context)
        return prompts.refused(DESK_UNKNOWN, believed.account.rules.language)

    async def _dial(
        self, believed: Believed, webhook: VoiceWebhook, called: Called, context: dict[str, Any]
    ) -> bytes:
        """Call the callee, or say why not."""
        rules, refusal = believed.account.rules, called.refusal or ""
        context |= {
            "direction": "out",
            "line_id": called.line_id,
            "decided_by": refusal or "calling-out",
        }
        if called.callee is None:
            context["outcome"] = "refused"
        else:
            context["callee"] = called.callee.e164
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, context)
        if called.callee is None:
            return prompts.refused(refusal, rules.language)
        return dial_document(rules, self.door.callbacks, called.line_id, called.line_number, called.callee)

    async def _ended(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A Dial of an outgoing call has ended: the call is over if two people spoke."""
        rung, line_id = believed.context.get("rung", 0), believed.context.get("line_id")
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "next", rung, believed.context)
        if webhook.dial_bridged or line_id is None:
            return documents.HANG_UP
        account = believed.account
        if believed.context.get("role") != "reception":
            return prompts.not_connected(webhook.dial_call_status, account.rules.language)
        card = await self.door.card_of_line(line_id, account.operator_id)
        return await self._carried_out(decide_next(card, CALLER, rung), believed, webhook, line_id)

    async def _carried_out(
        self, decision: Decision, believed: Believed, webhook: VoiceWebhook, line_id: int
    ) -> bytes:
        """A decision on a call from the reception. Its phone has been answered, so it cannot be turned away any more.
        What the member's phone shows is the line."""
        if isinstance(decision, Refuse):
            return prompts.refused(decision.decided_by, believed.account.rules.language)
        return documents.of_decision(
            decision,
            await self.door.card_of_line(line_id, believed.account.operator_id),
            believed.account.rules,
            ReceptionCallbacks(self.door.callbacks.public_url),
            call_sid=webhook.call_sid,
            caller=None,
        )


def _dialled(address: str) -> str:
    """The keys that were pressed, of the address that a SIP phone made of them; an empty text where there are none."""
    found = _SIP_USER.match(address)
    return unquote(found[1]) if found else ""


def _e164(dialled: str) -> str:
    try:
        return parse_phone(dialled).e164
    except InvalidPhoneNumber:
        return ""
