from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.console.leg_timeline import draw_legs
from telephony.metering import Leg

STARTS_AT = datetime(2026, 7, 14, 4, 8, 4, tzinfo=UTC)


def at(seconds: int | None) -> datetime | None:
    return None if seconds is None else STARTS_AT + timedelta(seconds=seconds)


def leg(role: str, *, starts: int | None, answered: int | None, bridged: int | None, ends: int | None) -> Leg:
    return Leg(
        role=role,
        leg_sid=f"{role}-{starts}",
        call_sid="CA1",
        number="+819012345678",
        status="completed",
        started_at=at(starts),
        answered_at=at(answered),
        bridged_at=at(bridged),
        ended_at=at(ends),
        seconds=0,
    )


def test_a_forwarded_call_with_a_first_phone_that_did_not_answer() -> None:
    drawn = draw_legs(
        [
            leg("caller", starts=0, answered=34, bridged=None, ends=95),
            leg("forward", starts=1, answered=None, bridged=None, ends=21),
            leg("forward", starts=21, answered=29, bridged=34, ends=95),
        ],
        STARTS_AT,
        STARTS_AT + timedelta(seconds=95),
    )
    kinds = [[bar.kind for bar in bars] for bars in drawn.timeline.rows]
    assert kinds == [["wait", "talk"], ["ring"], ["ring", "ask", "talk"]]
    assert [(one.position, one.rings_seconds, one.talks_seconds) for one in drawn.legs] == [
        (0, 0, 61),
        (1, 20, 0),
        (2, 8, 61),
    ]
    assert drawn.timeline.now_percent is None


def test_steering_by_phone_is_talk_from_its_answer() -> None:
    drawn = draw_legs(
        [leg("control", starts=0, answered=2, bridged=None, ends=44)],
        STARTS_AT,
        STARTS_AT + timedelta(seconds=44),
    )
    assert [bar.kind for bar in drawn.timeline.rows[0]] == ["ring", "talk"]
    assert drawn.legs[0].talks_seconds == 42


def test_times_that_contradict_each_other_draw_nothing_backwards() -> None:
    drawn = draw_legs([leg("forward", starts=30, answered=20, bridged=10, ends=5)], STARTS_AT, STARTS_AT)
    assert all(bar.width_percent > 0 for bars in drawn.timeline.rows for bar in bars)
