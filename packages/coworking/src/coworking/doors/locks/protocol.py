"""What the service asks of a lock, whoever made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol


class LockState(StrEnum):
    OPENED = "opened"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LockAnswer:
    """What became of one command. `detail` is one word such as `timeout` or `http-403`, never what the vendor wrote;
    `reference` is the vendor's own name of the command, where it has one."""

    state: LockState
    detail: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Unlock:
    """One command. `command_id` is unique over all deployments. A lock must not open at or after `expires_at`."""

    lock_reference: str
    command_id: str
    sent_at: datetime
    expires_at: datetime


class Lock(Protocol):
    """One lock, or an account with a vendor of locks. Neither method raises for what a lock or a network does: they
    return within their time limit whatever happens, and hold nothing while they wait."""

    def unlock(self, asked: Unlock) -> LockAnswer:
        """Ask once. `unknown` when the lock may have opened and nobody said so (R09)."""
        ...

    def look_up(self, asked: Unlock, reference: str | None) -> LockAnswer:
        """What became of a command that was asked, without asking again; `unknown` where the vendor cannot say."""
        ...


NO_LOCK: Final = "no-lock"
"""No lock was named for the door."""
NO_TOKEN: Final = "no-token"  # noqa: S105 - a reason
TOKEN_REFUSED: Final = "token-refused"  # noqa: S105 - a reason
"""The vendor takes our token no more, and gives no other for it."""
FAULTS: Final = frozenset({NO_LOCK, NO_TOKEN, TOKEN_REFUSED})
"""Why a lock refuses until somebody of the operator's has seen to it."""

UNLOCKED = LockAnswer(LockState.OPENED, "done")


def refused(detail: str, reference: str | None = None) -> LockAnswer:
    return LockAnswer(LockState.REFUSED, detail, reference)


def unknown(detail: str, reference: str | None = None) -> LockAnswer:
    return LockAnswer(LockState.UNKNOWN, detail, reference)
