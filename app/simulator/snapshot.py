"""The shape of what the sandbox carrier shows of itself (`Sandbox.snapshot`)."""

from __future__ import annotations

from typing import Literal, TypedDict

PhoneStatus = Literal["idle", "dialling", "ringing", "talking", "prompt"]
SegmentKind = Literal["wait", "ring", "ask", "talk"]


class HeardLine(TypedDict):
    who: Literal["sys", "me", "event"]
    text: str
    at: str


PhoneState = TypedDict(
    "PhoneState",
    {
        "number": str,
        "name": str,
        "kind": Literal["fixed", "mobile", "desk"],
        "state": PhoneStatus,
        "with": str | None,
        "since": str | None,
        "heard": list[HeardLine],
        "call": str | None,
    },
)


class Segment(TypedDict):
    """Seconds count from the start of the call; `to_s` is None while it lasts."""

    kind: SegmentKind
    from_s: float
    to_s: float | None


class LegState(TypedDict):
    role: str
    to: str
    state: str
    segments: list[Segment]


CallState = TypedDict(
    "CallState",
    {
        "sid": str,
        "label": str,
        "from": str,
        "to": str,
        "state": str,
        "legs": list[LegState],
        "started_at": str,
        "ended_at": str | None,
    },
)


class FeedLine(TypedDict):
    seq: int
    at: str
    direction: Literal["in", "out"]
    label: str
    event: str
    detail: str
    note: str
    tone: str


class Snapshot(TypedDict):
    """Times are ISO 8601 with zone; numbers E.164; `feed` is oldest first."""

    now: str
    phones: list[PhoneState]
    calls: list[CallState]
    feed: list[FeedLine]
    seq: int  # the latest number in the feed
