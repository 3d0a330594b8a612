"""Akerun Pro and the Akerun controller, by Akerun API v3 (https://developers.akerun.com/).

`POST /v3/organizations/{organization}/akeruns/{akerun}/jobs/unlock` begins a job and answers 201 before the door has
opened, so what came of it is looked up in the access history (`GET …/accesses`): an unlocking of this Akerun since the
command was sent. 403 with the code `duplicate_job` says that an unlocking is under way. Tokens are OAuth 2.0 with a
refresh token (`https://api.akerun.com/oauth/token`); the scopes are those for remote unlocking and for the history.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from coworking.doors.locks.protocol import (
    NO_TOKEN,
    TOKEN_REFUSED,
    LockAnswer,
    LockState,
    Unlock,
    refused,
    unknown,
)
from coworking.doors.locks.vendor_http import UNAUTHORIZED, ask, body_of, failed
from coworking.doors.locks.vendor_tokens import TokenSource

BASE: Final = "https://api.akerun.com"
TOKEN_URL: Final = f"{BASE}/oauth/token"
DUPLICATE: Final = "duplicate_job"
CLOCKS_DIFFER: Final = timedelta(seconds=5)
MOST_ACCESSES: Final = 50


@dataclass(frozen=True)
class AkerunLock:
    """An account's Akeruns; a lock's reference is its id (`A…` or `R…`)."""

    client: httpx.Client
    organization_id: str
    tokens: TokenSource

    def unlock(self, asked: Unlock) -> LockAnswer:
        answer = self._ask("POST", f"akeruns/{asked.lock_reference}/jobs/unlock")
        if isinstance(answer, LockAnswer):
            return answer
        if answer.is_success:
            return unknown("accepted")
        if body_of(answer).get("code") == DUPLICATE:
            return unknown("duplicate-job")
        return failed(answer)

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        since = asked.sent_at - CLOCKS_DIFFER
        params = {
            "datetime_after": since.astimezone(UTC).isoformat(timespec="seconds"),
            "sort_by": "id",
            "sort_order": "desc",
            "limit": str(MOST_ACCESSES),
        }
        answer = self._ask("GET", "accesses", params)
        if isinstance(answer, LockAnswer) or not answer.is_success:
            return unknown("not-looked-up")
        accesses = body_of(answer).get("accesses")
        entries = accesses if isinstance(accesses, list) else []
        if any(_is_unlocking(entry, asked.lock_reference, since) for entry in entries):
            return LockAnswer(LockState.OPENED, "in-history")
        return unknown("not-in-history")

    def _ask(
        self, method: str, path: str, params: dict[str, str] | None = None
    ) -> httpx.Response | LockAnswer:
        """Once, and once more with a newer token where the first was refused: nothing was done then."""
        url = f"{BASE}/v3/organizations/{self.organization_id}/{path}"
        token = self.tokens.token()
        if token is None:
            return refused(NO_TOKEN)
        answer = ask(self.client, method, url, headers=_bearer(token), params=params)
        if isinstance(answer, LockAnswer) or answer.status_code != UNAUTHORIZED:
            return answer
        newer = self.tokens.renewed(token)
        if newer is None:
            return refused(TOKEN_REFUSED)
        return ask(self.client, method, url, headers=_bearer(newer), params=params)


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _is_unlocking(entry: Any, akerun_id: str, since: datetime) -> bool:
    try:
        at = datetime.fromisoformat(entry["accessed_at"])
        return entry["action"] == "unlock" and entry["akerun"]["id"] == akerun_id and at >= since
    except (KeyError, TypeError, ValueError):
        return False
