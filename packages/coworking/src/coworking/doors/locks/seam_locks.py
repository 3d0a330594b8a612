"""Locks behind Seam, by its SDK (https://docs.seam.co/latest/capability-guides/smart-locks/lock-and-unlock).

Seam answers with an action attempt, which is pending until the device has told; it is asked for again by its id. The
SDK repeats reads by itself, never the POST that unlocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import httpx
from seam.exceptions import SeamError, SeamHttpApiError
from seam.seam import Seam

from coworking.doors.locks.protocol import LockAnswer, LockState, Unlock, refused, unknown
from coworking.doors.locks.vendor_http import ANSWER_TIMEOUT_SECONDS, CONNECT_TIMEOUT_SECONDS, NOT_SENT

SERVER_ERROR: Final = 500


def open_seam(api_key: str) -> Seam:
    """The SDK for one workspace, without its waiting for the outcome."""
    timeout = httpx.Timeout(ANSWER_TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS)
    return Seam(api_key=api_key, wait_for_action_attempt=False, httpx_options={"timeout": timeout})


@dataclass(frozen=True)
class SeamLock:
    """A workspace's locks; a lock's reference is its device id."""

    seam: Seam

    def unlock(self, asked: Unlock) -> LockAnswer:
        try:
            return _read(self.seam.locks.unlock_door(device_id=asked.lock_reference))
        except SeamHttpApiError as error:
            detail = f"http-{error.status_code}"
            return unknown(detail) if error.status_code >= SERVER_ERROR else refused(detail)
        except NOT_SENT:
            return refused("unreachable")
        except httpx.TimeoutException:
            return unknown("timeout")
        except (httpx.HTTPError, SeamError):
            return unknown("broken-off")

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        if reference is None:
            return unknown("no-reference")
        try:
            return _read(self.seam.action_attempts.get(action_attempt_id=reference))
        except (httpx.HTTPError, SeamError):
            return unknown("not-looked-up", reference)


def _read(attempt: Any) -> LockAnswer:
    reference = getattr(attempt, "action_attempt_id", None)
    status = getattr(attempt, "status", None)
    if status == "success":
        return LockAnswer(LockState.OPENED, "done", reference)
    if status == "error":
        return refused("action-attempt-failed", reference)
    return unknown("pending", reference)
