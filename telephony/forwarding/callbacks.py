"""The addresses at which the carrier calls us, and what they carry for us.

An address is signed with the request, so what stands in it can be trusted as far as the carrier. It carries references
only, never a phone number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

VOICE = "/carrier/twilio/voice"
NEXT = "/carrier/twilio/voice/next"
WHISPER = "/carrier/twilio/voice/whisper"
ACCEPT = "/carrier/twilio/voice/accept"
MESSAGE = "/carrier/twilio/voice/message"
STATUS = "/carrier/twilio/status"
RECORDING = "/carrier/twilio/recording"
CONTROL = "/carrier/twilio/control"
SMS = "/carrier/twilio/sms"
CONNECT = "/carrier/twilio/connect"
DESK = "/carrier/twilio/desk"
OUT_ENDED = "/carrier/twilio/out/ended"
SOUND = "/carrier/sound"

_LINE_ID = re.compile(r"[0-9]{1,18}")
_RUNG = re.compile(r"[0-9]{1,2}")
_STEP = re.compile(r"[0-9]{1,4}")
_ATTEMPT = re.compile(r"[A-Za-z0-9_-]{1,64}")
ROLES = frozenset({"forward", "member", "callee", "control", "reception"})
_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Addresses under the configured public URL, which has no slash at its end."""

    public_url: str

    def voice(self) -> str:
        return self.public_url + VOICE

    def status(self) -> str:
        """Where the carrier tells the end of a call to one of our numbers."""
        return self.public_url + STATUS

    def sms(self) -> str:
        """Where the carrier tells a text message to one of our numbers."""
        return self.public_url + SMS

    def desk(self) -> str:
        """Where the carrier asks about a call from a lent desk phone."""
        return self.public_url + DESK

    def next(self, line_id: int, rung: int) -> str:
        """Where the call goes on when the phone with index `rung` (or all at once) did not take it."""
        return f"{self.public_url}{NEXT}?line={line_id}&rung={rung}"

    def leg_status(self, line_id: int, asks: bool, role: str = "forward") -> str:
        """Where a leg's progress is told. `asks`: the leg counts only when its person accepted the call; `role` is one
        of `metering`'s."""
        told_role = "" if role == "forward" else f"&role={role}"
        return f"{self.public_url}{STATUS}?line={line_id}&asks={asks:d}{told_role}"

    def whisper(self, line_id: int, call_sid: str) -> str:
        return f"{self.public_url}{WHISPER}?line={line_id}&call={call_sid}"

    def accept(self, line_id: int, call_sid: str) -> str:
        return f"{self.public_url}{ACCEPT}?line={line_id}&call={call_sid}"

    def message(self, line_id: int) -> str:
        """Where the call goes on when the caller has left a message."""
        return f"{self.public_url}{MESSAGE}?line={line_id}"

    def recording(self, line_id: int) -> str:
        """Where the carrier tells that a recording is ready."""
        return f"{self.public_url}{RECORDING}?line={line_id}"

    def control(self, **state: str | int) -> str:
        """Where a control call goes on; `state` holds short words and references, never a phone number or a PIN."""
        return f"{self.public_url}{CONTROL}?{urlencode(state)}" if state else self.public_url + CONTROL

    def connect(self, attempt: str) -> str:
        """Where a call that we asked for is answered."""
        return f"{self.public_url}{CONNECT}?attempt={attempt}"

    def out_ended(self, line_id: int) -> str:
        """Where an outgoing call goes on when its Dial has ended."""
        return f"{self.public_url}{OUT_ENDED}?line={line_id}"

    def sound(self, token: str) -> str:
        """Where the carrier fetches an uploaded announcement."""
        return f"{self.public_url}{SOUND}/{token}"


def context_of(query: str) -> dict[str, Any]:
    """What one of our addresses carried; a query that is not ours carries nothing."""
    values = dict(parse_qsl(query)) if query else {}
    context: dict[str, Any] = {}
    if _LINE_ID.fullmatch(line := values.get("line", "")):
        context["line_id"] = int(line)
    if _RUNG.fullmatch(rung := values.get("rung", "")):
        context["rung"] = int(rung)
    if _STEP.fullmatch(step := values.get("step", "")):
        context["step"] = int(step)
    if values.get("asks") == "1":
        context["asks"] = True
    if (role := values.get("role", "")) in ROLES:
        context["role"] = role
    if _CALL_SID.fullmatch(call := values.get("call", "")):
        context["call_sid"] = call
    if _ATTEMPT.fullmatch(attempt := values.get("attempt", "")):
        context["attempt"] = attempt
    return context
