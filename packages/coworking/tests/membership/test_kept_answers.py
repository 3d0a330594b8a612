"""Answers that were kept for a repeated request go after a day, however many there were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.outbox import OutboxTask, Resources, TaskContext
from coworking.membership import idempotency
from coworking.membership.idempotency import KEPT, KeptAnswer, forget_answers
from tests.factories.membership import NOW, make_account, make_operator


def test_more_than_a_round_of_old_answers_is_forgotten_at_once(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "MOST_A_ROUND", 2)
    operator_id = make_operator(session)
    account = make_account(session, operator_id)
    session.add_all(
        KeptAnswer(
            operator_id=operator_id, account_id=account.id, key=str(key), request_digest=b"", given_at=NOW
        )
        for key in range(3)
    )
    session.flush()
    clock = VirtualClock(NOW + KEPT + timedelta(seconds=1))
    context = TaskContext(session, clock, operator_id, Resources())

    def run() -> tuple[int, int]:
        forget_answers.run(context, day="2026-06-11")
        counts = [session.scalar(select(func.count()).select_from(one)) for one in (KeptAnswer, OutboxTask)]
        return counts[0] or 0, counts[1] or 0

    assert run() == (1, 1)
    assert run() == (0, 1)
