"""Writing down what the carrier told, many requests in one commit.

A request that tells something is answered only when it is stored. Requests that come while one commit is under way
share the next one, so a burst costs a few commits and a quiet hour waits for nobody.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

PROVIDER = "twilio"
LARGEST_BATCH = 500
MOST_WAITING = 5_000
MOST_REFUSALS_COUNTED = 1_000
WRITE_TIMEOUT_SECONDS = 10.0
"""Under the carrier's patience, so that a database that went silent costs some answers, not all later ones."""

_INSERT_EVENTS = """
INSERT INTO carrier_events
    (operator_id, provider, resource_id, call_sid, event, sequence, form, context, received_at)
SELECT operator_id, $1, resource_id, call_sid, event, sequence, form::jsonb, context::jsonb, received_at
FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::int[], $7::text[], $8::text[], $9::timestamptz[])
    AS told (operator_id, resource_id, call_sid, event, sequence, form, context, received_at)
ON CONFLICT DO NOTHING
"""

_COUNT_REFUSALS = """
INSERT INTO refused_webhooks AS counted (minute, remote_address, path, reason, times)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::int[])
ON CONFLICT (minute, remote_address, path, reason) DO UPDATE SET times = counted.times + excluded.times
"""


class Overloaded(Exception):
    """More waits to be written than may wait; the carrier is told to come back."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event to store. `resource_id` is the leg that it is about, `call_sid` the call that the leg belongs to."""

    operator_id: int
    resource_id: str
    call_sid: str
    event: str
    sequence: int
    form: dict[str, str]
    context: dict[str, Any]
    received_at: datetime


class EventStore:
    """The one writer of carrier events of this process; lives on its event loop. `stored` is told after each commit.

    `answers_first` is for virtual time, where no machine fails between an answer and the next commit: events are taken
    at once and written together by `flush`, which is called before anybody reads them.
    """

    def __init__(
        self, pool: asyncpg.Pool, stored: Callable[[], None], *, answers_first: bool = False
    ) -> None:
        self._pool = pool
        self._stored = stored
        self._answers_first = answers_first
        self._waiting: list[tuple[Told, asyncio.Future[None]]] = []
        self._refusals: dict[tuple[datetime, str, str, str], int] = {}
        self._writing: asyncio.Task[None] | None = None
        self._counting: asyncio.Task[None] | None = None

    async def store(self, told: Told) -> None:
        """Returns when the event is committed (or was known before). Raises what the database says, `Overloaded`."""
        if len(self._waiting) >= MOST_WAITING:
            raise Overloaded
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((told, done))
        if self._answers_first:
            self._stored()
            if len(self._waiting) >= LARGEST_BATCH:
                await self.flush()
            return
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        await done

    def count_refusal(self, at: datetime, remote_address: str, path: str, reason: str) -> None:
        """Remember a webhook that was not believed; what a flood of senders exceeds is dropped."""
        key = (at.replace(second=0, microsecond=0), remote_address, path[:200], reason)
        if key in self._refusals or len(self._refusals) < MOST_REFUSALS_COUNTED:
            self._refusals[key] = self._refusals.get(key, 0) + 1
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count())

    async def flush(self) -> None:
        """Write everything that was taken and is not written yet. Raises what the database says."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            await self._insert([told for told, _ in waiting])

    async def close(self) -> None:
        """Wait until what was taken is written."""
        if self._answers_first:
            await self.flush()
        for task in (self._writing, self._counting):
            if task is not None:
                await asyncio.wait({task})

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:LARGEST_BATCH], self._waiting[LARGEST_BATCH:]
            try:
                await self._insert([told for told, _ in batch])
            except Exception as error:  # every request of the batch gets the error and answers for itself
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)
                self._stored()

    async def _insert(self, batch: list[Told]) -> None:
        columns = (
            [told.operator_id for told in batch],
            [told.resource_id for told in batch],
            [told.call_sid for told in batch],
            [told.event for told in batch],
            [told.sequence for told in batch],
            [json.dumps(told.form, ensure_ascii=False) for told in batch],
            [json.dumps(told.context) for told in batch],
            [told.received_at for told in batch],
        )
        async with asyncio.timeout(WRITE_TIMEOUT_SECONDS):
            await self._pool.execute(_INSERT_EVENTS, PROVIDER, *columns)

    async def _count(self) -> None:
        while self._refusals:
            counted, self._refusals = self._refusals, {}
            columns = [
                list(column)
                for column in zip(*((*key, times) for key, times in counted.items()), strict=True)
            ]
            try:
                async with asyncio.timeout(WRITE_TIMEOUT_SECONDS):
                    await self._pool.execute(_COUNT_REFUSALS, *columns)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                return  # they were refused all the same, and the log has each
