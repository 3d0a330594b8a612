"""What a call cost and why, as the product says it; the page only shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from coworking.kit.money import TaxMode

MOST_PRICES_KEPT = 200
# Until then an ended call is asked for again: events that come late or twice may still change its price.
SETTLES_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One leg of the charge: `talk_seconds` answered, `units` started units of `unit_seconds` each."""

    what_ja: str
    what_en: str
    talk_seconds: int
    unit_seconds: int
    units: int
    unit_price_yen: Decimal
    amount_yen: Decimal


@dataclass(frozen=True, slots=True)
class CallPrice:
    """The price of one call. `rule` is the rule's ID in the operator's profile, `rate_card_on` the card's first day.

    The reason is one sentence in each language. A call that nobody answered has no lines and costs 0.
    """

    amount_yen: Decimal
    tax_mode: TaxMode
    lines: tuple[PriceLine, ...]
    reason_ja: str
    reason_en: str
    rule: str
    rate_card_on: date | None = None


PriceOf = Callable[
    [str], CallPrice | None
]  # call SID → price; may read a database, so it is called in a thread


class PriceBoard:
    """Prices of ended calls as last heard from the product. Old calls are not asked for again."""

    def __init__(self, price_of: PriceOf) -> None:
        self._price_of = price_of
        self._settled: dict[str, CallPrice | None] = {}

    def prices(self, ended_at_by_call: dict[str, datetime], now: datetime) -> dict[str, CallPrice | None]:
        """Call SID → price, None where the product has none (yet). Blocking: it may read a database."""
        answer: dict[str, CallPrice | None] = {}
        for call_sid, ended_at in ended_at_by_call.items():
            if call_sid not in self._settled:
                answer[call_sid] = self._price_of(call_sid)
                if now - ended_at >= SETTLES_AFTER:
                    self._settle(call_sid, answer[call_sid])
            else:
                answer[call_sid] = self._settled[call_sid]
        return answer

    def _settle(self, call_sid: str, price: CallPrice | None) -> None:
        while len(self._settled) >= MOST_PRICES_KEPT:
            del self._settled[next(iter(self._settled))]
        self._settled[call_sid] = price
