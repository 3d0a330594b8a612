"""The scene of a wrong password of long ago."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership import forget_guesses
from coworking.membership.guess_models import PasswordFailure
from tests.factories.membership import NOW


def enter_failure(session: Session, operator_id: int) -> None:
    failure = PasswordFailure(
        operator_id=operator_id, name_digest=b"x" * 32, failures=1, last_at=NOW - timedelta(days=365)
    )
    session.add(failure)


def queue_forget(session: Session, operator_id: int) -> None:
    enter_failure(session, operator_id)
    forget_guesses.enqueue(session, operator_id=operator_id, now=NOW, day=NOW.date().isoformat())


def is_forgotten(session: Session) -> bool:
    return not session.scalars(select(PasswordFailure.failures)).all()
