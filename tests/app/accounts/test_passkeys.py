"""Passkeys over the API, with an authenticator in software."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.app.accounts.account_desk import HOST, ORIGIN, AccountDesk, authenticator
from tests.factories.authenticators import Authenticator
from tests.factories.membership import PASSWORD

EMAIL, OTHER = "suzuki@example.jp", "hanako@example.jp"
Credential = dict[str, Any]


def registered(desk: AccountDesk, email: str = EMAIL) -> Authenticator:
    desk.member(email)
    key = authenticator()
    assert desk.with_passkey(desk.token(email), key)[0] == 201
    return key


def test_a_passkey_is_a_way_in_of_two_factors(desk: AccountDesk) -> None:
    key = registered(desk)
    status, entered = desk.enter_by(key.show(desk.passkey_options()))
    assert status == 200
    account = desk.ask("GET", "/account", token=entered["token"])[1]
    assert (account["sign_in_name"], account["factors_shown"], account["passkeys"]) == (EMAIL, 2, 1)
    assert [one.kind for one in desk.letters(EMAIL)] == ["passkey-added"]


def test_a_challenge_is_answered_once_and_soon(desk: AccountDesk) -> None:
    key = registered(desk)
    answer = key.show(desk.passkey_options())
    assert desk.enter_by(answer)[0] == 200
    assert desk.enter_by(answer) == (401, "passkey-refused")
    options = desk.passkey_options()
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=10))
    assert desk.enter_by(key.show(options)) == (401, "passkey-refused")


def test_a_refused_answer_uses_its_challenge_up(desk: AccountDesk) -> None:
    key = registered(desk)
    options = desk.passkey_options()
    assert desk.enter_by(replace(key, verifies_user=False).show(options)) == (401, "passkey-refused")
    assert desk.enter_by(key.show(options)) == (401, "passkey-refused")


def of_another_page(key: Authenticator) -> Authenticator:
    return replace(key, origin="http://evil.example")


def of_another_host(key: Authenticator) -> Authenticator:
    return replace(key, host="evil.example")


def without_its_user(key: Authenticator) -> Authenticator:
    return replace(key, verifies_user=False)


def with_another_key(key: Authenticator) -> Authenticator:
    return Authenticator(
        ORIGIN, HOST, credential_id=key.credential_id, user_handle=key.user_handle, sign_count=key.sign_count
    )


def unknown(key: Authenticator) -> Authenticator:
    return replace(key, credential_id=b"x" * 32)


def of_somebody_else(key: Authenticator) -> Authenticator:
    return replace(key, user_handle=key.user_handle + b"0")


def with_a_counter_that_went_back(key: Authenticator) -> Authenticator:
    return replace(key, sign_count=key.sign_count - 1)


@pytest.mark.parametrize(
    "spoilt",
    [
        of_another_page,
        of_another_host,
        without_its_user,
        with_another_key,
        unknown,
        of_somebody_else,
        with_a_counter_that_went_back,
    ],
)
def test_what_is_not_the_registered_passkey_is_refused(
    desk: AccountDesk, spoilt: Callable[[Authenticator], Authenticator]
) -> None:
    key = registered(desk)
    assert desk.enter_by(key.show(desk.passkey_options()))[0] == 200
    assert desk.enter_by(spoilt(key).show(desk.passkey_options())) == (401, "passkey-refused")


@pytest.mark.parametrize("spoilt", [of_another_page, of_another_host, without_its_user])
def test_what_is_not_made_here_by_its_user_is_not_registered(
    desk: AccountDesk, spoilt: Callable[[Authenticator], Authenticator]
) -> None:
    desk.member(EMAIL)
    token = desk.token(EMAIL)
    assert desk.with_passkey(token, spoilt(authenticator())) == (422, "passkey-not-taken")
    assert desk.ask("GET", "/account/passkeys", token=token) == (200, [])


def test_a_challenge_of_somebody_else_registers_nothing(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    desk.member(OTHER)
    options = desk.ask("POST", "/account/passkeys/options", {}, desk.token(EMAIL))[1]["options"]
    body = {"name": "電話", "credential": authenticator().make(options)}
    assert desk.ask("POST", "/account/passkeys", body, desk.token(OTHER)) == (422, "passkey-not-taken")


def test_several_are_held_named_and_removed(desk: AccountDesk) -> None:
    key = registered(desk)
    token = desk.token(EMAIL)
    assert desk.with_passkey(token, authenticator(), "机")[0] == 201
    assert desk.with_passkey(token, key) == (422, "passkey-not-taken")
    first, second = desk.ask("GET", "/account/passkeys", token=token)[1]
    assert (first["name"], second["name"]) == ("電話", "机")
    named = desk.ask("PUT", f"/account/passkeys/{first['id']}", {"name": "古い電話"}, token)[1]
    assert named["name"] == "古い電話"
    desk.member(OTHER)
    remove = f"/account/passkeys/{first['id']}/remove"
    assert desk.ask("POST", remove, {"password": PASSWORD}, desk.token(OTHER)) == (404, "not-found")
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=11))
    assert desk.ask("POST", remove, {}, token) == (403, "step-up-required")
    assert desk.ask("POST", remove, {"password": PASSWORD}, token)[0] == 204
    assert desk.enter_by(key.show(desk.passkey_options())) == (401, "passkey-refused")
    assert desk.letters(EMAIL)[-1].kind == "passkey-removed"


def test_showing_it_again_is_enough_for_what_a_found_device_must_not_do(desk: AccountDesk) -> None:
    key = registered(desk)
    token = desk.token(EMAIL)
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=11))
    assert desk.ask("POST", "/account/passkeys/options", {}, token) == (403, "step-up-required")
    options = desk.ask("POST", "/account/step-up/options", token=token)[1]["options"]
    assert desk.ask("POST", "/account/step-up", {"credential": key.show(options)}, token)[0] == 204
    assert desk.ask("POST", "/account/passkeys/options", {}, token)[0] == 200
    desk.member(OTHER)
    options = desk.ask("POST", "/account/step-up/options", token=token)[1]["options"]
    answer = {"credential": key.show(options)}
    assert desk.ask("POST", "/account/step-up", answer, desk.token(OTHER)) == (401, "passkey-refused")


CLIENT_DATA = st.one_of(
    st.binary(max_size=60),
    st.builds(
        lambda challenge, kind: json.dumps({"type": kind, "challenge": challenge, "origin": ORIGIN}).encode(),
        st.one_of(st.text(max_size=60), st.integers(), st.none()),
        st.one_of(st.sampled_from(["webauthn.get", "webauthn.create"]), st.integers()),
    ),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)
MADE_UP = st.fixed_dictionaries(
    {},
    optional={
        "id": ANYTHING,
        "rawId": ANYTHING,
        "type": st.sampled_from(["public-key", "x"]),
        "response": st.fixed_dictionaries(
            {
                "clientDataJSON": st.one_of(
                    CLIENT_DATA.map(lambda b: base64.urlsafe_b64encode(b).decode()), ANYTHING
                )
            },
            optional=dict.fromkeys(
                ("authenticatorData", "signature", "userHandle", "attestationObject"), ANYTHING
            ),
        ),
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made_up=MADE_UP)
def test_what_somebody_makes_up_is_refused(desk: AccountDesk, made_up: Credential) -> None:
    assert desk.enter_by(made_up) == (401, "passkey-refused")
    body = {"name": "電話", "credential": made_up}
    assert desk.ask("POST", "/account/passkeys", body, desk.house.first.token) == (422, "passkey-not-taken")
