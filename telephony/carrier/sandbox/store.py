"""What the carrier keeps: numbers, ended calls, recordings, messages and the webhooks that were sent (SQLite).

Rows wait in memory and are written in batches, so a call costs no commit of its own; whoever reads, flushes first.
Times are integers, milliseconds since 1970 in UTC.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path
from threading import RLock
from typing import Any, NamedTuple

BATCH_ROWS = 1_000
MAX_KEPT_WEBHOOKS = 200_000
"""Beyond this the oldest are forgotten: only `repeat_webhooks` reads them."""

SCHEMA = """
create table if not exists boots (boot integer primary key autoincrement);
create table if not exists numbers (
    sid text primary key, e164 text not null unique, created_at integer not null, updated_at integer not null,
    settings text not null);
create table if not exists released (e164 text primary key);
create table if not exists calls (
    sid text primary key, parent_sid text, root_sid text not null, direction text not null, caller text not null,
    callee text not null, status text not null, forwarded_from text, number_sid text, created_at integer not null,
    answered_at integer, ended_at integer, updated_at integer not null, seconds integer not null,
    sip_code integer not null);
create index if not exists calls_by_parent on calls (parent_sid) where parent_sid is not null;
create index if not exists calls_by_start on calls (created_at);
create table if not exists recordings (
    sid text primary key, call_sid text not null, source text not null, channels integer not null,
    starts_at integer not null, created_at integer not null, seconds integer not null);
create index if not exists recordings_by_call on recordings (call_sid);
create table if not exists messages (
    sid text primary key, sender text not null, recipient text not null, body text not null, status text not null,
    created_at integer not null);
create table if not exists webhooks (
    id integer primary key, root_sid text not null, kind text not null, event text not null, url text not null,
    method text not null, form text not null, token text not null, label text not null, detail text not null);
