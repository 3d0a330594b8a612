"""The webhooks of control calls: a member calls a number of the operator and steers a line by its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.routing import BaseRoute, Route

from coworking.kit.errors import NotFound
from coworking.kit.phone import from_e164
from coworking.membership import Passwords
from telephony.carrier import VoiceWebhook, sms_webhook
from telephony.forwarding import callbacks as at
from telephony.forwarding import documents
from telephony.forwarding.calling_out.dial import dial_document
from telephony.forwarding.carrier_door import METHODS, Believed, CarrierDoor
from telephony.forwarding.control.change_notices import Contacts
from telephony.forwarding.control.commands import take_text
from telephony.forwarding.control.documents import asking
from telephony.forwarding.control.ivr import Pressed
from telephony.forwarding.control.sessions import Desk, Standing, answer, begin

CONTROL: dict[str, Any] = {"direction": "control", "decided_by": "control"}


@dataclass
class ControlCalls:
    door: CarrierDoor
    passwords: Passwords

    def routes(self) -> list[BaseRoute]:
        return [
            Route(at.CONTROL, self.door.spoken(self._answer), methods=METHODS),
            Route(at.SMS, self.door.acknowledged(self._text), methods=METHODS),
        ]

    async def greet(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """A call has come in to a control number."""
        return await self._begin(believed, webhook, None)

    async def greet_desk(self, believed: Believed, webhook: VoiceWebhook, line_id: int) -> bytes:
        """The lent desk phone of this line has called a control number. It steers its own line only, and needs the PIN
        as any other phone does."""
        return await self._begin(believed, webhook, line_id)

    async def _begin(self, believed: Believed, webhook: VoiceWebhook, line_id: int | None) -> bytes:
        now = self.door.clock.now()
        standing = await self.door.transacted(
            believed,
            lambda session: begin(
                session,
                self._contacts(believed),
                operator_id=believed.account.operator_id,
                call_sid=webhook.call_sid,
                phone=webhook.from_,
                line_id=line_id,
                now=now,
            ),
        )
        await self.door.tell(believed, webhook.call_sid, webhook.call_sid, "voice", 0, CONTROL)
        return self._document(believed, standing)

    async def _answer(self, believed: Believed, webhook: VoiceWebhook) -> bytes:
        """Keys were pressed, or none. From the first wish that was granted on, every answer is told, so that the call
        is charged to its line even where one of the events is lost (NEX-10). One in which nothing was done costs
        nothing."""
        now, step = self.door.clock.now(), believed.context.get("step", 0)
        pressed = Pressed.read(webhook.digits, dict(believed.form).get("FinishedOnKey", ""))
        desk = Desk(self._contacts(believed), self.passwords)
        try:
            standing = await self.door.transacted(
                believed,
                lambda session: answer(
                    session, desk, call_sid=webhook.call_sid, step=step, pressed=pressed, now=now
                ),
            )
        except NotFound:
            return documents.HANG_UP
        is_calling = standing.dialogue.state == "calling"
        if standing.line is not None and (is_calling or standing.has_steered):
            event, context = "control", {**CONTROL, "line_id": standing.line.id}
            if is_calling:
                event, context = "out", {"direction": "out", "line_id": standing.line.id}
            await self.door.tell(believed, webhook.call_sid, webhook.call_sid, event, standing.step, context)
        return self._document(believed, standing)

    async def _text(self, believed: Believed) -> None:
        """A text message has come to one of our numbers."""
        message = sms_webhook(believed.form, account_sid=believed.account.sid)
        now = self.door.clock.now()
        desk = Desk(self._contacts(believed), self.passwords)
        operator_id = believed.account.operator_id
        await self.door.transacted(
            believed, lambda session: take_text(session, desk, message, operator_id=operator_id, now=now)
        )

    def _contacts(self, believed: Believed) -> Contacts:
        return Contacts(believed.account.rules, self.door.callbacks.public_url)

    def _document(self, believed: Believed, standing: Standing) -> bytes:
        rules, dialogue = believed.account.rules, standing.dialogue
        if dialogue.state == "calling":
            assert standing.line is not None
            if dialogue.pending is None:  # the call is over, and this webhook late
                return documents.HANG_UP
            callee = from_e164(dialogue.pending)
            return dial_document(rules, self.door.callbacks, standing.line.id, standing.line.number, callee)
        return asking(
            dialogue,
            rules,
            self.door.callbacks.control(step=standing.step),
            choices=[line.number for line in standing.choices],
        )
