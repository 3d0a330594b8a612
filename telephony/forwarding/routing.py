"""Where a call goes. Pure: a routing card, a caller and an instant in, a decision with its reason out.

The voice webhook runs this for every call and nothing else decides, so what the dry run says is what happens.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from coworking.kit.phone import InvalidPhoneNumber, from_e164

Outcome = Literal["announcement", "refused"]
Strategy = Literal["in-turn", "at-once"]


@dataclass(frozen=True, slots=True)
class Target:
    """A phone to ring. `index` is its place on the card, from 0."""

    index: int
    number: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class Card:
    """A routing card as the hot path reads it. The line serves in [starts_at, ends_at)."""

    line_id: int
    number: str
    version: int
    status: str
    starts_at: datetime
    ends_at: datetime | None
    is_on: bool
    strategy: Strategy
    press_one: bool
    withheld: Literal["forward", "announcement"]
    targets: tuple[Target, ...]
    allowed_classes: frozenset[str]
    time_limit_seconds: int
    language: Literal["ja", "en"]
    unanswered: Literal["announcement", "hang-up"] = "announcement"

    @classmethod
    def read(cls, version: int, card: dict[str, Any]) -> Card:
        """From the JSON that `to_json` wrote."""
        ends_at = card["ends_at"]
        return cls(
            line_id=card["line_id"],
            number=card["number"],
            version=version,
            status=card["status"],
            starts_at=datetime.fromisoformat(card["starts_at"]),
            ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
            is_on=card["is_on"],
            strategy=card["strategy"],
            press_one=card["press_one"],
            withheld=card["withheld"],
            targets=tuple(
                Target(index, number, ring_seconds)
                for index, (number, ring_seconds) in enumerate(card["targets"])
            ),
            allowed_classes=frozenset(card["allowed_classes"]),
            time_limit_seconds=card["time_limit_seconds"],
            language=card["language"],
            unanswered=card.get("unanswered", "announcement"),
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "line_id": self.line_id,
            "number": self.number,
            "status": self.status,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat() if self.ends_at else None,
            "is_on": self.is_on,
            "strategy": self.strategy,
            "press_one": self.press_one,
            "withheld": self.withheld,
            "targets": [[target.number, target.ring_seconds] for target in self.targets],
            "allowed_classes": sorted(self.allowed_classes),
            "time_limit_seconds": self.time_limit_seconds,
            "language": self.language,
            "unanswered": self.unanswered,
        }


@dataclass(frozen=True, slots=True)
class Announce:
    """Say something and hang up. `says` names the profile's announcement, `decided_by` what decided."""

    decided_by: str
    says: str
    outcome: Outcome = "announcement"


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring these phones: together, or the first and then the next one that answers the carrier's question."""

    targets: tuple[Target, ...]
    decided_by: str = "forwarding"


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call without a word."""


Decision = Announce | Ring


def decide(card: Card | None, caller: str | None, now: datetime) -> Decision:
    """What happens to a call that has just come in. `caller` is E.164, None when withheld."""
    if card is None:
        return Announce("unknown-number", says="not_in_service")
    if now < card.starts_at:
        return Announce("not-started", says="not_started")
    if card.ends_at is not None and now >= card.ends_at:
        return Announce("ended", says="ended")
    if card.status == "suspended":
        return Announce("suspended", says="suspended")
    if caller == card.number:
        # A forwarded call shows the rented number: one that comes from it has gone round in a circle.
        return Announce("loop", says="forwarding_off", outcome="refused")
    if caller is None and card.withheld == "announcement":
        return Announce("withheld", says="withheld_refused", outcome="refused")
    if not card.is_on or not card.targets:
        return Announce("forwarding-off", says="forwarding_off")
    targets = reachable(card, caller)
    if not targets:
        return Announce("no-destination", says="forwarding_off")
    return Ring(targets if card.strategy == "at-once" else targets[:1])


def decide_next(card: Card | None, caller: str | None, rung: int) -> Decision | HangUp:
    """What happens when nobody took the call at the phone with index `rung` (or at all of them at once)."""
    if card is not None and card.strategy == "in-turn" and card.status != "suspended" and card.is_on:
        later = tuple(target for target in reachable(card, caller) if target.index > rung)
        if later:
            return Ring(later[:1])
    if card is not None and card.unanswered == "hang-up":
        return HangUp()
    return Announce("nobody-answers", says="unanswered")


def reachable(card: Card, caller: str | None) -> tuple[Target, ...]:
    """The targets that may be dialled now: of an allowed class (asked again here, R17), and neither the caller's own
    phone nor the rented number."""
    return tuple(
        target
        for target in card.targets
        if target.number not in (caller, card.number) and _class_of(target.number) in card.allowed_classes
    )


def _class_of(number: str) -> str | None:
    try:
        return from_e164(number).number_class.value
    except InvalidPhoneNumber:
        return None
