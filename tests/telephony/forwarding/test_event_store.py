from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from telephony.forwarding import event_store
from telephony.forwarding.event_store import EventStore, Overloaded, Told

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
TOLD = Told(1, "CA1", "CA1", "completed", 0, {"From": "+81366667777"}, {"line_id": 1}, NOW)


class Pool:
    """A database that takes statements one by one; `gate` holds them up, `fails` is raised instead."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, tuple[Any, ...]]] = []
        self.taken = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails: Exception | None = None

    async def execute(self, statement: str, *columns: Any) -> None:
        self.statements.append((statement, columns))
        self.taken.set()
        await self.gate.wait()
        if self.fails is not None:
            raise self.fails

    def batches(self) -> list[int]:
        """How many events each statement wrote."""
        return [len(columns[1]) for _, columns in self.statements]


class Stage:
    def __init__(self) -> None:
        self.pool = Pool()
        self.commits = 0
        self.store = EventStore(self.pool, self.stored)

    def stored(self) -> None:
        self.commits += 1

    def begin(self, count: int) -> list[asyncio.Task[None]]:
        """So many events, told by as many requests."""
        return [
            asyncio.create_task(self.store.store(replace(TOLD, sequence=number))) for number in range(count)
        ]

    async def held_up(self, count: int) -> list[asyncio.Task[None]]:
        """One is being written, which takes its time; the others wait."""
        self.pool.gate.clear()
        tasks = self.begin(count)
        await self.pool.taken.wait()
        return tasks


def staged(play: Callable[[Stage], Awaitable[None]]) -> None:
    async def perform() -> None:
        stage = Stage()
        await play(stage)
        stage.pool.gate.set()
        await stage.store.close()

    asyncio.run(perform())


def test_an_event_is_stored_when_the_call_returns() -> None:
    async def play(stage: Stage) -> None:
        await stage.store.store(TOLD)
        [(statement, columns)] = stage.pool.statements
        assert "ON CONFLICT DO NOTHING" in statement
        assert columns == (
            "twilio",
            [1],
            ["CA1"],
            ["CA1"],
            ["completed"],
            [0],
            ['{"From": "+81366667777"}'],
            ['{"line_id": 1}'],
            [NOW],
        )
        assert stage.commits == 1

    staged(play)


def test_what_comes_during_a_commit_shares_the_next() -> None:
    async def play(stage: Stage) -> None:
        first = await stage.held_up(1)
        later = stage.begin(300)
        await asyncio.sleep(0)
        assert not any(task.done() for task in [*first, *later])
        stage.pool.gate.set()
        await asyncio.gather(*first, *later)
        assert stage.pool.batches() == [1, 300]
        assert stage.commits == 2

    staged(play)


def test_a_batch_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "LARGEST_BATCH", 100)

    async def play(stage: Stage) -> None:
        await asyncio.gather(*stage.begin(250))
        assert stage.pool.batches() == [100, 100, 50]

    staged(play)


def test_an_error_reaches_everybody_who_waits_and_nobody_later() -> None:
    async def play(stage: Stage) -> None:
        stage.pool.fails = asyncpg.PostgresConnectionError("gone")
        outcomes = await asyncio.gather(*stage.begin(20), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [asyncpg.PostgresConnectionError] * 20
        assert stage.commits == 0
        stage.pool.fails = None
        await asyncio.gather(*stage.begin(3))
        assert stage.commits == 1

    staged(play)


def test_more_than_may_wait_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "MOST_WAITING", 10)

    async def play(stage: Stage) -> None:
        tasks = await stage.held_up(1)
        tasks += stage.begin(12)
        await asyncio.sleep(0)
        stage.pool.gate.set()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(Overloaded) == 2
        assert sum(stage.pool.batches()) == 11

    staged(play)


def test_who_no_longer_waits_is_stored_all_the_same_and_disturbs_nobody() -> None:
    async def play(stage: Stage) -> None:
        tasks = await stage.held_up(1)
        later = stage.begin(3)
        await asyncio.sleep(0)
        later[1].cancel()
        await asyncio.sleep(0)
        stage.pool.gate.set()
        await asyncio.gather(*tasks, later[0], later[2])
        assert stage.pool.batches() == [1, 3]
        assert later[1].cancelled()

    staged(play)


def test_a_database_that_went_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "WRITE_TIMEOUT_SECONDS", 0.01)

    async def play(stage: Stage) -> None:
        tasks = await stage.held_up(5)
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [TimeoutError] * 5
        stage.pool.gate.set()
        await stage.store.store(TOLD)
        assert stage.commits == 1

    staged(play)


def test_closing_waits_for_what_was_taken() -> None:
    async def play(stage: Stage) -> None:
        [task] = await stage.held_up(1)
        closing = asyncio.create_task(stage.store.close())
        await asyncio.sleep(0)
        assert not closing.done()
        stage.pool.gate.set()
        await closing
        assert task.done()

    staged(play)


def test_refusals_of_a_minute_are_one_row() -> None:
    async def play(stage: Stage) -> None:
        for second in (0, 1, 59, 60):
            stage.store.count_refusal(NOW + timedelta(seconds=second), "192.0.2.1", "/x", "signature wrong")
        stage.store.count_refusal(NOW, "192.0.2.2", "/x" * 500, "signature wrong")
        await stage.store.close()
        [(_, (minutes, addresses, paths, reasons, times))] = stage.pool.statements
        assert minutes == [NOW, NOW + timedelta(minutes=1), NOW]
        assert addresses == ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
        assert [len(path) for path in paths] == [2, 2, 200]
        assert set(reasons) == {"signature wrong"}
        assert times == [3, 1, 1]

    staged(play)


def test_a_flood_of_senders_is_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "MOST_REFUSALS_COUNTED", 10)

    async def play(stage: Stage) -> None:
        for number in range(50):
            stage.store.count_refusal(NOW, f"192.0.2.{number}", "/x", "signature missing")
        stage.store.count_refusal(NOW, "192.0.2.0", "/x", "signature missing")
        await stage.store.close()
        [(_, columns)] = stage.pool.statements
        assert len(columns[0]) == 10
        assert columns[4][0] == 2

    staged(play)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.PostgresConnectionError("gone"),
        asyncpg.InterfaceError("pool is closed"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
)
def test_refusals_that_cannot_be_counted_trouble_nobody(error: Exception) -> None:
    async def play(stage: Stage) -> None:
        stage.pool.fails = error
        stage.store.count_refusal(NOW, "192.0.2.1", "/x", "signature missing")
        await stage.store.close()
        stage.pool.fails = None
        stage.store.count_refusal(NOW, "192.0.2.1", "/x", "signature missing")
        await stage.store.close()
        assert len(stage.pool.statements) == 2

    staged(play)


def test_in_virtual_time_events_are_answered_first_and_written_together() -> None:
    async def play(stage: Stage) -> None:
        store = EventStore(stage.pool, stage.stored, answers_first=True)
        for number in range(3):
            await store.store(replace(TOLD, sequence=number))
        assert (stage.pool.batches(), stage.commits) == ([], 3)
        await store.flush()
        assert stage.pool.batches() == [3]
        await store.store(TOLD)
        await store.close()
        assert stage.pool.batches() == [3, 1]

    staged(play)


def test_in_virtual_time_what_cannot_be_written_is_told_by_the_flush() -> None:
    async def play(stage: Stage) -> None:
        store = EventStore(stage.pool, stage.stored, answers_first=True)
        await store.store(TOLD)
        stage.pool.fails = asyncpg.PostgresError("no")
        with pytest.raises(asyncpg.PostgresError):
            await store.flush()

    staged(play)


def test_in_virtual_time_no_more_than_a_batch_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_store, "LARGEST_BATCH", 2)

    async def play(stage: Stage) -> None:
        store = EventStore(stage.pool, stage.stored, answers_first=True)
        for number in range(5):
            await store.store(replace(TOLD, sequence=number))
        assert stage.pool.batches() == [2, 2]

    staged(play)
