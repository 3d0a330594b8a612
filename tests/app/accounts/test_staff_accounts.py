"""Who may what, accounts of staff, and a company's representative, over the API."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from coworking.membership import Right
from coworking.membership.models import Account, Company, Member
from coworking.membership.roles import RIGHTS
from tests.app.accounts.account_desk import AccountDesk, authenticator
from tests.factories.membership import PASSWORD, make_account

ADMIN, NEW_EMAIL, NEW = "chief@example.jp", "new@example.jp", "a new password"


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("member", set()),
        ("company-representative", set()),
        ("reception", {Right.SERVE, Right.PERSONS}),
        ("billing", {Right.SERVE, Right.MONEY}),
        ("administrator", set(Right)),
    ],
)
def test_what_each_role_may(role: str, rights: set[Right]) -> None:
    assert RIGHTS[role] == rights


@pytest.mark.parametrize(
    ("method", "path", "body", "allowed"),
    [
        ("GET", "/members", None, {"reception", "billing", "administrator"}),
        ("POST", "/members/{member}/refuse", {"reason": "x"}, {"reception", "administrator"}),
        ("POST", "/calls/{call}/reverse", {"reason": "x"}, {"billing", "administrator"}),
        ("GET", "/margins", None, {"billing", "administrator"}),
        ("GET", "/staff-accounts", None, {"administrator"}),
    ],
)
def test_each_role_reaches_what_it_may(
    desk: AccountDesk, method: str, path: str, body: object, allowed: set[str]
) -> None:
    path = path.format(member=desk.house.first.member_id, call=desk.house.first.call)
    for role in ("reception", "billing", "administrator"):
        desk.staff(role, f"{role}@example.jp")
        answer = desk.ask(method, path, body, desk.token(f"{role}@example.jp"))
        assert (answer != (403, "not-permitted")) == (role in allowed), role


def test_staff_are_invited_changed_and_removed(desk: AccountDesk) -> None:
    admin = desk.house.staff["nex"]
    wanted = {"name": "受付 花子", "email": NEW_EMAIL, "role": "reception"}
    status, invited = desk.ask("POST", "/staff-accounts", wanted, admin)
    assert (status, invited["confirmed_at"]) == (201, None)
    assert desk.ask("POST", "/staff-accounts", wanted, admin) == (409, "sign-in-name-taken")
    token = {"token": desk.link(NEW_EMAIL, "staff-invited"), "password": NEW}
    assert desk.ask("POST", "/confirmations", token)[0] == 200
    entered = desk.token(NEW_EMAIL, NEW)
    account = f"/staff-accounts/{invited['id']}"
    assert desk.ask("PUT", f"{account}/role", {"role": "billing"}, admin)[1]["role"] == "billing"
    assert desk.ask("GET", "/account", token=entered)[1]["role"] == "billing"
    assert desk.ask("DELETE", account, token=entered) == (403, "not-permitted")
    assert desk.ask("DELETE", account, token=admin)[0] == 204
    assert desk.ask("GET", "/account", token=entered) == (401, "sign-in-required")
    assert desk.sign_in(NEW_EMAIL, NEW) == (401, "sign-in-refused")
    assert desk.ask("DELETE", account, token=admin) == (404, "not-found")
    assert desk.ask("POST", "/staff-accounts", wanted, admin)[0] == 201


def test_the_last_administrator_stays(desk: AccountDesk) -> None:
    admin = desk.house.staff["nex"]
    own = desk.ask("GET", "/account", token=admin)[1]["id"]
    assert desk.ask("DELETE", f"/staff-accounts/{own}", token=admin) == (409, "last-administrator")
    role = {"role": "billing"}
    assert desk.ask("PUT", f"/staff-accounts/{own}/role", role, admin) == (409, "last-administrator")
    desk.staff("administrator", ADMIN)
    assert desk.ask("DELETE", f"/staff-accounts/{own}", token=admin)[0] == 204


def test_the_company_account_is_handed_on(desk: AccountDesk) -> None:
    before, after = "tanaka@example.jp", "successor@example.jp"
    account = desk.member(before, kind="company", name="鈴木商店")
    name = f"{before}/company"
    token, key = desk.token(name), authenticator()
    assert desk.with_passkey(token, key)[0] == 201
    path = f"/members/{account.member_id}/representative"
    successor = {"name": "後任 花子", "email": after, "password": PASSWORD}
    assert desk.ask("POST", path, {**successor, "password": "wrong"}, token) == (422, "password-wrong")
    assert desk.ask("POST", path, successor, token) == (200, {"sign_in_name": after})
    assert desk.ask("GET", "/account", token=token)[0] == 401
    assert desk.sign_in(name) == (401, "sign-in-refused")
    assert desk.enter_by(key.show(desk.passkey_options())) == (401, "passkey-refused")
    assert desk.letters(before)[-1].kind == "representative-replaced"
    chosen = {"token": desk.link(after, "representative-invited"), "password": NEW}
    assert desk.ask("POST", "/confirmations", chosen) == (200, {"sign_in_name": after})
    assert desk.token(after, NEW)
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        member = session.get_one(Member, account.member_id)
        company = session.get_one(Company, member.company_id)
        assert (member.person.name, company.representative_id) == ("後任 花子", member.person_id)


def test_a_successor_may_have_an_account_of_their_own(desk: AccountDesk) -> None:
    account = desk.member("tanaka@example.jp", kind="company", name="鈴木商店")
    desk.member(NEW_EMAIL)
    path = f"/members/{account.member_id}/representative"
    found = desk.ask("POST", path, {"name": "後任", "email": NEW_EMAIL}, desk.house.staff["nex"])
    assert found == (200, {"sign_in_name": f"{NEW_EMAIL}/2"})
    assert desk.sign_in(NEW_EMAIL)[0] == 200


def test_a_person_has_no_representative(desk: AccountDesk) -> None:
    path = f"/members/{desk.house.first.member_id}/representative"
    body = {"name": "後任", "email": NEW_EMAIL}
    assert desk.ask("POST", path, body, desk.house.staff["nex"]) == (409, "not-a-company")


def test_a_company_has_one_representative(desk: AccountDesk) -> None:
    account = desk.member("tanaka@example.jp", kind="company", name="鈴木商店")
    with desk.house.composition.database.transaction(desk.operator_id) as session:
        member = session.get_one(Member, account.member_id)
        second = make_account(session, desk.operator_id, member=member, sign_in_name="second@example.jp")
        role = update(Account).where(Account.id == second.id).values(role="company-representative")
        with pytest.raises(IntegrityError, match="uq_accounts_representative"), session.begin_nested():
            session.execute(role)
        none = update(Company).where(Company.id == member.company_id).values(representative_id=None)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(none)
        assert session.scalars(select(Account.role).where(Account.id == second.id)).one() == "member"
