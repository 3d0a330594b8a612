from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import structlog
import structlog.testing

from telephony.forwarding import card_reader, carrier_door
from telephony.forwarding.card import Card
from telephony.forwarding.card_reader import OF_NUMBERS, CardReader
from telephony.forwarding.carrier_door import LATE_EVENTS_TOLD_EVERY, LateEvents

NOW = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
OURS, OTHERS = 1, 2


def row(number: str, operator_id: int = OURS, **card: Any) -> dict[str, Any]:
    document = """{"line_id": 1, "number": "%s", "status": "active", "starts_at": "2026-06-01T00:00:00+00:00",
        "ends_at": null, "is_on": true, "strategy": "in-turn", "press_one": false, "withheld": "forward",
        "targets": [], "allowed_classes": [], "time_limit_seconds": 7200, "language": "ja"}"""
    return {"key": number, "operator_id": operator_id, "version": 1, "card": document % number, **card}


class Database:
    """Rows by number, what it was asked, and how often it fails or says nothing before it answers."""

    def __init__(self, *rows: dict[str, Any], fails: Sequence[Exception | None] = ()) -> None:
        self.rows = rows
        self.fails = list(fails)
        self.asked: list[set[str]] = []
        self.was_asked = asyncio.Event()

    @asynccontextmanager
    async def acquire(self, **_: Any) -> AsyncIterator[Database]:
        yield self

    async def fetch(self, _: str, keys: list[str], **__: Any) -> list[dict[str, Any]]:
        self.asked.append(set(keys))
        self.was_asked.set()
        if self.fails:
            error = self.fails.pop(0)
            if error is None:
                await asyncio.Event().wait()
            else:
                raise error
        return [row for row in self.rows if row["key"] in keys]


def ask(database: Database, *numbers: str) -> list[Card | BaseException | None]:
    """All numbers in the same turn, for operator `OURS`."""

    async def perform() -> list[Card | BaseException | None]:
        reader = CardReader[str](lambda: cast(Any, database), OF_NUMBERS)
        return await asyncio.gather(
            *(reader.card(number, OURS) for number in numbers), return_exceptions=True
        )

    return asyncio.run(perform())


def test_calls_of_the_same_turn_are_asked_for_together() -> None:
    database = Database(row("+811"), row("+812"), row("+813", OTHERS))
    cards = ask(database, "+811", "+812", "+811", "+813", "+819")
    assert [card.number if isinstance(card, Card) else card for card in cards] == [
        "+811",
        "+812",
        "+811",
        None,
        None,
    ]
    assert database.asked == [{"+811", "+812", "+813", "+819"}]


def test_a_changed_card_is_read_anew() -> None:
    (old,), (new,) = (ask(Database(row("+811", version=version)), "+811") for version in (1, 2))
    assert isinstance(old, Card)
    assert isinstance(new, Card)
    assert (old.version, new.version) == (1, 2)


def test_a_slow_look_up_holds_up_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(card_reader, "PATIENCE_SECONDS", 60.0)
    database = Database(row("+811"), row("+812"), fails=[None])

    async def perform() -> None:
        reader = CardReader[str](lambda: cast(Any, database), OF_NUMBERS)
        slow = asyncio.create_task(reader.card("+811", OURS))
        await database.was_asked.wait()
        assert await reader.card("+812", OURS) is not None
        assert not slow.done()
        slow.cancel()

    asyncio.run(perform())


def test_who_gives_up_disturbs_nobody() -> None:
    async def perform() -> None:
        reader = CardReader[str](lambda: cast(Any, Database(row("+811"))), OF_NUMBERS)
        first, second = (asyncio.create_task(reader.card("+811", OURS)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert await second is not None

    asyncio.run(perform())


@pytest.mark.parametrize(("fails", "is_found"), [([OSError()] * 2, True), ([OSError()] * 3, False)])
def test_an_error_reaches_everybody_who_asked(fails: list[Exception], is_found: bool) -> None:
    answers = ask(Database(row("+811"), fails=fails), "+811", "+811")
    assert [isinstance(answer, Card) for answer in answers] == [is_found] * 2
    assert [isinstance(answer, OSError) for answer in answers] == [not is_found] * 2


def test_late_events_are_told_once_in_a_while_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    # A logger that was used once keeps where it wrote to, so this one is new.
    monkeypatch.setattr(carrier_door, "log", structlog.get_logger())
    late = LateEvents()
    with structlog.testing.capture_logs() as told:
        for _ in range(3):
            late.add(TimeoutError(), NOW)
        late.add(TimeoutError(), NOW + LATE_EVENTS_TOLD_EVERY)
    assert [(line["times"], line["error"], "exc_info" in line) for line in told] == [
        (1, "TimeoutError", False),
        (3, "TimeoutError", False),
    ]
