"""Ways into somebody else's account that lead nowhere."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from coworking.membership.password_guesses import FAILURES_BEFORE_DELAY
from coworking.membership.signing_in.passkeys import MOST_PER_ACCOUNT
from tests.app.accounts.account_desk import AccountDesk, authenticator
from tests.factories.membership import PASSWORD

EMAIL, STRANGE, STRANGER = "suzuki@example.jp", "strange@example.jp", "a stranger's password"
NEW = "a new password"


def register(desk: AccountDesk, **more: object) -> None:
    body = {"operator": "nex", "email": EMAIL, "name": "よそ者", **more}
    assert desk.ask("POST", "/registrations", body)[0] == 202


def move(desk: AccountDesk, token: str, email: str) -> None:
    assert desk.ask("POST", "/account/mail-address", {"email": email}, token)[0] == 202
    link = {"token": desk.link(email, "mail-address-confirm")}
    assert desk.ask("POST", "/mail-address-confirmations", link)[0] == 200


def invite_staff(desk: AccountDesk) -> str:
    wanted = {"name": "管理 花子", "email": EMAIL, "role": "administrator"}
    assert desk.ask("POST", "/staff-accounts", wanted, desk.house.staff["nex"])[0] == 201
    return "staff-invited"


def invite_representative(desk: AccountDesk) -> str:
    company = desk.member("before@example.jp", kind="company", name="鈴木商店")
    wanted = {"name": "管理 花子", "email": EMAIL}
    path = f"/members/{company.member_id}/representative"
    assert desk.ask("POST", path, wanted, desk.house.staff["nex"])[0] == 200
    return "representative-invited"


@pytest.mark.parametrize(("invite", "kind"), [(invite_staff, "person"), (invite_representative, "company")])
def test_nobody_registers_into_an_invitation(desk: AccountDesk, invite: object, kind: str) -> None:
    assert callable(invite)
    letter = invite(desk)
    register(desk, password=STRANGER, kind=kind)
    assert desk.sign_in(EMAIL, STRANGER)[0] == 401
    opened = {"token": desk.link(EMAIL, letter)}
    assert desk.ask("POST", "/confirmations", opened) == (422, "password-needed")
    assert desk.ask("POST", "/confirmations", {**opened, "password": NEW})[0] == 200
    assert desk.sign_in(EMAIL, STRANGER)[0] == 401
    account = desk.ask("GET", "/account", token=desk.token(EMAIL, NEW))[1]
    assert account["name"] == "管理 花子"


def test_who_opens_the_link_chooses_the_password_where_somebody_else_registered_too(
    desk: AccountDesk,
) -> None:
    register(desk)
    register(desk, password=STRANGER)
    opened = {"token": desk.link(EMAIL, "registration-confirm")}
    assert desk.ask("POST", "/confirmations", opened) == (422, "password-needed")
    assert desk.ask("POST", "/confirmations", {**opened, "password": NEW})[0] == 200
    assert (desk.sign_in(EMAIL, STRANGER)[0], desk.sign_in(EMAIL, NEW)[0]) == (401, 200)


def test_a_mail_address_comes_back_however_often_and_whatever_was_changed(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    owner = desk.token(EMAIL)
    assert desk.with_passkey(owner, authenticator())[0] == 201
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=1))
    thief = desk.token(EMAIL)
    move(desk, thief, STRANGE)
    passkey = authenticator()
    assert desk.with_passkey(thief, passkey)[0] == 201
    secret = desk.ask("POST", "/account/second-factor", {}, thief)[1]["secret"]
    code = {"code": pyotp.TOTP(secret).at(desk.house.clock.now())}
    assert desk.ask("POST", "/account/second-factor/confirm", code, thief)[0] == 200
    move(desk, thief, "stranger@example.jp")
    thiefs_undo = {"token": desk.link(STRANGE, "mail-address-changed")}
    undo = {"token": desk.link(EMAIL, "mail-address-changed")}
    assert desk.ask("POST", "/mail-address-undos", undo) == (200, {"sign_in_name": EMAIL})
    assert desk.ask("POST", "/mail-address-undos", thiefs_undo) == (410, "link-over")
    assert desk.sign_in(EMAIL, PASSWORD) == (401, "sign-in-refused")
    assert desk.enter_by(passkey.show(desk.passkey_options()))[0] == 401
    assert desk.ask("POST", "/password-resets", {"operator": "nex", "email": EMAIL})[0] == 202
    chosen = {"token": desk.link(EMAIL, "password-reset"), "password": NEW}
    assert desk.ask("POST", "/password-resets/complete", chosen)[0] == 200
    assert desk.ask("GET", "/account", token=desk.token(EMAIL, NEW))[1]["passkeys"] == 1  # of before


def test_a_change_of_address_that_was_asked_for_ends_with_the_password(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    token = desk.token(EMAIL)
    assert desk.ask("POST", "/account/mail-address", {"email": STRANGE}, token)[0] == 202
    assert desk.ask("PUT", "/account/password", {"password": PASSWORD, "new_password": NEW}, token)[0] == 204
    link = {"token": desk.link(STRANGE, "mail-address-confirm")}
    assert desk.ask("POST", "/mail-address-confirmations", link) == (410, "link-over")


def test_nobody_uses_up_the_guesses_at_anothers_codes(desk: AccountDesk) -> None:
    account = desk.member(EMAIL)
    for _ in range(FAILURES_BEFORE_DELAY + 1):
        desk.sign_in(f"second factor of account {account.id}", "x")
        desk.sign_in(str(account.id), "x")
    assert desk.ask("POST", "/account/step-up", {"code": "1"}, desk.token(EMAIL)) == (401, "code-wrong")


def test_an_account_has_so_many_passkeys_whenever_their_making_began(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    token = desk.token(EMAIL)
    begun = [
        desk.ask("POST", "/account/passkeys/options", {}, token)[1]["options"]
        for _ in range(MOST_PER_ACCOUNT + 1)
    ]
    answers = [
        desk.ask(
            "POST", "/account/passkeys", {"name": "電話", "credential": authenticator().make(one)}, token
        )
        for one in begun
    ]
    assert [status for status, _ in answers[:-1]] == [201] * MOST_PER_ACCOUNT
    assert answers[-1] == (409, "too-many-passkeys")


def test_a_long_name_gets_its_letters(desk: AccountDesk) -> None:
    desk.member(EMAIL, name="寿" * 200)
    assert desk.ask("POST", "/password-resets", {"operator": "nex", "email": EMAIL})[0] == 202
    [letter] = desk.letters(EMAIL, "password-reset")
    assert letter.subject.endswith("寿…")


def test_a_removed_administrator_hears_of_no_member_any_more(desk: AccountDesk) -> None:
    admin = desk.house.staff["nex"]
    address = "gone@example.jp"
    gone = desk.staff("administrator", address)
    member = desk.member(EMAIL)
    token = desk.token(EMAIL)
    wanted = {"member_id": member.member_id, "category": "other", "question": "鍵は?"}

    def asked() -> int:
        category = desk.ask("GET", "/inquiry-categories", token=token)[1][0]["name"]
        assert desk.ask("POST", "/inquiries", {**wanted, "category": category}, token)[0] == 201
        return len(desk.letters(address, "inquiry-made"))

    assert asked() == 1
    assert desk.ask("DELETE", f"/staff-accounts/{gone.id}", token=admin)[0] == 204
    assert asked() == 1


def test_who_applies_for_themselves_begins_today_or_later_and_once(desk: AccountDesk) -> None:
    desk.staff("member", EMAIL)  # an account without a membership
    token = desk.token(EMAIL)
    wanted = {"name": "鈴木", "email": EMAIL, "plan": "virtual-office"}
    past = {**wanted, "starts_on": "2020-01-01"}
    assert desk.ask("POST", "/applications", past, token) == (422, "validation-failed")
    assert desk.ask("POST", "/applications", wanted, token)[0] == 201
    assert desk.ask("POST", "/applications", wanted, token) == (403, "not-permitted")


@pytest.mark.parametrize("path", ["/members", "/applications"])
def test_no_membership_begins_before_all_memory(desk: AccountDesk, path: str) -> None:
    wanted = {"name": "古い", "email": EMAIL, "plan": "virtual-office", "starts_on": "0001-01-01"}
    assert desk.ask("POST", path, wanted, desk.house.staff["nex"]) == (422, "validation-failed")
