"""Reading routing cards, many requests in one statement.

Requests that come in the same turn of the event loop are asked for together, so a burst costs a few round trips. No
request waits for the look-up of another: what comes later is asked for at once, on another connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Generic, TypeVar

import asyncpg

from telephony.forwarding.card import Card
from telephony.forwarding.impatience import first_answer

# A caller's webhook is answered within a second (R05): a card that does not come is asked for twice more, each time on
# another connection.
PATIENCE_SECONDS = 0.2
ASKED_TIMES = 3
TIMEOUT_SECONDS = 3.0
CARDS_REMEMBERED = 1_000

OF_NUMBERS = (
    "SELECT number AS key, operator_id, version, card FROM routing_cards WHERE number = ANY($1::text[])"
)
OF_LINES = (
    "SELECT line_id AS key, operator_id, version, card FROM routing_cards WHERE line_id = ANY($1::bigint[])"
)

Key = TypeVar("Key", str, int)


class CardReader(Generic[Key]):
    """Cards by what `statement` looks them up by. Lives on the event loop that asks it."""

    def __init__(self, pool: Callable[[], asyncpg.Pool], statement: str) -> None:
        self._pool = pool
        self._statement = statement
        self._wanted: list[tuple[Key, asyncio.Future[asyncpg.Record | None]]] = []
        self._reading: set[asyncio.Task[None]] = set()

    async def card(self, key: Key, operator_id: int) -> Card | None:
        """The operator's card; None for what is not its own. Raises what the database says, `TimeoutError`."""
        loop = asyncio.get_running_loop()
        if not self._wanted:
            loop.call_soon(self._begin)
        found: asyncio.Future[asyncpg.Record | None] = loop.create_future()
        self._wanted.append((key, found))
        row = await found
        if row is None or row["operator_id"] != operator_id:
            return None
        return _card(row["version"], row["card"])

    def _begin(self) -> None:
        wanted, self._wanted = self._wanted, []
        reading = asyncio.ensure_future(self._read(wanted))
        self._reading.add(reading)
        reading.add_done_callback(self._reading.discard)

    async def _read(self, wanted: list[tuple[Key, asyncio.Future[asyncpg.Record | None]]]) -> None:
        ask = partial(self._ask, list({key for key, _ in wanted}))
        try:
            rows = await first_answer(ask, again_after_seconds=PATIENCE_SECONDS, most_times=ASKED_TIMES)
        except Exception as error:  # every request gets the error and answers for itself
            for _, found in wanted:
                if not found.done():
                    found.set_exception(error)
            return
        by_key = {row["key"]: row for row in rows}
        for key, found in wanted:
            if not found.done():
                found.set_result(by_key.get(key))

    async def _ask(self, keys: list[Key]) -> list[asyncpg.Record]:
        async with self._pool().acquire(timeout=TIMEOUT_SECONDS) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(
                self._statement, keys, timeout=TIMEOUT_SECONDS
            )
            return rows


@lru_cache(CARDS_REMEMBERED)
def _card(version: int, text: str) -> Card:
    return Card.read(version, json.loads(text))
