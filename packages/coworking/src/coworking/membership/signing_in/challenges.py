"""Challenges of ceremonies: random, answered once, over after minutes.

A challenge begins with its operator's id in four bytes, so that its row is looked up among that operator's rows only;
32 random bytes follow. The database keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.membership.signing_in.models import SignInChallenge

Ceremony = Literal["passkey-registration", "passkey-sign-in", "second-factor"]
VALID_FOR = timedelta(minutes=10)
OPERATOR_BYTES = 4
SECRET_BYTES = 32


def make_challenge(
    session: Session, operator_id: int, purpose: Ceremony, now: datetime, *, account_id: int | None = None
) -> bytes:
    challenge = operator_id.to_bytes(OPERATOR_BYTES, "big") + secrets.token_bytes(SECRET_BYTES)
    session.add(
        SignInChallenge(
            operator_id=operator_id,
            account_id=account_id,
            purpose=purpose,
            digest=_digest(challenge),
            created_at=now,
            until=now + VALID_FOR,
        )
    )
    session.flush()
    return challenge


def operator_of_challenge(challenge: bytes) -> int | None:
    """By its form alone; None for bytes that are no challenge."""
    if len(challenge) != OPERATOR_BYTES + SECRET_BYTES:
        return None
    operator_id = int.from_bytes(challenge[:OPERATOR_BYTES], "big")
    return operator_id if 0 < operator_id < 2**31 else None


def look_at_challenge(
    session: Session, challenge: bytes, purpose: Ceremony, now: datetime
) -> SignInChallenge | None:
    """None when it is unknown, over, answered, or of another ceremony."""
    return session.scalar(
        select(SignInChallenge)
        .where(
            SignInChallenge.digest == _digest(challenge),
            SignInChallenge.purpose == purpose,
            SignInChallenge.used_at.is_(None),
            SignInChallenge.until > now,
        )
        .with_for_update()
    )


def take_challenge(
    session: Session, challenge: bytes, purpose: Ceremony, now: datetime
) -> SignInChallenge | None:
    """The challenge, answered from here on; None as above."""
    found = look_at_challenge(session, challenge, purpose, now)
    if found is not None:
        found.used_at = now
    return found


def _digest(challenge: bytes) -> bytes:
    return hashlib.sha256(challenge).digest()
