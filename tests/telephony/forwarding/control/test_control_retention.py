"""Control calls, text messages and offers to undo go when their time is over (R31)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.outbox import OutboxTask, Resources, TaskContext
from telephony.forwarding.control import retention
from telephony.forwarding.control.models import ChangeUndo, ControlSession, TextMessage
from telephony.forwarding.rules import RulesOfCalls
from tests.factories.forwarding import call_rules
from tests.factories.membership import NOW, make_operator
from tests.factories.numbers import make_line

KEPT = timedelta(days=90)
INSTANT = timedelta(microseconds=1)
TABLES = (ControlSession, ChangeUndo, TextMessage)


def leave(session: Session, operator_id: int, at: datetime, *, is_sent: bool = True) -> None:
    """One of each, that was over at this instant."""
    line = make_line(session, operator_id)
    mark = f"{line.id}"
    session.add_all(
        [
            ControlSession(
                operator_id=operator_id,
                carrier_sid=mark,
                channel="ivr",
                language="ja",
                state="ended",
                step=0,
                failures=0,
                started_at=at,
                ended_at=at,
            ),
            ChangeUndo(
                operator_id=operator_id,
                line_id=line.id,
                digest=mark.encode(),
                what="pin",
                before={},
                offered_at=at,
                until=at,
            ),
            TextMessage(
                operator_id=operator_id,
                from_number=line.number,
                to_number="+819011112222",
                body="転送を開始しました。",
                created_at=at,
                sent_at=at if is_sent else None,
            ),
        ]
    )
    session.flush()


def forget(session: Session, operator_id: int) -> None:
    context = TaskContext(
        session, VirtualClock(NOW), operator_id, Resources(RulesOfCalls({operator_id: call_rules()}))
    )
    retention.forget.run(context, day="2026-06-10")


def left(session: Session) -> list[int]:
    return [len(session.scalars(select(table.id)).all()) for table in TABLES]


@pytest.mark.parametrize(
    ("at", "is_sent", "expected"),
    [
        (NOW - KEPT, True, [0, 0, 0]),
        (NOW - KEPT + INSTANT, True, [1, 1, 1]),
        (NOW - KEPT, False, [0, 0, 1]),
    ],
)
def test_what_is_over_its_days_goes(
    session: Session, at: datetime, is_sent: bool, expected: list[int]
) -> None:
    operator_id = make_operator(session)
    leave(session, operator_id, at, is_sent=is_sent)
    forget(session, operator_id)
    assert left(session) == expected


def test_a_large_rest_is_a_task_of_its_own(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_A_ROUND", 1)
    operator_id = make_operator(session)
    for _ in range(2):
        leave(session, operator_id, NOW - KEPT)
    forget(session, operator_id)
    assert left(session) == [1, 1, 1]
    assert retention.forget.name in session.scalars(select(OutboxTask.name)).all()
