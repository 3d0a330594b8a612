"""Locks that speak RemoteLOCK's API v1 (https://developer.remotelock.com/api/docs; source of its text:
https://github.com/remotelock/slate).

`PUT /devices/{id}/unlock` with `Accept: application/vnd.lockstate.v1+json`; `GET /devices/{id}` tells the state.
Tokens are OAuth 2.0 client credentials (`https://connect.remotelock.com/oauth/token`, two hours). Their table of status
codes has 403 for an expired token and 401 for what is not permitted: either is tried once with a new token.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import httpx

from coworking.doors.locks.protocol import (
    NO_TOKEN,
    UNLOCKED,
    LockAnswer,
    LockState,
    Unlock,
    refused,
    unknown,
)
from coworking.doors.locks.vendor_http import UNAUTHORIZED, ask, body_of, failed
from coworking.doors.locks.vendor_tokens import TokenSource

BASE: Final = "https://api.remotelock.com"
TOKEN_URL: Final = "https://connect.remotelock.com/oauth/token"  # noqa: S105 - an address
ACCEPTED: Final = "application/vnd.lockstate.v1+json"
FORBIDDEN: Final = 403
OPEN: Final = "unlocked"


@dataclass(frozen=True)
class RemoteLock:
    """An account's locks; a lock's reference is its device id (a UUID)."""

    client: httpx.Client
    tokens: TokenSource

    def unlock(self, asked: Unlock) -> LockAnswer:
        answer = self._ask("PUT", f"{asked.lock_reference}/unlock")
        if isinstance(answer, LockAnswer):
            return answer
        if not answer.is_success:
            return failed(answer)
        return UNLOCKED if _state(answer) == OPEN else unknown("accepted")

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        answer = self._ask("GET", asked.lock_reference)
        if isinstance(answer, LockAnswer) or not answer.is_success:
            return unknown("not-looked-up")
        # Locked may mean that it has locked itself again.
        return LockAnswer(LockState.OPENED, "is-open") if _state(answer) == OPEN else unknown("is-locked")

    def _ask(self, method: str, path: str) -> httpx.Response | LockAnswer:
        token = self.tokens.token()
        if token is None:
            return refused(NO_TOKEN)
        url = f"{BASE}/devices/{path}"
        answer = ask(self.client, method, url, headers=_headers(token))
        if isinstance(answer, LockAnswer) or answer.status_code not in (UNAUTHORIZED, FORBIDDEN):
            return answer
        newer = self.tokens.renewed(token)
        return answer if newer is None else ask(self.client, method, url, headers=_headers(newer))


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Accept": ACCEPTED}


def _state(answer: httpx.Response) -> str | None:
    data = body_of(answer).get("data")
    attributes = data.get("attributes") if isinstance(data, dict) else None
    return attributes.get("state") if isinstance(attributes, dict) else None
