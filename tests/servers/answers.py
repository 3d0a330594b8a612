"""The scene of an answer that was kept for whoever sends their change again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership import forget_answers
from coworking.membership.idempotency import KeptAnswer
from tests.factories.membership import NOW, make_account

GIVEN_AGO = {"old": timedelta(hours=25), "new": timedelta(hours=23)}


def queue_forget(session: Session, operator_id: int) -> None:
    account = make_account(session, operator_id)
    for key, ago in GIVEN_AGO.items():
        kept = KeptAnswer(
            operator_id=operator_id,
            account_id=account.id,
            key=key,
            request_digest=b"x" * 32,
            status=204,
            content_type="",
            answer=b"",
            given_at=NOW - ago,
        )
        session.add(kept)
    forget_answers.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    return session.scalars(select(KeptAnswer.key)).all() == ["new"]
