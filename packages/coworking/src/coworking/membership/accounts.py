"""Accounts: who may sign in, and as what."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import violated_constraint
from coworking.membership.errors import PasswordWrong, SignInNameTaken, SignInRefused
from coworking.membership.models import Account, Person
from coworking.membership.passwords import Passwords
from coworking.membership.tokens import issue_token


def open_account(
    session: Session,
    *,
    person: Person,
    member_id: int | None,
    sign_in_name: str,
    password_hash: str,
    role: str,
    now: datetime,
) -> Account:
    """A new way to sign in. Raises `SignInNameTaken`."""
    account = Account(
        operator_id=person.operator_id,
        person_id=person.id,
        member_id=member_id,
        sign_in_name=normal_name(sign_in_name),
        password_hash=password_hash,
        role=role,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_accounts_operator_id_sign_in_name":
            raise SignInNameTaken from error
        raise
    return account


def find_account(session: Session, sign_in_name: str) -> Account | None:
    return session.scalar(select(Account).where(Account.sign_in_name == normal_name(sign_in_name)))


def sign_in(
    session: Session,
    passwords: Passwords,
    *,
    sign_in_name: str,
    password: str,
    now: datetime,
    valid_for: timedelta,
) -> str:
    """A token for the right pair. Raises `SignInRefused`, alike for a wrong password and an unknown name."""
    account = find_account(session, sign_in_name)
    if not passwords.matches(account.password_hash if account else None, password) or account is None:
        raise SignInRefused
    return issue_token(session, account, now=now, valid_for=valid_for)


def confirm_password(session: Session, passwords: Passwords, account_id: int, password: str) -> None:
    """Who is signed in shows again that it is them, before something that a found device must not do. Raises
    `PasswordWrong`."""
    account = session.get(Account, account_id)
    if not passwords.matches(account.password_hash if account else None, password):
        raise PasswordWrong


def normal_name(sign_in_name: str) -> str:
    return sign_in_name.strip().lower()