create index if not exists webhooks_by_root on webhooks (root_sid);
"""


class CallRow(NamedTuple):
    sid: str
    parent_sid: str | None
    root_sid: str
    direction: str
    caller: str
    callee: str
    status: str
    forwarded_from: str | None
    number_sid: str | None
    created_at: int
    answered_at: int | None
    ended_at: int | None
    updated_at: int
    seconds: int
    sip_code: int


class RecordingRow(NamedTuple):
    sid: str
    call_sid: str
    source: str
    channels: int
    starts_at: int
    created_at: int
    seconds: int


class MessageRow(NamedTuple):
    sid: str
    sender: str
    recipient: str
    body: str
    status: str
    created_at: int


class WebhookRow(NamedTuple):
    root_sid: str
    kind: str
    event: str
    url: str
    method: str
    form: str
    token: str
    label: str
    detail: str


class NumberRow(NamedTuple):
    sid: str
    e164: str
    created_at: int
    updated_at: int
    settings: str


class Condition(NamedTuple):
    """One term of a WHERE: `sql` with one question mark."""

    sql: str
    value: str | int


WEBHOOK_COLUMNS = ", ".join(WebhookRow._fields)
_ROWS: dict[str, type[Any]] = {"calls": CallRow, "recordings": RecordingRow, "messages": MessageRow}


class Store:
    """A file that outlives the process, or, without a path, a temporary one that is gone with it."""

    def __init__(self, path: Path | None = None) -> None:
        self._temporary = tempfile.TemporaryDirectory(prefix="rusuban-sandbox-") if path is None else None
        file = path or Path(self._temporary.name if self._temporary else "") / "carrier.sqlite3"
        self._lock = RLock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        durable = self._temporary is None
        self._database.execute(f"pragma journal_mode={'wal' if durable else 'off'}")
        self._database.execute(f"pragma synchronous={'normal' if durable else 'off'}")
        self._database.executescript(SCHEMA)
        self._calls: dict[str, CallRow] = {}
        self._webhooks: list[WebhookRow] = []
        self._flushes = 0
        self.unfinished: Callable[[], Iterable[CallRow]] = list
        """Rows of calls that are under way, written with every flush: a crash leaves a trace of them."""
        self._database.execute("insert into boots default values")
        self.boot = int(self._database.execute("select max(boot) from boots").fetchone()[0])
        """How often this file was opened: part of every SID, so that a restart repeats none."""
        self._database.execute(
            "update calls set status = 'failed', ended_at = updated_at where ended_at is null"
        )

    def close(self) -> None:
        self.flush()
        self._database.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def save_call(self, row: CallRow) -> None:
        """An ended call."""
        with self._lock:
            self._calls[row.sid] = row
            self._flush_full()

    def save_webhook(self, row: WebhookRow) -> None:
        with self._lock:
            self._webhooks.append(row)
            self._flush_full()

    def save_recording(self, row: RecordingRow) -> None:
        with self._lock:
            self._insert("recordings", [row])

    def save_message(self, row: MessageRow) -> None:
        with self._lock:
            self._insert("messages", [row])

    def flush(self) -> None:
        with self._lock:
            unfinished = list(self.unfinished())
            if not self._calls and not self._webhooks and not unfinished:
                return
            self._database.execute("begin")
            self._insert("calls", [*unfinished, *self._calls.values()])
            self._database.executemany(
                f"insert into webhooks ({WEBHOOK_COLUMNS}) values (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - a constant
                self._webhooks,
            )
            if self._flushes % 50 == 0:
                self._database.execute(
                    "delete from webhooks where id <= (select max(id) from webhooks) - ?",
                    (MAX_KEPT_WEBHOOKS,),
                )
            self._database.execute("commit")
            self._flushes += 1
            self._calls.clear()
            self._webhooks.clear()

    def call(self, sid: str) -> CallRow | None:
        with self._lock:
            if sid in self._calls:
                return self._calls[sid]
            row = self._database.execute("select * from calls where sid = ?", (sid,)).fetchone()
            return CallRow(*row) if row else None

    def recording(self, sid: str) -> RecordingRow | None:
        row = self._one("select * from recordings where sid = ?", sid)
        return RecordingRow(*row) if row else None

    def message(self, sid: str) -> MessageRow | None:
        row = self._one("select * from messages where sid = ?", sid)
        return MessageRow(*row) if row else None

    def select(
        self,
        table: str,
        conditions: Sequence[Condition],
        *,
        limit: int,
        offset: int,
        oldest_first: bool = False,
    ) -> list[Any]:
        """Rows of calls, recordings or messages, newest first as Twilio lists them unless said otherwise."""
        self.flush()
        where = " and ".join(condition.sql for condition in conditions) or "1"
        order = "created_at, rowid" if oldest_first else "created_at desc, rowid desc"
        sql = f"select * from {table} where {where} order by {order} limit ? offset ?"  # noqa: S608 - fixed texts
        with self._lock:
            rows = self._database.execute(sql, [*(c.value for c in conditions), limit, offset]).fetchall()
        return [_ROWS[table](*row) for row in rows]

    def delete(self, table: str, sid: str) -> bool:
        self.flush()
        if table not in _ROWS:
            raise ValueError(table)
        with self._lock:
            sql = f"delete from {table} where sid = ?"  # noqa: S608 - one of our tables
            return self._database.execute(sql, (sid,)).rowcount == 1

    def numbers(self) -> list[NumberRow]:
        with self._lock:
            rows = self._database.execute("select * from numbers order by created_at, rowid").fetchall()
        return [NumberRow(*row) for row in rows]

    def save_number(self, row: NumberRow) -> None:
        with self._lock:
            self._database.execute("insert or replace into numbers values (?,?,?,?,?)", row)

    def release_number(self, sid: str, e164: str) -> None:
        """Gone for good: a released number is not offered again."""
        with self._lock:
            self._database.execute("delete from numbers where sid = ?", (sid,))
            self._database.execute("insert or ignore into released values (?)", (e164,))

    def released(self) -> set[str]:
        with self._lock:
            return {row[0] for row in self._database.execute("select e164 from released")}

    def webhooks(self, root_sid: str, kinds: Iterable[str]) -> list[WebhookRow]:
        """In the order in which they were sent."""
        self.flush()
        with self._lock:
            rows = self._database.execute(
                f"select {WEBHOOK_COLUMNS} from webhooks where root_sid = ? order by id",  # noqa: S608 - a constant
                (root_sid,),
            ).fetchall()
        return [WebhookRow(*row) for row in rows if row[1] in set(kinds)]

    def _one(self, sql: str, key: str) -> tuple[Any, ...] | None:
        with self._lock:
            row: tuple[Any, ...] | None = self._database.execute(sql, (key,)).fetchone()
        return row

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        rows = list(rows)
        if rows:
            marks = ",".join("?" * len(rows[0]))
            sql = f"insert or replace into {table} values ({marks})"  # noqa: S608 - one of our tables
            self._database.executemany(sql, rows)

    def _flush_full(self) -> None:
        if len(self._calls) + len(self._webhooks) >= BATCH_ROWS:
            self.flush()


def form_text(form: Sequence[tuple[str, str]]) -> str:
    """Joined with NUL, which no form of ours can hold: a tenth of JSON's cost, 80,000 times for 10,000 calls."""
    return "\0".join(chain.from_iterable(form))


def form_of(text: str) -> list[tuple[str, str]]:
    parts = text.split("\0") if text else []
    return list(zip(parts[::2], parts[1::2], strict=True))
