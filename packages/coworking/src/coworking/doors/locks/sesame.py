"""SESAME by CANDY HOUSE's web API (https://doc.candyhouse.co/ja/SesameAPI).

`POST /api/sesame2/{uuid}/cmd` with command 83 (unlock), a history tag, and as `sign` the AES-CMAC under the device's
secret key of the second to fourth byte of the Unix time in little-endian order. The answer comes before the device has
turned, so what came of it is looked up in the device's history, where our tag stands.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from coworking.doors.locks.protocol import LockAnswer, LockState, Unlock, unknown
from coworking.doors.locks.vendor_http import ask, failed

BASE: Final = "https://app.candyhouse.co/api/sesame2"
UNLOCK_COMMAND: Final = 83
LONGEST_TAG: Final = 21
"""Bytes of a history tag."""
LATEST_ENTRIES: Final = 20
# By Bluetooth, by the WiFi module, by the web: the device has taken a command to unlock.
UNLOCKING_TYPES: Final = frozenset({2, 15, 17})


@dataclass(frozen=True)
class SesameLock:
    """One device; its reference is its UUID. `secret_key` are the 16 bytes that its shared key holds."""

    client: httpx.Client
    api_key: str = field(repr=False)
    secret_key: bytes = field(repr=False)

    def unlock(self, asked: Unlock) -> LockAnswer:
        body = {
            "cmd": UNLOCK_COMMAND,
            "history": tag_of(asked.command_id),
            "sign": sign(self.secret_key, asked.sent_at),
        }
        url = f"{BASE}/{asked.lock_reference}/cmd"
        answer = ask(self.client, "POST", url, headers=self._headers(), json=body)
        if isinstance(answer, LockAnswer):
            return answer
        return unknown("accepted") if answer.is_success else failed(answer)

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        url = f"{BASE}/{asked.lock_reference}/history"
        params = {"page": "0", "lg": str(LATEST_ENTRIES)}
        answer = ask(self.client, "GET", url, headers=self._headers(), params=params)
        if isinstance(answer, LockAnswer) or not answer.is_success:
            return unknown("not-looked-up")
        try:
            entries = answer.json()
        except ValueError:
            return unknown("not-looked-up")
        tag = tag_of(asked.command_id)
        if isinstance(entries, list) and any(_is_ours(entry, tag) for entry in entries):
            return LockAnswer(LockState.OPENED, "in-history")
        return unknown("not-in-history")

    def _headers(self) -> dict[str, str]:
        return {"x-api-key": self.api_key}


def sign(secret_key: bytes, at: datetime) -> str:
    cmac = CMAC(AES(secret_key))
    cmac.update(int(at.timestamp()).to_bytes(4, "little")[1:])
    return cmac.finalize().hex()


def tag_of(command_id: str) -> str:
    return base64.b64encode(command_id.encode()[:LONGEST_TAG]).decode()


def _is_ours(entry: Any, tag: str) -> bool:
    return isinstance(entry, dict) and entry.get("historyTag") == tag and entry.get("type") in UNLOCKING_TYPES
