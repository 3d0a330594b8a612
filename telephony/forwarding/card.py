"""A routing card as the hot path reads it: all that a call to a number needs, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from coworking.kit.errors import Language
from telephony.forwarding.schedules import Schedule

Strategy = Literal["in-turn", "at-once"]
Instead = Literal["voicemail", "announcement", "hang-up"]
"""What a caller gets instead of a person."""
Withheld = Literal["forward", "voicemail", "announcement"]
Shows = Literal["line", "caller"]
"""Whose number a destination's phone shows."""
RuleAction = Literal["block", "forward", "voicemail", "announcement"]


@dataclass(frozen=True, slots=True)
class Target:
    """A phone to ring. `index` is its place on the card, from 0."""

    index: int
    number: str
    ring_seconds: int


@dataclass(frozen=True, slots=True)
class CallerRule:
    """What happens to callers whose E.164 number begins with `prefix`; a whole number is a prefix of itself only."""

    prefix: str
    action: RuleAction
    whole: bool = True

    def covers(self, caller: str) -> bool:
        return caller == self.prefix if self.whole else caller.startswith(self.prefix)


@dataclass(frozen=True, slots=True)
class Card:
    """Serves in [starts_at, ends_at). `halted` is the operator's interruption or restriction, `barred` a cap that is
    reached; `desk` is the SIP address of the lent desk phone, `sounds` the audio to play instead of a text, by what it
    is played for, as the token of its address, and `texts` the member's own words, each in the language `texts_in`."""

    line_id: int
    number: str
    version: int
    status: str
    starts_at: datetime
    ends_at: datetime | None
    is_on: bool
    strategy: Strategy
    press_one: bool
    withheld: Withheld
    targets: tuple[Target, ...]
    allowed_classes: frozenset[str]
    time_limit_seconds: int
    language: Language
    unanswered: Instead = "announcement"
    when_off: Instead = "announcement"
    outside_hours: Instead = "announcement"
    whisper: bool = False
    shows: Shows = "line"
    schedule: Schedule | None = None
    rules: tuple[CallerRule, ...] = ()
    halted: Literal["interrupted", "restricted"] | None = None
    barred: str | None = None
    desk: str | None = None
    message_seconds: int = 180
    texts: Mapping[str, str] = field(default_factory=dict)
    texts_in: Mapping[str, Language] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)
    is_control: bool = False
    """A number that members call to steer their lines; it is nobody's line."""

    @classmethod
    def read(cls, version: int, card: dict[str, Any]) -> Card:
        """From the JSON that `to_json` wrote."""
        ends_at, schedule = card["ends_at"], card.get("schedule")
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
            schedule=Schedule.read(schedule) if schedule else None,
            rules=tuple(CallerRule(*rule) for rule in card.get("rules", ())),
            **{name: card[name] for name in _AS_THEY_ARE if name in card},
        )

    def to_json(self) -> dict[str, Any]:
        usual = {name: getattr(self, name) for name in _AS_THEY_ARE}
        document: dict[str, Any] = {
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
            # What is as usual is left out: a card is read with every call.
            **{name: value for name, value in usual.items() if value != _USUAL[name]},
        }
        if self.schedule is not None:
            document["schedule"] = self.schedule.to_json()
        if self.rules:
            document["rules"] = [[rule.prefix, rule.action, rule.whole] for rule in self.rules]
        return document


_USUAL: dict[str, Any] = {
    "unanswered": "announcement",
    "when_off": "announcement",
    "outside_hours": "announcement",
    "whisper": False,
    "shows": "line",
    "halted": None,
    "barred": None,
    "desk": None,
    "message_seconds": 180,
    "texts": {},
    "texts_in": {},
    "sounds": {},
    "is_control": False,
}
_AS_THEY_ARE = tuple(_USUAL)
