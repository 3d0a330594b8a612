"""What the carrier tells of recordings, and the announcements that it fetches."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from telephony.carrier import recording_webhook
from telephony.forwarding import callbacks as at
from telephony.forwarding.carrier_door import METHODS, Believed, CarrierDoor
from telephony.forwarding.event_store import Told
from telephony.forwarding.voicemail.announcements import operator_of_token, sound_of_token
from telephony.forwarding.voicemail.recordings import recording_is_ready

WAV = "audio/wav"
TOLD_AGAIN = 1
"""The sequence of the event by which a recording's callback stands in for the message that was never told."""
# The token stands for these very bytes.
_SOUND_HEADERS = {"cache-control": "private, max-age=86400, immutable", "x-content-type-options": "nosniff"}


@dataclass
class VoicemailWebhooks:
    door: CarrierDoor

    def routes(self) -> list[Route]:
        return [
            Route(at.RECORDING, self.door.acknowledged(self._recording), methods=METHODS),
            Route(f"{at.SOUND}/{{token}}", self._sound, methods=["GET"]),
        ]

    async def _recording(self, believed: Believed) -> None:
        """A recording can be fetched. The call hears of it too: the webhook that ended the message may have been
        lost."""
        webhook = recording_webhook(believed.form, account_sid=believed.account.sid)
        if not webhook.is_complete:
            return
        now = self.door.clock.now()
        await self.door.store().store(
            Told(
                operator_id=believed.account.operator_id,
                resource_id=webhook.call_sid,
                call_sid=webhook.call_sid,
                event="message",
                sequence=TOLD_AGAIN,
                form=believed.kept(),
                context=believed.context,
                received_at=now,
            )
        )
        ready = partial(recording_is_ready, recording_sid=webhook.recording_sid, now=now)
        await self.door.transacted(believed, ready)

    async def _sound(self, request: Request) -> Response:
        """An announcement, to who knows its token: callers hear it anyway."""
        token = request.path_params["token"]
        operator_id = operator_of_token(token)
        if operator_id is None:
            return Response(status_code=404)
        now = self.door.clock.now()

        def find(session: Session) -> bytes | None:
            return sound_of_token(session, token, now)

        wav = await self.door.transacted_for(operator_id, find)
        if wav is None:
            return Response(status_code=404)
        return Response(wav, media_type=WAV, headers=_SOUND_HEADERS)
