"""Phones at the far ends of calls, and how they behave when they ring, talk and are asked for digits."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from telephony.carrier.sandbox.calls import Leg

Kind = Literal["fixed", "mobile", "desk"]

KEPT_HEARD = 60
"""What a phone heard longest ago is forgotten beyond this many entries."""
REACTION_SECONDS = 1.0
"""From the end of a prompt to the first key of a scripted phone."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Digits that a scripted phone presses at one <Gather>, counted from when its prompts are over."""

    digits: str
    after_seconds: float = REACTION_SECONDS


@dataclass(frozen=True, slots=True)
class Manual:
    """Somebody holds this phone: nothing happens by itself."""


@dataclass(frozen=True, slots=True)
class Script:
    """A phone that acts by itself; as a caller and as one who is called."""

    answers_after_seconds: float | None = None
    """Seconds of ringing; None: never picks up."""
    presses: str | None = None
    """Pressed whenever a whisper asks (press 1 to accept); None: says nothing and is not put through."""
    keys: tuple[Keys, ...] = ()
    """Pressed at the first, second … <Gather> of the call (a voice menu)."""
    talks_seconds: float | None = None
    """Seconds from the bridge until this phone hangs up, where it `hangs_up`."""
    hangs_up: bool = True
    """False: waits for the other side to end the talk."""
    leaves_message_seconds: float | None = None
    """Spoken into a <Record>; then it hangs up, or falls silent where it does not `hangs_up`."""
    gives_up_after_seconds: float | None = None
    """A caller's patience: hangs up so many seconds after dialling unless bridged by then."""
    rejects: bool = False
    """Declines the moment it rings: the caller hears busy."""


@dataclass(frozen=True, slots=True)
class Forwards:
    """The outside network forwards every call to another number before this phone rings."""

    to: str


@dataclass(frozen=True, slots=True)
class Busy:
    """Engaged, whoever calls."""


Behaviour = Manual | Script | Forwards | Busy
NEVER_ANSWERS = Script()


Speaker = Literal["sys", "me", "event"]


class Heard(NamedTuple):
    who: Speaker
    text: str
    at: datetime


@dataclass(slots=True, eq=False)
class Phone:
    number: str
    """E.164 or, of a phone that is reached over SIP, its address (`sip:user@domain`)."""
    name: str
    kind: Kind = "fixed"
    behaviour: Behaviour = Manual()
    lines: int = 1
    """Calls at the same time; one more finds it busy."""
    legs: list["Leg"] = field(default_factory=list)
    heard: deque[Heard] = field(default_factory=lambda: deque(maxlen=KEPT_HEARD))

    @property
    def leg(self) -> "Leg | None":
        """The present call: the one that began last."""
        return self.legs[-1] if self.legs else None
