"""The addresses at which the carrier calls us, and what they carry for us.

An address is signed with the request, so what stands in it can be trusted as far as the carrier. It carries references
only, never a phone number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

VOICE = "/carrier/twilio/voice"
NEXT = "/carrier/twilio/voice/next"
WHISPER = "/carrier/twilio/voice/whisper"
ACCEPT = "/carrier/twilio/voice/accept"
STATUS = "/carrier/twilio/status"

_LINE_ID = re.compile(r"[0-9]{1,18}")
_RUNG = re.compile(r"[0-9]{1,2}")
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

    def next(self, line_id: int, rung: int) -> str:
        """Where the call goes on when the phone with index `rung` (or all at once) did not take it."""
        return f"{self.public_url}{NEXT}?line={line_id}&rung={rung}"

    def leg_status(self, line_id: int, asks: bool) -> str:
        """Where a leg's progress is told. `asks`: the leg counts only when its person accepted the call."""
        return f"{self.public_url}{STATUS}?line={line_id}&asks={asks:d}"

    def whisper(self, line_id: int, call_sid: str) -> str:
        return f"{self.public_url}{WHISPER}?line={line_id}&call={call_sid}"

    def accept(self, line_id: int, call_sid: str) -> str:
        return f"{self.public_url}{ACCEPT}?line={line_id}&call={call_sid}"


def context_of(query: str) -> dict[str, Any]:
    """What one of our addresses carried; a query that is not ours carries nothing."""
    values = dict(parse_qsl(query)) if query else {}
    context: dict[str, Any] = {}
    if _LINE_ID.fullmatch(line := values.get("line", "")):
        context["line_id"] = int(line)
    if _RUNG.fullmatch(rung := values.get("rung", "")):
        context["rung"] = int(rung)
    if values.get("asks") == "1":
        context["asks"] = True
    if _CALL_SID.fullmatch(call := values.get("call", "")):
        context["call_sid"] = call
    return context
