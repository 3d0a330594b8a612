"""Challenges: random, short-lived, signed once (R12)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from coworking.doors.my_number_cards.errors import ChallengeOver
from coworking.doors.my_number_cards.models import CardChallenge
from coworking.kit.outbox import TaskContext, task

CHALLENGE_BYTES = 32
LASTS = timedelta(seconds=60)


def make_challenge(session: Session, operator_id: int, now: datetime) -> bytes:
    """For a card to sign."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    session.add(
        CardChallenge(operator_id=operator_id, digest=_digest(challenge), made_at=now, expires_at=now + LASTS)
    )
    session.flush()
    return challenge


def use_challenge(session: Session, challenge: bytes, now: datetime) -> None:
    """Used up from here on. Raises `ChallengeOver` for one that is unknown, run out or used."""
    used = session.execute(
        update(CardChallenge)
        .where(
            CardChallenge.digest == _digest(challenge),
            CardChallenge.used_at.is_(None),
            CardChallenge.made_at <= now,
            CardChallenge.expires_at > now,
        )
        .values(used_at=now)
        .returning(CardChallenge.id)
    ).one_or_none()
    if used is None:
        raise ChallengeOver


@task("doors.forget-challenges")
def forget_challenges(context: TaskContext, *, day: str) -> None:
    """The weekly step: challenges that have run out are refused for that, and need not be remembered."""
    context.session.execute(delete(CardChallenge).where(CardChallenge.expires_at < context.clock.now()))


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
