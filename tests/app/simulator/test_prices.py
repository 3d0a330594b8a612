from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from app.simulator.prices import MOST_PRICES_KEPT, SETTLES_AFTER, CallPrice, PriceBoard
from coworking.kit.money import TaxMode

ENDED = datetime(2026, 7, 14, tzinfo=UTC)


def price(amount: int) -> CallPrice:
    return CallPrice(Decimal(amount), TaxMode.EXCLUDED, (), "理由", "why", "NEX-09")


def test_a_price_may_come_late_and_change_until_it_settles() -> None:
    said: list[CallPrice | None] = [None, price(32), price(64), price(96)]
    board = PriceBoard(lambda _sid: said.pop(0))
    ended = {"CA1": ENDED}
    assert board.prices(ended, ENDED) == {"CA1": None}
    assert board.prices(ended, ENDED) == {"CA1": price(32)}
    assert board.prices(ended, ENDED + SETTLES_AFTER) == {"CA1": price(64)}
    assert board.prices(ended, ENDED + SETTLES_AFTER) == {"CA1": price(64)}
    assert said == [price(96)]


def test_settled_prices_are_kept_within_a_limit() -> None:
    asked: list[str] = []

    def price_of(sid: str) -> None:
        asked.append(sid)

    board = PriceBoard(price_of)
    later = ENDED + SETTLES_AFTER + timedelta(hours=1)
    for index in range(MOST_PRICES_KEPT + 1):
        board.prices({f"CA{index}": ENDED}, later)
    board.prices({f"CA{MOST_PRICES_KEPT}": ENDED}, later)
    assert len(asked) == MOST_PRICES_KEPT + 1
    board.prices({"CA0": ENDED}, later)
    assert asked[-1] == "CA0"
