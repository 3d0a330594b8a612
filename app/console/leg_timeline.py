"""A stored call as the drawing of its legs: the same bars as on the phone simulator. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.simulator.snapshot import LegState, Segment, SegmentKind
from app.simulator.timeline import Timeline, draw_timeline
from telephony.metering import Leg


@dataclass(frozen=True, slots=True)
class DrawnLeg:
    """A leg with its bars; `rings_seconds` and `talks_seconds` are what the bars stand for."""

    leg: Leg
    position: int
    """From 1 among the legs beside the caller's; 0 for the caller's."""
    rings_seconds: int
    talks_seconds: int


@dataclass(frozen=True, slots=True)
class LegTimeline:
    timeline: Timeline
    legs: tuple[DrawnLeg, ...]


def draw_legs(legs: Sequence[Leg], started_at: datetime, ended_at: datetime) -> LegTimeline:
    """The legs of an ended call. What never began has no bar."""
    bridged_at = min((leg.bridged_at for leg in legs if leg.bridged_at), default=None)
    states = [
        LegState(
            role=leg.role,
            to=leg.number or "",
            state=leg.status,
            segments=_segments(leg, started_at, ended_at, bridged_at),
        )
        for leg in legs
    ]
    lasted = max((ended_at - started_at).total_seconds(), 1)
    positions = _positions(legs)
    return LegTimeline(
        draw_timeline(states, elapsed_seconds=lasted, live=False),
        tuple(
            DrawnLeg(leg, positions[index], _lasting(state, "ring"), _lasting(state, "talk"))
            for index, (leg, state) in enumerate(zip(legs, states, strict=True))
        ),
    )


def _segments(
    leg: Leg, started_at: datetime, ended_at: datetime, bridged_at: datetime | None
) -> list[Segment]:
    found: list[Segment] = []

    def add(kind: SegmentKind, begins: datetime | None, ends: datetime | None) -> None:
        if begins is not None and ends is not None and ends > begins:
            found.append(
                Segment(
                    kind=kind,
                    from_s=max((begins - started_at).total_seconds(), 0),
                    to_s=max((ends - started_at).total_seconds(), 0),
                )
            )

    ends = leg.ended_at or ended_at
    if leg.role == "caller":
        add("wait", leg.started_at or started_at, bridged_at or ends)
        add("talk", bridged_at, ends)
        return found
    talks_from = leg.bridged_at or (leg.answered_at if leg.role == "control" else None)
    add("ring", leg.started_at, leg.answered_at or talks_from or ends)
    add("ask", leg.answered_at, talks_from or ends)
    add("talk", talks_from, ends)
    return found


def _positions(legs: Sequence[Leg]) -> list[int]:
    positions, following = [], 0
    for leg in legs:
        following += leg.role != "caller"
        positions.append(0 if leg.role == "caller" else following)
    return positions


def _lasting(state: LegState, kind: SegmentKind) -> int:
    return round(sum((one["to_s"] or 0) - one["from_s"] for one in state["segments"] if one["kind"] == kind))
