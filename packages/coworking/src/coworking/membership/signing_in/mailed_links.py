"""Links in mails: each works once and for a while (R16).

A token reads `rsl_<operator id>_<secret>`: the operator stands in it so that the row is looked up among that operator's
rows only. The secret has 256 bits; the database keeps its SHA-256.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coworking.membership.models import Account
from coworking.membership.signing_in.errors import LinkOver
from coworking.membership.signing_in.models import MailedLink

Purpose = Literal["confirmation", "invitation", "password-reset", "address-change", "address-undo"]
_FORM = re.compile(r"rsl_([1-9][0-9]{0,8})_[A-Za-z0-9_-]{43}", re.ASCII)

VALID_FOR: dict[Purpose, timedelta] = {
    "confirmation": timedelta(days=2),
    "invitation": timedelta(days=7),
    "password-reset": timedelta(hours=1),
    "address-change": timedelta(days=1),
    "address-undo": timedelta(days=7),
}


def make_link(
    session: Session, account: Account, purpose: Purpose, *, now: datetime, address: str | None = None
) -> str:
    """A token for the account; earlier ones for the same purpose are over, but for undos: each leads back to another
    address. Only here is its secret ever seen."""
    if purpose != "address-undo":
        void_links(session, account.id, {purpose}, now)
    token = f"rsl_{account.operator_id}_{secrets.token_urlsafe(32)}"
    session.add(
        MailedLink(
            operator_id=account.operator_id,
            account_id=account.id,
            purpose=purpose,
            digest=_digest(token),
            address=address,
            created_at=now,
            until=now + VALID_FOR[purpose],
        )
    )
    session.flush()
    return token


def operator_of_link(token: str) -> int:
    """The operator that a token belongs to, by its form alone. Raises `LinkOver` for a text that is no token."""
    form = _FORM.fullmatch(token)
    if form is None:
        raise LinkOver
    return int(form.group(1))


def look_at_link(session: Session, token: str, purposes: Collection[Purpose], now: datetime) -> MailedLink:
    """The link, unused. Raises `LinkOver`."""
    return _found(session, token, purposes, now, hold=False)


def take_link(session: Session, token: str, purposes: Collection[Purpose], now: datetime) -> MailedLink:
    """The link, used from here on. Raises `LinkOver`."""
    link = _found(session, token, purposes, now, hold=True)
    link.used_at = now
    return link


def void_links(
    session: Session, account_id: int, purposes: Collection[Purpose], now: datetime, *, after_id: int = 0
) -> None:
    """Those that were made after the link of that id."""
    session.execute(
        update(MailedLink)
        .where(
            MailedLink.account_id == account_id,
            MailedLink.id > after_id,
            MailedLink.purpose.in_(purposes),
            MailedLink.used_at.is_(None),
        )
        .values(used_at=now)
    )


def _found(
    session: Session, token: str, purposes: Collection[Purpose], now: datetime, *, hold: bool
) -> MailedLink:
    statement = (
        select(MailedLink)
        .join(Account, Account.id == MailedLink.account_id)
        .where(
            MailedLink.digest == _digest(token),
            MailedLink.purpose.in_(purposes),
            MailedLink.used_at.is_(None),
            MailedLink.until > now,
            Account.closed_at.is_(None),
        )
    )
    link = session.scalar(statement.with_for_update(of=MailedLink) if hold else statement)
    if link is None:
        raise LinkOver
    return link


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
