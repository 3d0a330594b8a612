"""Accounts, passwords and tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.migrations import metadata
from coworking.kit.db import belong_to
from coworking.membership import (
    Passwords,
    SignInNameTaken,
    SignInRefused,
    actor_of,
    find_account,
    operator_of,
    revoke_token,
    sign_in,
)
from coworking.membership.models import ROLES, Token
from coworking.membership.passwords import LONGEST_PASSWORD
from coworking.membership.tokens import STAFF_ROLES
from tests.factories.membership import (
    NOW,
    PASSWORD,
    PASSWORDS,
    make_account,
    make_member,
    make_operator,
    make_token,
)

NAME = "sato@example.jp"
LIFE = timedelta(days=30)
INSTANT = timedelta(microseconds=1)


def enter(session: Session, name: str = NAME, password: str = PASSWORD) -> str:
    token = sign_in(session, PASSWORDS, sign_in_name=name, password=password, now=NOW, valid_for=LIFE)
    session.flush()
    return token


@pytest.mark.parametrize("name", [NAME, "  Sato@Example.JP "])
def test_the_right_pair_gets_a_token_of_the_account(session: Session, name: str) -> None:
    operator_id = make_operator(session)
    member = make_member(session, operator_id, name="佐藤 花子")
    account = make_account(session, operator_id, member=member, sign_in_name=NAME)
    actor = actor_of(session, enter(session, name), NOW)
    assert actor is not None
    assert (actor.operator_id, actor.account_id, actor.member_id) == (operator_id, account.id, member.id)
    assert (actor.role, actor.is_staff, actor.language, actor.name) == ("member", False, "ja", "佐藤 花子")
    assert actor.reference == f"account:{account.id}"


@pytest.mark.parametrize("role", ROLES)
def test_staff_are_who_has_a_role_of_staff(session: Session, role: str) -> None:
    operator_id = make_operator(session)
    actor = actor_of(session, make_token(session, make_account(session, operator_id, role=role)), NOW)
    assert actor is not None
    assert actor.is_staff == (role in STAFF_ROLES)
    assert actor.is_staff != (role in {"member", "company-representative"})


@pytest.mark.parametrize(
    ("name", "password"),
    [
        (NAME, "wrong"),
        (NAME, ""),
        (NAME, PASSWORD + " "),
        (NAME, PASSWORD * 100),
        (NAME, "nobody has this password"),
        ("unknown@example.jp", PASSWORD),
        ("unknown@example.jp", "nobody has this password"),
        ("", ""),
    ],
)
def test_a_wrong_password_and_an_unknown_name_look_alike(session: Session, name: str, password: str) -> None:
    make_account(session, make_operator(session), sign_in_name=NAME)
    with pytest.raises(SignInRefused) as refused:
        enter(session, name, password)
    assert (refused.value.code, refused.value.status, refused.value.facts) == ("sign-in-refused", 401, {})


def test_a_password_is_hashed_even_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    passwords = Passwords(time_cost=1, memory_kib=8, parallelism=1)

    class Hasher:
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password_hash)
            return True

    monkeypatch.setattr(passwords, "_hasher", Hasher())
    assert not passwords.matches(None, "x")
    assert passwords.matches("a hash", "x")
    assert len(verified) == 2
    assert not passwords.matches("a hash", "x" * (LONGEST_PASSWORD + 1))
    assert len(verified) == 2


def test_a_broken_hash_matches_nothing() -> None:
    assert not PASSWORDS.matches("no hash at all", PASSWORD)
    assert not PASSWORDS.matches("", PASSWORD)


def test_two_hashes_of_a_password_differ() -> None:
    one, two = PASSWORDS.hash(PASSWORD), PASSWORDS.hash(PASSWORD)
    assert one != two
    assert one.startswith("$argon2id$")
    assert PASSWORDS.matches(one, PASSWORD)
    assert PASSWORDS.matches(two, PASSWORD)


def test_neither_password_nor_token_is_kept_or_logged(
    session: Session, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    make_account(session, make_operator(session), sign_in_name=NAME)
    token = enter(session)
    with pytest.raises(SignInRefused):
        enter(session, password="another secret")
    secrets = (PASSWORD, "another secret", token, token.split("_", 2)[2])
    kept = [
        str(row)
        for table in metadata().tables.values()
        for row in session.execute(text(f"SELECT to_jsonb(t)::text FROM {table.name} AS t"))
    ]
    assert any(NAME in row for row in kept)
    said = "".join(capfd.readouterr()) + caplog.text
    for secret in secrets:
        assert not any(secret in row for row in kept)
        assert secret not in said


def test_a_name_is_taken_once_for_each_operator(session: Session) -> None:
    first = make_operator(session, "first")
    make_account(session, first, sign_in_name=NAME)
    with pytest.raises(SignInNameTaken):
        make_account(session, first, sign_in_name=f" {NAME.upper()}")
    make_account(session, first, sign_in_name="other@example.jp")  # the session goes on
    second = make_operator(session, "second")
    make_account(session, second, sign_in_name=NAME)
    found = find_account(session, NAME)
    assert found is not None
    assert found.operator_id == second


def test_a_token_is_valid_from_now_until_just_before_its_end(session: Session) -> None:
    account = make_account(session, make_operator(session))
    token = make_token(session, account, valid_for=LIFE)
    assert actor_of(session, token, NOW) is not None
    assert actor_of(session, token, NOW + LIFE - INSTANT) is not None
    assert actor_of(session, token, NOW + LIFE) is None


def test_a_revoked_token_is_over_at_once_and_others_are_not(session: Session) -> None:
    account = make_account(session, make_operator(session))
    revoked, other = make_token(session, account), make_token(session, account)
    revoke_token(session, revoked, NOW + LIFE / 2)
    assert actor_of(session, revoked, NOW + LIFE / 2) is None
    assert actor_of(session, other, NOW + LIFE / 2) is not None
    revoke_token(session, revoked, NOW + LIFE)
    assert session.scalars(select(Token.revoked_at).order_by(Token.id)).all() == [NOW + LIFE / 2, None]


def test_a_token_says_nothing_to_another_operator(session: Session) -> None:
    first = make_operator(session, "first")
    token = make_token(session, make_account(session, first))
    second = make_operator(session, "second")
    assert actor_of(session, token, NOW) is None
    assert actor_of(session, token.replace(f"rsb_{first}_", f"rsb_{second}_"), NOW) is None
    belong_to(session, first)
    assert actor_of(session, token, NOW) is not None
    assert actor_of(session, token.replace(f"rsb_{first}_", f"rsb_{second}_"), NOW) is None


SECRET = "A" * 43


@pytest.mark.parametrize(
    ("token", "operator_id"),
    [
        (f"rsb_7_{SECRET}", 7),
        (f"rsb_999999999_{SECRET}", 999_999_999),
        ("", None),
        (f"rsb_0_{SECRET}", None),
        (f"rsb_07_{SECRET}", None),
        (f"rsb_-1_{SECRET}", None),
        (f"rsb_1000000000_{SECRET}", None),
        (f"rsb_７_{SECRET}", None),
        (f"rsb__{SECRET}", None),
        (f"rsb_7_{SECRET}A", None),
        (f"rsb_7_{SECRET[1:]}", None),
        (f"rsb_7_{SECRET}\n", None),
        (f" rsb_7_{SECRET}", None),
        (f"RSB_7_{SECRET}", None),
        (f"rsb_7_{SECRET[1:]}é", None),
    ],
)
def test_the_form_of_a_token(token: str, operator_id: int | None) -> None:
    assert operator_of(token) == operator_id


def test_tokens_have_their_form_and_do_not_repeat(session: Session) -> None:
    operator_id = make_operator(session)
    account = make_account(session, operator_id)
    tokens = {make_token(session, account) for _ in range(50)}
    assert len(tokens) == 50
    assert {operator_of(token) for token in tokens} == {operator_id}
