"""The door's computer at work: it decides, opens, writes down, and tells the server when it can be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog

from coworking.doors.agent.deciding import Asked, Decided, KeptList, decide, pressed
from coworking.doors.agent.disk import Disk
from coworking.doors.agent.signed_lists import MOST_SKEW, ListRefused, SignedList, read_list
from coworking.doors.profile import Means
from coworking.kit.clock import Clock

MOST_AT_ONCE: Final = 500
FAULT: Final = "fault"
CLOCKS_DIFFER: Final = timedelta(seconds=2)
"""By less they are held to be the same. A QR bears a little more."""

log = structlog.get_logger(__name__)


class Unreachable(Exception):
    """The server did not answer, or not as it should."""


class Revoked(Exception):
    """The server does not know this computer any more."""


class Server(Protocol):
    def fetch(self) -> SignedList:
        """Raises `Unreachable`, `Revoked`."""
        ...

    def tell(
        self, events: Sequence[dict[str, Any]], *, sent_at: datetime, clock_ahead_seconds: float
    ) -> None:
        """Returns when all of them are stored. Raises `Unreachable`, `Revoked`."""
        ...


class DoorComputer:
    """`open_door` opens one door for some seconds; it may raise. `public_key` is the server's, 32 bytes."""

    def __init__(
        self, disk: Disk, clock: Clock, server: Server, public_key: bytes, open_door: Callable[[str], object]
    ) -> None:
        self._disk = disk
        self._clock = clock
        self._server = server
        self._public_key = public_key
        self._open_door = open_door
        self._kept = self._from_disk()

    def now(self) -> datetime:
        """By the machine's clock, less what it was found to be ahead."""
        return self._clock.now() - timedelta(seconds=self._disk.clock_ahead_seconds())

    def shown(self, door: str, asked: Asked, text: str) -> Decided:
        """Something was read at a door: it opens or not. Whatever breaks, an entry stays shut and an exit opens."""
        if asked == "exit":
            self._open(door)
        try:
            decided = decide(self._kept, self._disk, door, asked, text, self.now())
            self._write(decided)
        except Exception:
            log.exception("a decision failed", door=door, asked=asked)
            return Decided(door, asked, Means.CARD, None, asked == "exit", FAULT)
        if decided.is_allowed and asked != "exit":
            self._open(door)
        return decided

    def pressed(self, door: str) -> Decided:
        """The exit button."""
        self._open(door)
        decided = pressed(door)
        try:
            self._write(decided)
        except Exception:  # nobody stays in for a full disk
            log.exception("an exit was not written down", door=door)
        return decided

    def meet_server(self) -> bool:
        """Tell what happened, then fetch the list; says whether that went through. What the server revoked is obeyed
        from here on."""
        try:
            return self._met()
        except Exception:  # a broken disk stops no reader and no button
            log.exception("meeting the server failed")
            return False

    def _met(self) -> bool:
        try:
            self._tell()
            self._fetch()
        except Unreachable:
            return False
        except Revoked:
            log.warning("this computer was revoked")
            self._kept = None
            self._disk.forget_list()
            return False
        self._disk.forget_used_qrs(self.now() - MOST_SKEW)
        return True

    def _tell(self) -> None:
        while events := self._disk.waiting(MOST_AT_ONCE):
            self._server.tell(
                events, sent_at=self.now(), clock_ahead_seconds=self._disk.clock_ahead_seconds()
            )
            self._disk.taken([event["sequence"] for event in events])

    def _fetch(self) -> None:
        asked_at = self._clock.now()
        signed = self._server.fetch()
        answered_at = self._clock.now()
        try:
            fetched = read_list(self._public_key, signed)
        except ListRefused:
            log.warning("a list was refused: its signature is not the server's")
            return
        if self._kept is not None and fetched.version <= self._kept.content.version:
            log.warning("a list was refused: it is an older one", version=fetched.version)
            return
        self._compare_clocks(asked_at, fetched.issued_at, answered_at)
        self._disk.keep_list(signed, fetched.last_sequence)
        self._kept = KeptList(fetched)

    def _compare_clocks(self, asked_at: datetime, servers: datetime, answered_at: datetime) -> None:
        """By a clock that is right, the server's time lies between the question and the answer."""
        ahead = (
            max(asked_at - servers, timedelta(0)) + min(answered_at - servers, timedelta(0))
        ).total_seconds()
        if abs(ahead) < CLOCKS_DIFFER.total_seconds():
            ahead = 0.0
        if abs(ahead - self._disk.clock_ahead_seconds()) >= CLOCKS_DIFFER.total_seconds():
            log.warning("the clock of this computer is wrong", ahead_seconds=round(ahead))
            self._disk.keep_clock_ahead(ahead)

    def _from_disk(self) -> KeptList | None:
        signed = self._disk.kept_list()
        if signed is None:
            return None
        try:
            return KeptList(read_list(self._public_key, signed))
        except ListRefused:
            log.warning("the list on the disk was refused")
            return None

    def _write(self, decided: Decided) -> None:
        version = self._kept.content.version if self._kept is not None else 0
        self._disk.write(decided, version, self.now())

    def _open(self, door: str) -> None:
        try:
            self._open_door(door)
        except Exception:
            log.exception("the door did not open", door=door)
