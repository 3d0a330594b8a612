"""Our legs against the carrier's own records, leg by leg (R36). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from coworking.kit.money import plain

Kind = Literal["missing", "extra", "duration", "price"]
KINDS: tuple[Kind, ...] = ("missing", "extra", "duration", "price")


@dataclass(frozen=True, slots=True)
class OwnLeg:
    """A leg in our books. `seconds` run from the answer to the end, 0 where nobody answered, None while it lasts;
    the price is the one that the carrier's record had before."""

    leg_sid: str
    call_sid: str
    line_id: int | None
    started_at: datetime | None
    seconds: int | None
    price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class CarrierLeg:
    """A leg as the carrier's record has it; `seconds` is None while it lasts."""

    leg_sid: str
    call_sid: str
    started_at: datetime | None
    seconds: int | None
    price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What the two say, as texts for people; None where one of them knows nothing."""

    kind: Kind
    leg_sid: str
    call_sid: str
    line_id: int | None
    ours: str | None
    carriers: str | None


def compare(
    ours: Mapping[str, OwnLeg], theirs: Iterable[CarrierLeg], tolerance_seconds: int
) -> Iterator[Difference]:
    """Everything that differs between all of our legs and all of the carrier's; the carrier's are read once."""
    seen = set()
    for record in theirs:
        seen.add(record.leg_sid)
        yield from differences(ours.get(record.leg_sid), record, tolerance_seconds)
    yield from missing(ours.values(), seen)


def differences(own: OwnLeg | None, record: CarrierLeg, tolerance_seconds: int) -> Iterator[Difference]:
    """How a record of the carrier's differs from our leg; extra where we have none. What still lasts at the carrier
    cannot differ yet."""
    if own is None:
        if record.seconds is not None:
            yield _difference("extra", record, None, None, _seconds(record.seconds))
        return
    if record.seconds is None:
        return
    if own.seconds is None or abs(own.seconds - record.seconds) > tolerance_seconds:
        yield _difference("duration", record, own.line_id, _seconds(own.seconds), _seconds(record.seconds))
    known = (own.price, own.currency)
    if own.price is not None and record.price is not None and known != (record.price, record.currency):
        yield _difference("price", record, own.line_id, _price(*known), _price(record.price, record.currency))


def missing(ours: Iterable[OwnLeg], seen: Set[str]) -> Iterator[Difference]:
    """Our legs of which the carrier has no record."""
    for own in ours:
        if own.leg_sid not in seen:
            yield Difference("missing", own.leg_sid, own.call_sid, own.line_id, _seconds(own.seconds), None)


def _difference(
    kind: Kind, record: CarrierLeg, line_id: int | None, ours: str | None, carriers: str | None
) -> Difference:
    return Difference(kind, record.leg_sid, record.call_sid, line_id, ours, carriers)


def _seconds(seconds: int | None) -> str | None:
    return None if seconds is None else f"{seconds} s"


def _price(amount: Decimal | None, currency: str | None) -> str | None:
    return None if amount is None else f"{plain(amount)} {currency or '?'}"
