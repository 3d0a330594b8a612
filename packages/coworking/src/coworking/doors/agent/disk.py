"""What a door's computer keeps on its disk: the list, events until they were taken, and what outlives a restart."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Final

from coworking.doors.agent.deciding import Decided
from coworking.doors.agent.signed_lists import SignedList

MOST_WAITING: Final = 500_000
"""Events that nobody has taken yet."""

_TABLES = """
CREATE TABLE IF NOT EXISTS events (number INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used_qrs (nonce BLOB PRIMARY KEY, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS presence (member_id INTEGER PRIMARY KEY, came_in INTEGER NOT NULL, number INTEGER NOT NULL);
"""


class TooManyWaiting(Exception):
    """No more events are written down until some were taken."""


class Disk:
    """One SQLite file. Every change is on the disk when its call returns. Safe for several threads."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        self._lock = RLock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(_TABLES)

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def keep_list(self, signed: SignedList, last_sequence: int) -> None:
        """Replaces the one before. What was seen here and is told by the new one needs no remembering; on a fresh disk
        sequence numbers go on after `last_sequence`, the last that the server heard."""
        with self._changing() as database:
            self._keep("list", signed.model_dump_json())
            if self._kept("offset") is None:
                self._keep("offset", str(last_sequence))
            told = last_sequence - int(self._kept("offset") or 0)
            database.execute("DELETE FROM presence WHERE number <= ?", (told,))

    def kept_list(self) -> SignedList | None:
        with self._lock:
            kept = self._kept("list")
        return SignedList.model_validate_json(kept) if kept is not None else None

    def forget_list(self) -> None:
        with self._changing() as database:
            database.execute("DELETE FROM kept WHERE name = 'list'")

    def clock_ahead_seconds(self) -> float:
        """By how much the machine's clock was ahead of the server's when they were compared last."""
        with self._lock:
            return float(self._kept("clock-ahead") or 0)

    def keep_clock_ahead(self, seconds: float) -> None:
        with self._changing():
            self._keep("clock-ahead", str(seconds))

    def write(self, decided: Decided, list_version: int, at: datetime) -> None:
        """Raises `TooManyWaiting`."""
        body = {
            "door": decided.door,
            "kind": decided.asked,
            "means": decided.means.value,
            "member_id": decided.member_id,
            "is_allowed": decided.is_allowed,
            "reason": decided.reason,
            "list_version": list_version,
            "at": at.astimezone(UTC).isoformat(),
        }
        with self._changing() as database:
            first, last = database.execute("SELECT min(number), max(number) FROM events").fetchone()
            if first is not None and last - first >= MOST_WAITING:
                raise TooManyWaiting
            number = database.execute("INSERT INTO events (body) VALUES (?)", (json.dumps(body),)).lastrowid
            if decided.is_allowed and decided.member_id is not None:
                row = (decided.member_id, decided.asked != "exit", number)
                database.execute("INSERT OR REPLACE INTO presence VALUES (?, ?, ?)", row)

    def waiting(self, most: int) -> Sequence[dict[str, Any]]:
        """The oldest events that nobody has taken, with their sequence numbers; none before the first contact."""
        with self._lock:
            offset = self._kept("offset")
            if offset is None:
                return ()
            rows = self._database.execute(
                "SELECT number, body FROM events ORDER BY number LIMIT ?", (most,)
            ).fetchall()
        return [{"sequence": number + int(offset), **json.loads(body)} for number, body in rows]

    def taken(self, sequences: Sequence[int]) -> None:
        with self._changing() as database:
            offset = int(self._kept("offset") or 0)
            database.executemany(
                "DELETE FROM events WHERE number = ?", [(sequence - offset,) for sequence in sequences]
            )

    def use_up(self, nonce: bytes, expires_at: datetime) -> bool:
        with self._changing() as database:
            done = database.execute(
                "INSERT OR IGNORE INTO used_qrs VALUES (?, ?)", (nonce, expires_at.timestamp())
            )
            return done.rowcount == 1

    def forget_used_qrs(self, before: datetime) -> None:
        """Those that had run out by then."""
        with self._changing() as database:
            database.execute("DELETE FROM used_qrs WHERE expires_at < ?", (before.timestamp(),))

    def came_in(self, member_id: int) -> bool | None:
        with self._lock:
            row = self._database.execute(
                "SELECT came_in FROM presence WHERE member_id = ?", (member_id,)
            ).fetchone()
        return bool(row[0]) if row is not None else None

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _kept(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return row[0] if row is not None else None

    def _keep(self, name: str, value: str) -> None:
        self._database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))
