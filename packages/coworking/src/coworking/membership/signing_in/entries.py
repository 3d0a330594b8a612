"""Coming in: by name and password, with a code where the account asks for one, or by a passkey.

Each runs in transactions of its own: what is counted or used up stays so when the way in is refused.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from coworking.kit.db import Database
from coworking.kit.outbox import Resources
from coworking.kit.sealing import FieldKeys
from coworking.membership.accounts import confirm_password, find_account, sign_in
from coworking.membership.errors import PasswordWrong, SecondFactorNeeded, SignInRefused
from coworking.membership.models import Account, Token
from coworking.membership.password_guesses import FRESH_SECONDS, PasswordGuesses
from coworking.membership.passwords import Passwords
from coworking.membership.rules import AccountRules, TokenLife
from coworking.membership.signing_in.challenges import (
    look_at_challenge,
    make_challenge,
    operator_of_challenge,
    take_challenge,
)
from coworking.membership.signing_in.errors import CodeWrong, PasskeyRefused, StepUpNeeded
from coworking.membership.signing_in.passkeys import (
    account_of_credential,
    operator_of_credential,
    take_sign_in_challenge,
)
from coworking.membership.signing_in.second_factors import show_code
from coworking.membership.tokens import Actor, issue_token


class SecondStepNeeded(SecondFactorNeeded):
    """The password was right. `account_id` is whose it was."""

    def __init__(self, operator_id: int, account_id: int) -> None:
        super().__init__()
        self.operator_id = operator_id
        self.account_id = account_id


def sign_in_with_pair(
    database: Database,
    resources: Resources,
    operator_id: int,
    *,
    sign_in_name: str,
    password: str,
    code: str | None = None,
    now: datetime,
) -> str:
    """A token. Raises `SignInRefused`, `MailNotConfirmed`, `TooManyAttempts`, `SecondStepNeeded` where a code has to
    come along, `CodeWrong`."""
    with (
        resources[PasswordGuesses].counted(operator_id, sign_in_name, now),
        database.transaction(operator_id) as session,
    ):
        try:
            return sign_in(
                session,
                resources[Passwords],
                sign_in_name=sign_in_name,
                password=password,
                now=now,
                valid_for=resources[TokenLife].valid_for,
            )
        except SecondFactorNeeded:
            account = find_account(session, sign_in_name)
    if account is None:
        raise SignInRefused
    if code is None:
        raise SecondStepNeeded(operator_id, account.id)
    return _with_code(database, resources, operator_id, account.id, code, now)


def begin_second_step(database: Database, operator_id: int, account_id: int, now: datetime) -> str:
    """A text that stands for the right password while a page asks for the code."""
    with database.transaction(operator_id) as session:
        challenge = make_challenge(session, operator_id, "second-factor", now, account_id=account_id)
    return base64.urlsafe_b64encode(challenge).decode()


def sign_in_with_code(database: Database, resources: Resources, step: str, code: str, now: datetime) -> str:
    """A token for the second step's code. Raises `SignInRefused` when the step is over, `CodeWrong`,
    `TooManyAttempts`."""
    try:
        challenge = base64.urlsafe_b64decode(step.encode("ascii"))
    except (ValueError, binascii.Error) as error:
        raise SignInRefused from error
    operator_id = operator_of_challenge(challenge)
    if operator_id is None:
        raise SignInRefused
    with database.transaction(operator_id) as session:
        found = look_at_challenge(session, challenge, "second-factor", now)
        account_id = found.account_id if found is not None else None
    if account_id is None:
        raise SignInRefused
    token = _with_code(database, resources, operator_id, account_id, code, now)
    with database.transaction(operator_id) as session:
        take_challenge(session, challenge, "second-factor", now)
    return token


def sign_in_with_passkey(
    database: Database, resources: Resources, credential: dict[str, Any], now: datetime
) -> str:
    """A token for the answer to a challenge, which is used up by it. Raises `PasskeyRefused`."""
    challenge = take_sign_in_challenge(database, credential, now)
    operator_id = operator_of_credential(credential)
    with database.transaction(operator_id) as session:
        account = account_of_credential(session, resources[AccountRules], credential, challenge, now)
        return issue_token(session, account, now=now, valid_for=resources[TokenLife].valid_for, factors=2)


def require_fresh(
    session: Session, resources: Resources, actor: Actor, password: str | None, now: datetime
) -> Account:
    """The account, whose person has shown just now that it is them: by the password, or by a sign-in or another factor
    some minutes ago at most. Raises `StepUpNeeded`, `PasswordWrong`, `TooManyAttempts`."""
    account = session.get_one(Account, actor.account_id)
    if password is not None:
        with resources[PasswordGuesses].counted(actor.operator_id, account.sign_in_name, now):
            confirm_password(session, resources[Passwords], account.id, password)
    elif (now - actor.shown_at).total_seconds() > FRESH_SECONDS:
        raise StepUpNeeded
    return account


def show_again(
    database: Database,
    session: Session,
    resources: Resources,
    actor: Actor,
    *,
    password: str | None = None,
    code: str | None = None,
    credential: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Who is signed in shows one factor again; for some minutes nothing more is asked for. A code or a passkey makes
    the sign-in one of two factors. Raises what the factor raises, `PasswordWrong` where none came."""
    factors = actor.factors if credential is None and code is None else 2
    if credential is not None:
        challenge = take_sign_in_challenge(database, credential, now)
        account = account_of_credential(session, resources[AccountRules], credential, challenge, now)
        if account.id != actor.account_id:
            raise PasskeyRefused
    elif code is not None:
        with resources[PasswordGuesses].codes_counted(actor.operator_id, actor.account_id, now):
            show_code(session, resources[FieldKeys], actor.account_id, code, now)
    elif password is not None:
        require_fresh(session, resources, actor, password, now)
    else:
        raise PasswordWrong
    raise_factors(session, actor, factors, now)


def raise_factors(session: Session, actor: Actor, factors: int, now: datetime) -> None:
    """The token that is being used stands for so many factors, shown now."""
    session.execute(update(Token).where(Token.id == actor.token_id).values(factors=factors, shown_at=now))


def _with_code(
    database: Database, resources: Resources, operator_id: int, account_id: int, code: str, now: datetime
) -> str:
    with (
        resources[PasswordGuesses].codes_counted(operator_id, account_id, now),
        database.transaction(operator_id) as session,
    ):
        account = session.get(Account, account_id)
        if account is None or account.closed_at is not None:
            raise CodeWrong
        show_code(session, resources[FieldKeys], account_id, code, now)
        return issue_token(session, account, now=now, valid_for=resources[TokenLife].valid_for, factors=2)
