"""Forgotten and changed passwords (JSUG-03)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coworking.membership.models import Account
from coworking.membership.passwords import Passwords
from coworking.membership.rules import AccountRules
from coworking.membership.signing_in.letters import keep_record, write
from coworking.membership.signing_in.mail_limits import may_mail
from coworking.membership.signing_in.mailed_links import Purpose, make_link, take_link, void_links
from coworking.membership.signing_in.registrations import RESET_PATH, accounts_of
from coworking.membership.tokens import revoke_tokens

OLD_WAYS: tuple[Purpose, ...] = ("password-reset", "confirmation", "invitation", "address-change")


def ask_for_reset(
    session: Session, rules: AccountRules, *, operator_id: int, email: str, origin: str, now: datetime
) -> None:
    """One mail for each account of the address, naming the account; none for an unknown address. Raises
    `TooManyMails`."""
    if not may_mail(session, operator_id, email, origin, now):
        return
    for account in accounts_of(session, email):
        if account.confirmed_at is None:  # registering again is the way in
            continue
        link = make_link(session, account, "password-reset", now=now)
        write(session, account, "password-reset", now, link=rules.link(RESET_PATH, link))


def reset_password(
    session: Session, passwords: Passwords, token: str, password: str, now: datetime
) -> Account:
    """The link's account has this password, and is signed out everywhere. Raises `LinkOver`."""
    link = take_link(session, token, {"password-reset"}, now)
    account = session.get_one(Account, link.account_id)
    _set(session, passwords, account, password, now)
    keep_record(session, account, "password.reset", now)
    return account


def change_password(
    session: Session, passwords: Passwords, account: Account, password: str, now: datetime, *, token_id: int
) -> None:
    """Everywhere but here the account is signed out. The caller has made sure of the person."""
    _set(session, passwords, account, password, now, but=token_id)
    keep_record(session, account, "password.changed", now)


def _set(
    session: Session,
    passwords: Passwords,
    account: Account,
    password: str,
    now: datetime,
    *,
    but: int | None = None,
) -> None:
    account.password_hash = passwords.hash(password)
    account.password_set_at = now
    revoke_tokens(session, account.id, now, but=but)
    void_links(session, account.id, OLD_WAYS, now)
    write(session, account, "password-changed", now)
