"""Accounts: who may sign in, and as what."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import violated_constraint
from coworking.membership.contract_errors import RepresentativeExists
from coworking.membership.errors import (
    MailNotConfirmed,
    PasswordWrong,
    SecondFactorNeeded,
    SignInNameTaken,
    SignInRefused,
)
from coworking.membership.models import Account, Person
from coworking.membership.passwords import Passwords
from coworking.membership.signing_in.models import SecondFactor
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
    confirmed: bool = True,
    password_set: bool = True,
) -> Account:
    """A new way to sign in. `password_set` is false where nobody knows the password of this hash yet. Raises
    `SignInNameTaken`, `RepresentativeExists`."""
    account = Account(
        operator_id=person.operator_id,
        person_id=person.id,
        member_id=member_id,
        sign_in_name=normal_name(sign_in_name),
        password_hash=password_hash,
        role=role,
        created_at=now,
        confirmed_at=now if confirmed else None,
        password_set_at=now if password_set else None,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        if violated_constraint(error) == "uq_accounts_operator_id_sign_in_name":
            raise SignInNameTaken from error
        if violated_constraint(error) == "uq_accounts_representative":
            raise RepresentativeExists from error
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
    """A token for the right pair. Raises as `account_of_pair` does, and `SecondFactorNeeded`."""
    account = account_of_pair(session, passwords, sign_in_name=sign_in_name, password=password)
    if has_second_factor(session, account.id):
        raise SecondFactorNeeded
    return issue_token(session, account, now=now, valid_for=valid_for)


def account_of_pair(session: Session, passwords: Passwords, *, sign_in_name: str, password: str) -> Account:
    """Raises `SignInRefused`, alike for a wrong password and an unknown name; `MailNotConfirmed`."""
    account = find_account(session, sign_in_name)
    matches = passwords.matches(account.password_hash if account else None, password)
    if not matches or account is None or account.closed_at is not None:
        raise SignInRefused
    if account.confirmed_at is None:
        raise MailNotConfirmed
    return account


def has_second_factor(session: Session, account_id: int) -> bool:
    """Whether its password alone does not let in."""
    factor = session.get(SecondFactor, account_id)
    return factor is not None and factor.confirmed_at is not None


def free_sign_in_name(session: Session, email: str) -> str:
    """The mail address itself, or with a number behind it where it is taken: one person may have several accounts."""
    name = normal_name(email)
    number = 2
    while find_account(session, name) is not None:
        name = f"{normal_name(email)}/{number}"
        number += 1
    return name


def confirm_password(session: Session, passwords: Passwords, account_id: int, password: str) -> None:
    """Who is signed in shows again that it is them, before something that a found device must not do. Raises
    `PasswordWrong`."""
    account = session.get(Account, account_id)
    if not passwords.matches(account.password_hash if account else None, password):
        raise PasswordWrong


def normal_name(sign_in_name: str) -> str:
    return sign_in_name.strip().lower()
