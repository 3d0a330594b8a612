"""Guessing passwords is slow."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.db import Database
from coworking.kit.errors import NotPermitted, TryAgain, UserError
from coworking.kit.outbox import Resources, TaskContext
from coworking.membership import (
    Actor,
    PasswordGuesses,
    PasswordWrong,
    SignInRefused,
    TooManyAttempts,
    forget_guesses,
    step_up,
)
from coworking.membership.guess_models import PasswordFailure
from coworking.membership.password_guesses import FORGOTTEN_AFTER, LONGEST_DELAY, Guessed, after_guess
from coworking.membership.signing_in.errors import StepUpNeeded
from tests.factories.membership import NOW, make_account, make_member, make_operator

NAME = "sato@example.jp"
SECOND = timedelta(seconds=1)


def test_from_the_fifth_guess_on_the_next_has_to_wait_twice_as_long() -> None:
    guessed, waits = Guessed(), []
    for _ in range(12):
        guessed = after_guess(guessed, NOW)
        waits.append(guessed.wait(NOW) // SECOND)
    assert waits == [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]
    for _ in range(1_000):
        guessed = after_guess(guessed, NOW)
    assert guessed.wait(NOW) == LONGEST_DELAY


@pytest.mark.parametrize(
    ("has_password", "factors", "minutes", "refused"),
    [
        (False, 2, 10, None),
        (False, 2, 11, StepUpNeeded),
        (False, 1, 11, StepUpNeeded),
        (True, 2, 10, None),
        (True, 2, 11, StepUpNeeded),
    ],
)
def test_a_passkey_shown_just_now_stands_for_the_password(
    session: Session, has_password: bool, factors: int, minutes: int, refused: type[UserError] | None
) -> None:
    operator_id = make_operator(session)
    account = make_account(session, operator_id, member=make_member(session, operator_id))
    account.password_set_at = NOW if has_password else None
    shown_at = NOW - timedelta(minutes=minutes)
    actor = Actor(operator_id, account.id, account.member_id, "member", "ja", "", 1, factors, shown_at)
    with pytest.raises(refused) if refused else nullcontext():
        step_up(session, Resources(), actor, None, now=NOW)


@pytest.fixture
def operator_id(clean_database: Database) -> int:
    with clean_database.transaction() as session:
        return make_operator(session)


@pytest.fixture
def guesses(clean_database: Database) -> PasswordGuesses:
    return PasswordGuesses(clean_database)


def guess(
    guesses: PasswordGuesses, operator_id: int, *, name: str = NAME, right: bool = False, after: int = 0
) -> str:
    """What comes of it, so many seconds later."""
    try:
        with guesses.counted(operator_id, name, NOW + after * SECOND):
            if not right:
                raise SignInRefused
    except TooManyAttempts as error:
        return f"wait {error.headers['Retry-After']}"
    except SignInRefused:
        return "wrong"
    return "right"


def test_who_guesses_waits_even_with_the_right_password(guesses: PasswordGuesses, operator_id: int) -> None:
    assert [guess(guesses, operator_id) for _ in range(6)] == ["wrong"] * 5 + ["wait 30"]
    assert guess(guesses, operator_id, name=f" {NAME.upper()}", right=True, after=1) == "wait 29"
    assert guess(guesses, operator_id, name="other@example.jp", right=True) == "right"
    assert guess(guesses, operator_id, after=30) == "wrong"
    assert guess(guesses, operator_id, right=True, after=89) == "wait 1"
    assert guess(guesses, operator_id, right=True, after=90) == "right"
    assert guess(guesses, operator_id, after=90) == "wrong"


def test_four_wrong_ones_cost_nothing_and_a_right_one_forgets_them(
    guesses: PasswordGuesses, operator_id: int
) -> None:
    for _ in range(3):
        assert [guess(guesses, operator_id) for _ in range(4)] == ["wrong"] * 4
        assert guess(guesses, operator_id, right=True) == "right"


@pytest.mark.parametrize(
    ("refusal", "counts"), [(PasswordWrong, True), (TryAgain, True), (NotPermitted, False)]
)
def test_only_a_wrong_password_counts(
    guesses: PasswordGuesses, operator_id: int, refusal: type[UserError], counts: bool
) -> None:
    for _ in range(5):
        with pytest.raises(refusal), guesses.counted(operator_id, NAME, NOW):
            raise refusal
    assert guess(guesses, operator_id, right=True) == ("wait 30" if counts else "right")


def test_an_old_count_is_none(clean_database: Database, guesses: PasswordGuesses, operator_id: int) -> None:
    later = FORGOTTEN_AFTER // SECOND
    for _ in range(5):
        guess(guesses, operator_id)
    assert [guess(guesses, operator_id, after=later) for _ in range(6)] == ["wrong"] * 5 + ["wait 30"]
    guess(guesses, operator_id, name="other@example.jp")
    with clean_database.transaction(operator_id) as session:
        forget(session, operator_id)
        (kept,) = session.scalars(select(PasswordFailure))
        assert (kept.failures, kept.last_at) == (5, NOW + FORGOTTEN_AFTER)


def forget(session: Session, operator_id: int) -> None:
    context = TaskContext(session, VirtualClock(NOW + FORGOTTEN_AFTER), operator_id, Resources())
    forget_guesses.run(context, day="2026-06-11")


def test_the_name_is_not_kept(clean_database: Database, guesses: PasswordGuesses, operator_id: int) -> None:
    guess(guesses, operator_id)
    with clean_database.transaction(operator_id) as session:
        assert NAME.encode() not in session.scalars(select(PasswordFailure.name_digest)).one()
