"""Calls and their legs. Twilio calls every leg a call; here a call is one caller's leg with all it leads to."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import ceil
from typing import Literal, NamedTuple

from telephony.carrier.sandbox.phones import Behaviour, Phone
from telephony.carrier.sandbox.programs import Program
from telephony.carrier.sandbox.timeline import Entry

Direction = Literal["inbound", "outbound-api", "outbound-dial"]
Event = Literal["initiated", "ringing", "answered", "completed"]
SegmentKind = Literal["wait", "ring", "ask", "talk"]

KEPT_SEGMENTS = 40


class Status(StrEnum):
    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"


class StatusCallback(NamedTuple):
    url: str
    method: str
    events: frozenset[str]


class Fallback(NamedTuple):
    url: str
    method: str


class Segment(NamedTuple):
    kind: SegmentKind
    starts_at: datetime


@dataclass(slots=True, eq=False)
class Call:
    """One conversation: the first leg, the legs it dialled, and what is counted over all of them."""

    label: str
    started_at: datetime
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    """How phones behave in this call only, by number; for all others the phone's own behaviour holds."""
    outside: bool = False
    """Between two phones of the outside network: no record, no webhook."""
    hops: int = 0
    """How many calls led to this one: a loop over forwarding phones grows it."""
    legs: list["Leg"] = field(default_factory=list)
    documents: int = 0
    ended_at: datetime | None = None

    @property
    def root(self) -> "Leg":
        return self.legs[0]


@dataclass(slots=True, eq=False)
class Leg:
    sid: str
    call: Call
    direction: Direction
    caller: str
    """As the carrier shows it: E.164, or one of the spellings of a withheld number, or empty."""
    to: str
    created_at: datetime
    parent: "Leg | None" = None
    number_sid: str | None = None
    phone: Phone | None = None
    far: "Leg | None" = None
    """A leg to one of our own numbers and the inbound leg it became are each other's far side."""
    forwarded_from: str | None = None
    stir_verstat: str | None = None
    sip_form: tuple[tuple[str, str], ...] = ()
    """What webhooks say of a call from a SIP domain besides the usual fields."""
    status: Status = Status.QUEUED
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    ended_at: datetime | None = None
    sip_code: int = 200
    callback: StatusCallback | None = None
    fallback: Fallback | None = None
    sequence: int = 0
    program: Program | None = None
    """Runs this leg's documents."""
    listener: Program | None = None
    """Is told when this leg is answered, accepted or ended."""
    behaviour: Behaviour | None = None
    gathers: int = 0
    screening: bool = False
    accepted: bool = False
    failed_dial: Status | None = None
    """What the last <Dial> came to where nobody was bridged: ends a call that was never answered."""
    timers: list[Entry] = field(default_factory=list)
    segments: deque[Segment] = field(default_factory=lambda: deque(maxlen=KEPT_SEGMENTS))
    fixed_form: list[tuple[str, str]] = field(default_factory=list)

    @property
    def live(self) -> bool:
        return self.ended_at is None

    @property
    def role(self) -> str:
        return {"inbound": "caller", "outbound-api": "callee", "outbound-dial": "forward"}[self.direction]

    @property
    def call_seconds(self) -> int:
        """Whole seconds from answer to end as Twilio bills them, a part of a second rounded up."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return ceil(round((self.ended_at - self.answered_at).total_seconds(), 3))

    def phase(self, kind: SegmentKind, at: datetime) -> None:
        if not self.segments or self.segments[-1].kind != kind:
            self.segments.append(Segment(kind, at))
