"""Guessing a password is slowed down, at the door and where who is signed in shows it again (R16).

A guess is counted before the password is looked at, in a transaction of its own: of many guesses at once each counts
the others, and a refusal does not take its count back. The right password makes the count zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from coworking.kit.db import Database
from coworking.kit.errors import TryAgain, UserError
from coworking.kit.outbox import Resources, TaskContext, task
from coworking.membership.accounts import confirm_password, normal_name
from coworking.membership.errors import PasswordWrong, SignInRefused, TooManyAttempts
from coworking.membership.guess_models import PasswordFailure
from coworking.membership.models import Account
from coworking.membership.passwords import Passwords
from coworking.membership.signing_in.errors import StepUpNeeded
from coworking.membership.tokens import Actor

FAILURES_BEFORE_DELAY = 5
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
FRESH_SECONDS = 600
"""For so long after a sign-in, or after a factor was shown again, nothing more is asked for."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guessed:
    """How a name stands towards who tries a password."""

    failures: int = 0
    next_attempt_at: datetime | None = None

    def wait(self, now: datetime) -> timedelta:
        """Zero when a password may be tried."""
        return max(self.next_attempt_at - now, timedelta(0)) if self.next_attempt_at else timedelta(0)


def after_guess(guessed: Guessed, now: datetime) -> Guessed:
    """One more guess: from the fifth on the next has to wait, twice as long each time up to the longest delay."""
    failures = guessed.failures + 1
    if failures < FAILURES_BEFORE_DELAY:
        return Guessed(failures)
    doublings = min(failures - FAILURES_BEFORE_DELAY, LONGEST_DELAY // FIRST_DELAY)
    return Guessed(failures, now + min(FIRST_DELAY * 2**doublings, LONGEST_DELAY))


class PasswordGuesses:
    """The counts of all operators."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counted(self, operator_id: int, sign_in_name: str, now: datetime) -> AbstractContextManager[None]:
        """What is tried inside is a guess at this name's password: a wrong one if it raises `SignInRefused` or
        `PasswordWrong`, a right one if it ends or another rule refuses. Raises `TooManyAttempts` instead of letting
        anything be tried."""
        name = normal_name(sign_in_name).encode("utf-8", "surrogatepass")
        return self._counted(operator_id, hashlib.sha256(name).digest(), now)

    def codes_counted(self, operator_id: int, account_id: int, now: datetime) -> AbstractContextManager[None]:
        """The same for the codes of an account's second factor, whatever is typed as a sign-in name elsewhere."""
        # A byte that no UTF-8 text has.
        return self._counted(operator_id, hashlib.sha256(b"\xff%d" % account_id).digest(), now)

    @contextmanager
    def _counted(self, operator_id: int, digest: bytes, now: datetime) -> Iterator[None]:
        with self._database.transaction(operator_id) as session:
            wait = _count(session, operator_id, digest, now)
        if wait:
            raise TooManyAttempts(seconds=-(-wait // timedelta(seconds=1)))
        try:
            yield
        except (SignInRefused, PasswordWrong, TryAgain):
            raise
        except UserError:
            self._forget(operator_id, digest)
            raise
        self._forget(operator_id, digest)

    def _forget(self, operator_id: int, digest: bytes) -> None:
        with self._database.transaction(operator_id) as session:
            session.execute(delete(PasswordFailure).where(PasswordFailure.name_digest == digest))


def step_up(
    session: Session, resources: Resources, actor: Actor, password: str | None, *, now: datetime
) -> None:
    """Before something that a found device must not do, a member shows the password again, or has come in by a passkey
    some minutes ago at most; staff need not, who act for others. Raises `PasswordWrong`, `TooManyAttempts`;
    `StepUpNeeded` where the account has no password."""
    if actor.is_staff:
        return
    account = session.get_one(Account, actor.account_id)
    if not password and asks_for_passkey(account, actor):
        if (now - actor.shown_at).total_seconds() > FRESH_SECONDS:
            raise StepUpNeeded
        return
    with resources[PasswordGuesses].counted(actor.operator_id, account.sign_in_name, now):
        confirm_password(session, resources[Passwords], account.id, password or "")


def asks_for_passkey(account: Account, actor: Actor) -> bool:
    """Whether the account has no password, or its passkey was shown at this sign-in."""
    return account.password_set_at is None or actor.factors > 1


@task("membership.forget-guesses")
def forget_guesses(context: TaskContext, *, day: str) -> None:
    """Delete what counts no more; `day` only tells one day's task from another's."""
    del day
    over = PasswordFailure.last_at <= context.clock.now() - FORGOTTEN_AFTER
    context.session.execute(delete(PasswordFailure).where(over))


def _count(session: Session, operator_id: int, digest: bytes, now: datetime) -> timedelta:
    """Count one more guess, unless it came too early: then how long it has to wait."""
    new = insert(PasswordFailure).values(operator_id=operator_id, name_digest=digest, failures=0, last_at=now)
    session.execute(new.on_conflict_do_nothing())
    kept = session.get_one(PasswordFailure, (operator_id, digest), with_for_update=True)
    is_over = kept.last_at <= now - FORGOTTEN_AFTER
    guessed = Guessed() if is_over else Guessed(kept.failures, kept.next_attempt_at)
    wait = guessed.wait(now)
    if not wait:
        after = after_guess(guessed, now)
        kept.failures, kept.next_attempt_at, kept.last_at = after.failures, after.next_attempt_at, now
        if after.next_attempt_at is not None:
            log.warning("many wrong passwords for one name", operator_id=operator_id, failures=after.failures)
    return wait
