"""Registering, forgotten passwords and changed mail addresses, over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from coworking.membership.models import Member
from coworking.membership.signing_in.mail_limits import MOST_PER_ADDRESS_AN_HOUR, MOST_PER_ORIGIN_AN_HOUR
from coworking.membership.signing_in.models import MailedLink
from tests.app.accounts.account_desk import AccountDesk
from tests.factories.membership import PASSWORD

EMAIL, OTHER = "suzuki@example.jp", "hanako@example.jp"
NEW = "a new password"


def register(desk: AccountDesk, email: str = EMAIL, **more: object) -> tuple[int, object]:
    body = {"operator": "nex", "email": email, "name": "鈴木 次郎", **more}
    return desk.ask("POST", "/registrations", body)


def reset(desk: AccountDesk, email: str) -> tuple[int, object]:
    return desk.ask("POST", "/password-resets", {"operator": "nex", "email": email})


def member_of(desk: AccountDesk, email: str) -> Member:
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        return session.scalars(select(Member).where(Member.person.has(email=email))).one()


def test_who_registers_is_a_free_member_once_the_link_was_opened(desk: AccountDesk) -> None:
    assert register(desk) == (202, {"accepted": True})
    assert member_of(desk, EMAIL).status == "applied"
    token = desk.link(EMAIL, "registration-confirm")
    assert desk.ask("POST", "/confirmations", {"token": token}) == (422, "password-needed")
    chosen = {"token": token, "password": NEW}
    assert desk.ask("POST", "/confirmations", chosen) == (200, {"sign_in_name": EMAIL})
    assert desk.ask("POST", "/confirmations", chosen) == (410, "link-over")
    member = member_of(desk, EMAIL)
    assert (member.status, member.plan) == ("active", "spot-use")
    assert desk.sign_in(EMAIL, NEW)[0] == 200


def test_a_password_that_came_along_lets_in_at_once_where_nothing_is_to_be_confirmed(
    desk: AccountDesk,
) -> None:
    register(desk, password=NEW)
    assert desk.sign_in(EMAIL, NEW)[0] == 200
    assert [one.kind for one in desk.letters(EMAIL)] == ["registration-complete"]


def test_the_answer_does_not_tell_whether_the_address_is_known(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    known = register(desk, password=NEW)
    assert known == register(desk, OTHER, password=NEW) == (202, {"accepted": True})
    assert desk.sign_in(EMAIL, NEW) == (401, "sign-in-refused")
    assert [one.kind for one in desk.letters(EMAIL)] == ["registration-known"]
    assert reset(desk, EMAIL) == reset(desk, "nobody@example.jp") == (202, {"accepted": True})


def test_who_registers_again_before_opening_the_link_gets_another_link(desk: AccountDesk) -> None:
    register(desk)
    first = desk.link(EMAIL, "registration-confirm")
    register(desk, name="鈴木 三郎")
    second = {"token": desk.link(EMAIL, "registration-confirm"), "password": NEW}
    assert desk.ask("POST", "/confirmations", {"token": first, "password": NEW}) == (410, "link-over")
    assert desk.ask("POST", "/confirmations", second)[0] == 200
    assert member_of(desk, EMAIL).name == "鈴木 三郎"


@pytest.mark.parametrize("ask", [register, reset])
def test_an_address_has_its_share_of_mails(desk: AccountDesk, ask: object) -> None:
    assert callable(ask)
    if ask is reset:
        desk.member(EMAIL)
    answers = {str(ask(desk, EMAIL)) for _ in range(MOST_PER_ADDRESS_AN_HOUR + 2)}
    assert answers == {str((202, {"accepted": True}))}
    assert len(desk.letters(EMAIL)) == MOST_PER_ADDRESS_AN_HOUR
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(hours=1))
    ask(desk, EMAIL)
    assert len(desk.letters(EMAIL)) == MOST_PER_ADDRESS_AN_HOUR + 1


def test_who_asks_for_many_addresses_has_to_wait(desk: AccountDesk) -> None:
    for serial in range(MOST_PER_ORIGIN_AN_HOUR):
        reset(desk, f"nobody-{serial}@example.jp")
    assert reset(desk, EMAIL) == (429, "too-many-requests")


def test_one_mail_for_each_account_of_the_address_and_the_link_works_once(desk: AccountDesk) -> None:
    desk.member(EMAIL, name="鈴木 次郎")
    desk.member(EMAIL, kind="company", name="鈴木商店")
    was_in = desk.token(EMAIL)
    reset(desk, EMAIL.upper())
    letters = desk.letters(EMAIL, "password-reset")
    assert [one.subject for one in letters] == [
        "パスワードの再設定: 鈴木 次郎",
        "パスワードの再設定: 鈴木商店",
    ]
    assert f"{EMAIL}/company" in letters[1].body
    chosen = {"token": desk.link(EMAIL, "password-reset"), "password": NEW}
    assert desk.ask("POST", "/password-resets/complete", chosen) == (
        200,
        {"sign_in_name": f"{EMAIL}/company"},
    )
    assert desk.ask("POST", "/password-resets/complete", chosen) == (410, "link-over")
    assert desk.sign_in(f"{EMAIL}/company", NEW)[0] == 200
    assert desk.ask("GET", "/account", token=was_in)[0] == 200  # the other account is as it was
    assert len(desk.letters(EMAIL, "password-changed")) == 1


def test_a_reset_signs_out_everywhere_and_its_link_is_over_after_an_hour(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    was_in = desk.token(EMAIL)
    reset(desk, EMAIL)
    token = desk.link(EMAIL, "password-reset")
    reset(desk, EMAIL)
    late = desk.link(EMAIL, "password-reset")
    assert desk.ask("POST", "/password-resets/complete", {"token": token, "password": NEW}) == (
        410,
        "link-over",
    )
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=59))
    assert desk.ask("POST", "/password-resets/complete", {"token": late, "password": NEW})[0] == 200
    assert desk.ask("GET", "/account", token=was_in) == (401, "sign-in-required")
    reset(desk, EMAIL)
    over = desk.link(EMAIL, "password-reset")
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(hours=1))
    assert desk.ask("POST", "/password-resets/complete", {"token": over, "password": NEW}) == (
        410,
        "link-over",
    )


def test_only_digests_of_links_are_kept(desk: AccountDesk) -> None:
    register(desk)
    token = desk.link(EMAIL, "registration-confirm")
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        kept = session.scalars(select(MailedLink)).one()
        assert token.encode() not in bytes(kept.digest)
        assert len(kept.digest) == 32
    foreign = token.replace(f"rsl_{desk.operator_id}_", f"rsl_{desk.house.foreign.operator_id}_")
    for wrong in (foreign, "x", "rsl_999999999_" + "A" * 43, ""):
        assert desk.ask("POST", "/confirmations", {"token": wrong, "password": NEW}) == (410, "link-over")


def test_a_password_is_changed_by_who_knows_it(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    here, elsewhere = desk.token(EMAIL), desk.token(EMAIL)
    desk.house.clock.advance_to(desk.house.clock.now() + timedelta(minutes=11))
    put = ("PUT", "/account/password")
    assert desk.ask(*put, {"new_password": NEW}, here) == (403, "step-up-required")
    assert desk.ask(*put, {"password": "wrong", "new_password": NEW}, here) == (422, "password-wrong")
    assert desk.ask(*put, {"password": PASSWORD, "new_password": NEW}, here)[0] == 204
    assert desk.ask("GET", "/account", token=here)[0] == 200
    assert desk.ask("GET", "/account", token=elsewhere)[0] == 401
    assert desk.sign_in(EMAIL)[0] == 401
    assert len(desk.letters(EMAIL, "password-changed")) == 1


def test_a_mail_address_is_proven_told_to_the_old_one_and_taken_back(desk: AccountDesk) -> None:
    desk.member(EMAIL)
    other = desk.member(EMAIL, kind="company", name="鈴木商店")
    token = desk.token(EMAIL)
    assert desk.ask("POST", "/account/mail-address", {"email": OTHER}, token)[0] == 202
    assert desk.letters(EMAIL) == []
    link = {"token": desk.link(OTHER, "mail-address-confirm")}
    assert desk.ask("POST", "/mail-address-confirmations", link) == (200, {"sign_in_name": OTHER})
    assert desk.ask("POST", "/mail-address-confirmations", link) == (410, "link-over")
    assert desk.sign_in(OTHER)[0] == 200
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        assert session.merge(other).person.email == EMAIL  # each account on its own (JSUG-04)
    undo = {"token": desk.link(EMAIL, "mail-address-changed")}
    assert desk.ask("POST", "/mail-address-undos", undo) == (200, {"sign_in_name": EMAIL})
    assert desk.ask("GET", "/account", token=token)[0] == 401
    assert desk.sign_in(EMAIL)[0] == 401  # who changed the address may know the password


def test_registrations_leave_no_second_member(desk: AccountDesk) -> None:
    for _ in range(3):
        register(desk, password=NEW)
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        assert (
            session.scalar(select(func.count()).select_from(Member).where(Member.person.has(email=EMAIL)))
            == 1
        )
