"""Tokens: what a signed-in account shows with each request.

A token reads `rsb_<operator id>_<secret>`: the operator stands in it so that the row is looked up among that operator's
rows only. The secret has 256 bits; the database keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session, joinedload

from coworking.membership.models import Account, Token
from coworking.membership.roles import RIGHTS, STAFF_ROLES, Right

_FORM = re.compile(r"rsb_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account of an operator. `member_id` is None for staff. `factors` is how many were shown at the
    sign-in, and `shown_at` when one was shown last."""

    operator_id: int
    account_id: int
    member_id: int | None
    role: str
    language: str
    name: str
    token_id: int
    factors: int
    shown_at: datetime

    def has(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    @property
    def is_staff(self) -> bool:
        return self.role in STAFF_ROLES

    @property
    def reference(self) -> str:
        return f"account:{self.account_id}"


def operator_of(token: str) -> int | None:
    """The operator that a token belongs to, by its form alone; None for a text that is no token."""
    form = _FORM.fullmatch(token)
    return int(form.group(1)) if form else None


def issue_token(
    session: Session, account: Account, *, now: datetime, valid_for: timedelta, factors: int = 1
) -> str:
    """A new token for the account, for so many factors shown; only here is its secret ever seen."""
    token = f"rsb_{account.operator_id}_{secrets.token_urlsafe(32)}"
    session.add(
        Token(
            operator_id=account.operator_id,
            account_id=account.id,
            digest=_digest(token),
            created_at=now,
            factors=factors,
            shown_at=now,
            expires_at=now + valid_for,
        )
    )
    return token


def actor_of(session: Session, token: str, now: datetime) -> Actor | None:
    """Who shows this token; None when it is unknown, revoked or over. The session belongs to the token's operator."""
    found = session.execute(
        select(Account, Token)
        .join(Token, Token.account_id == Account.id)
        .where(
            Token.digest == _digest(token),
            Token.expires_at > now,
            Token.revoked_at.is_(None),
            Account.closed_at.is_(None),
        )
        .options(joinedload(Account.person))
    ).first()
    if found is None:
        return None
    account, kept = found
    return Actor(
        operator_id=account.operator_id,
        account_id=account.id,
        member_id=account.member_id,
        role=account.role,
        language=account.person.language,
        name=account.person.name,
        token_id=kept.id,
        factors=kept.factors,
        shown_at=kept.shown_at,
    )


def revoke_token(session: Session, token: str, now: datetime) -> None:
    session.execute(
        update(Token).where(Token.digest == _digest(token), Token.revoked_at.is_(None)).values(revoked_at=now)
    )


def revoke_tokens(session: Session, account_id: int, now: datetime, *, but: int | None = None) -> None:
    """Sign an account out everywhere, but for the token of this id."""
    others = Token.id != but if but is not None else true()
    session.execute(
        update(Token)
        .where(Token.account_id == account_id, Token.revoked_at.is_(None), others)
        .values(revoked_at=now)
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
