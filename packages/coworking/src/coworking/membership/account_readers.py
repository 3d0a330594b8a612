"""For whom something is shown that is asked for by a secret address instead of a sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from coworking.membership.models import Account
from coworking.membership.roles import STAFF_ROLES


@dataclass(frozen=True, slots=True)
class AccountReader:
    is_staff: bool
    language: str


def account_reader(session: Session, account_id: int) -> AccountReader | None:
    """None for an account that is not there or was closed."""
    account = session.get(Account, account_id)
    if account is None or account.closed_at is not None:
        return None
    return AccountReader(account.role in STAFF_ROLES, account.person.language)
