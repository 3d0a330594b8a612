"""Codes by time and recovery codes, over the API."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from coworking.kit.sealing import FieldKeys
from coworking.membership import AccountRules
from coworking.membership.signing_in.models import RecoveryCode, SecondFactor, place_of_secret
from tests.app.accounts.account_desk import AccountDesk, authenticator

STAFF = "desk@example.jp"


@pytest.fixture
def desk(desk: AccountDesk) -> AccountDesk:
    desk.staff("reception", STAFF)
    return desk


def set_up(desk: AccountDesk, token: str | None = None) -> tuple[pyotp.TOTP, list[str]]:
    token = token or desk.token(STAFF)
    status, enrolment = desk.ask("POST", "/account/second-factor", {}, token)
    assert status == 201
    assert "<svg" in enrolment["qr_svg"]
    assert enrolment["uri"].startswith("otpauth://totp/Rusuban:")
    totp = pyotp.TOTP(enrolment["secret"])
    code = {"code": totp.at(desk.house.clock.now())}
    status, found = desk.ask("POST", "/account/second-factor/confirm", code, token)
    assert status == 200, found
    assert desk.ask("GET", "/account", token=token)[1]["factors_shown"] == 2
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(seconds=30))
    return totp, found["recovery_codes"]


def test_the_password_alone_does_not_let_in_any_more(desk: AccountDesk) -> None:
    totp, _ = set_up(desk)
    assert desk.sign_in(STAFF) == (403, "second-factor-required")
    assert desk.sign_in(STAFF, code="000000") == (401, "code-wrong")
    token = desk.token(STAFF, code=totp.at(desk.house.clock.now()))
    assert desk.ask("GET", "/account", token=token)[1]["factors_shown"] == 2
    assert desk.sign_in(STAFF, "wrong", code=totp.at(desk.house.clock.now())) == (401, "sign-in-refused")


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 401), (0, 200), (30, 200), (60, 401)])
def test_a_code_is_good_near_its_time_and_later_than_the_last(
    desk: AccountDesk, seconds: int, status: int
) -> None:
    totp, _ = set_up(desk)  # half a minute before now, whose code is used
    at = desk.house.clock.now() + timedelta(seconds=seconds)
    assert desk.sign_in(STAFF, code=totp.at(at))[0] == status


def test_a_code_is_taken_once(desk: AccountDesk) -> None:
    totp, _ = set_up(desk)
    code = totp.at(desk.house.clock.now())
    assert desk.sign_in(STAFF, code=code)[0] == 200
    assert desk.sign_in(STAFF, code=code) == (401, "code-wrong")


def test_a_recovery_code_stands_in_once_and_only_its_digest_is_kept(desk: AccountDesk) -> None:
    _, codes = set_up(desk)
    assert len(set(codes)) == 10
    token = desk.token(STAFF, code=f" {codes[0].upper()} ")
    assert desk.sign_in(STAFF, code=codes[0]) == (401, "code-wrong")
    assert desk.ask("GET", "/account", token=token)[1]["recovery_codes_left"] == 9
    renewed = desk.ask("POST", "/account/recovery-codes", {}, token)[1]["recovery_codes"]
    assert desk.sign_in(STAFF, code=codes[1]) == (401, "code-wrong")
    assert desk.sign_in(STAFF, code=renewed[0])[0] == 200
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        kept = session.query(RecoveryCode).all()
        assert len(kept) == 10
        assert not any(renewed[1].replace("-", "").encode() in bytes(one.digest) for one in kept)


def test_guesses_at_the_code_are_slowed_down(desk: AccountDesk) -> None:
    totp, _ = set_up(desk)
    answers = [desk.sign_in(STAFF, code="000000") for _ in range(7)]
    assert answers[:5] == [(401, "code-wrong")] * 5
    assert answers[5:] == [(429, "too-many-attempts")] * 2
    assert desk.sign_in(STAFF, code=totp.at(desk.house.clock.now()))[0] == 429


def test_the_secret_is_sealed(desk: AccountDesk) -> None:
    totp, _ = set_up(desk)
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        factor = session.query(SecondFactor).one()
        keys = desk.house.composition.resources[FieldKeys]
        assert totp.secret.encode() not in bytes(factor.sealed_secret)
        assert keys.open(factor.sealed_secret, place=place_of_secret(factor.account_id)) == totp.secret


def test_it_is_set_up_once_and_taken_off_by_who_shows_a_factor(desk: AccountDesk) -> None:
    totp, _ = set_up(desk)
    token = desk.token(STAFF, code=totp.at(desk.house.clock.now()))
    assert desk.ask("POST", "/account/second-factor", {}, token) == (409, "second-factor-stands")
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=11))
    assert desk.ask("POST", "/account/second-factor/remove", {}, token) == (403, "step-up-required")
    shown = {"code": totp.at(desk.house.clock.now())}
    assert desk.ask("POST", "/account/step-up", shown, token)[0] == 204
    assert desk.ask("POST", "/account/second-factor/remove", {}, token)[0] == 204
    assert desk.sign_in(STAFF)[0] == 200
    assert [one.kind for one in desk.letters(STAFF)] == ["second-factor-on", "second-factor-off"]


def test_a_deployment_may_ask_staff_for_two_factors(desk: AccountDesk) -> None:
    desk.house.composition.resources.provide(
        AccountRules, AccountRules("http://localhost:8000", staff_second_factor_required=True)
    )
    token = desk.token(STAFF)
    assert desk.ask("GET", "/members", token=token) == (403, "second-factor-required")
    key = authenticator()
    assert desk.with_passkey(token, key)[0] == 201
    entered = desk.enter_by(key.show(desk.passkey_options()))[1]["token"]
    assert desk.ask("GET", "/members", token=entered)[0] == 200
    set_up(desk, token)
    assert desk.ask("GET", "/members", token=token)[0] == 200
    assert desk.ask("GET", "/account", token=desk.house.first.token)[0] == 200  # members are asked for one
