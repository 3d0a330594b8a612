"""What the sandbox provider remembers, in a file of its own, so that cards outlive a restart."""

from __future__ import annotations

import json
import sqlite3
import threading
from pathlib import Path
from typing import Any


class SandboxStore:
    """Documents by reference, and which reference was made under which key. Opened with its first use; `file` None
    keeps it in memory."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def made(self, key: str) -> str | None:
        """The reference of what was made under a key."""
        rows = self._run("SELECT reference FROM keys WHERE key = ?", key)
        return rows[0][0] if rows else None

    def get(self, reference: str) -> dict[str, Any] | None:
        rows = self._run("SELECT document FROM documents WHERE reference = ?", reference)
        return json.loads(rows[0][0]) if rows else None

    def put(self, reference: str, document: dict[str, Any], key: str | None = None) -> None:
        self._run("INSERT OR REPLACE INTO documents VALUES (?, ?)", reference, json.dumps(document))
        if key is not None:
            self._run("INSERT OR IGNORE INTO keys VALUES (?, ?)", key, reference)

    def next_number(self) -> int:
        rows = self._run("SELECT count(*) FROM documents")
        return int(rows[0][0]) + 1

    def _run(self, statement: str, *values: str) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._connection is None:
                self._connection = self._open()
            with self._connection:
                return self._connection.execute(statement, values).fetchall()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file or ":memory:", check_same_thread=False, timeout=10)
        with connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS documents (reference TEXT PRIMARY KEY, document TEXT)"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, reference TEXT)")
        return connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
