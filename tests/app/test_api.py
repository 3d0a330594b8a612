"""The edges of the HTTP API, walked through by its own description (R26)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from app.asgi import Answer
from coworking.kit.db import Database
from coworking.membership import revoke_token
from tests.api_doors import EVERY_MEMBERS, OPEN_TO_ALL, REFUSED_HERE, STAFF_ONLY
from tests.api_house import ApiHouse, Operation, open_house, problem
from tests.factories.membership import NOW, PASSWORD, make_account, make_token


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def answers(house: ApiHouse, ask: Callable[[Operation], Answer | None]) -> dict[str, tuple[int, str | None]]:
    """Status and code by operation, of those that were asked."""
    found = {}
    for operation in house.operations():
        answer = ask(operation)
        if answer is not None:
            code = problem(answer)["code"] if answer.status >= 400 else None
            found[operation.name] = (answer.status, code)
    return found


def test_every_operation_asks_for_a_token_but_the_one_that_gives_it(house: ApiHouse) -> None:
    assert {operation.name for operation in house.operations() if not operation.takes_token} == OPEN_TO_ALL


def bad_tokens(house: ApiHouse) -> dict[str, str]:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        account = make_account(session, operator_id)
        over = make_token(session, account, now=NOW - timedelta(days=1), valid_for=timedelta(days=1))
        revoked = make_token(session, account)
        revoke_token(session, revoked, NOW)
    return {
        "empty": "",
        "no token": "x",
        "unknown": f"rsb_{operator_id}_{'A' * 43}",
        "of nobody": f"rsb_999999_{'A' * 43}",
        "moved": house.first.token.replace(f"rsb_{operator_id}_", f"rsb_{house.foreign.operator_id}_"),
        "over": over,
        "revoked": revoked,
    }


def test_without_a_good_token_nobody_gets_in(house: ApiHouse) -> None:
    before = house.rows()
    for token in [None, *bad_tokens(house).values()]:
        found = answers(
            house,
            lambda operation, token=token: (
                house.call(operation, house.first, token=token) if operation.takes_token else None
            ),
        )
        assert set(found.values()) == {(401, "sign-in-required")}, token
    after = house.rows()
    assert {name for name in after if after[name] != before[name]} <= {"people", "accounts", "tokens"}


def test_another_scheme_is_no_token(house: ApiHouse) -> None:
    for scheme in ("Basic", "bearer x", "Token"):
        header = {"authorization": f"{scheme} {house.first.token}"}
        assert house.ask("GET", "/api/lines", headers=header).status == 401


def test_a_refusal_names_the_way_in(house: ApiHouse) -> None:
    answer = house.ask("GET", "/api/lines")
    assert answer.header("www-authenticate") == "Bearer"


def test_members_are_kept_from_what_is_for_staff(house: ApiHouse) -> None:
    before = house.rows()
    found = answers(
        house,
        lambda operation: (
            house.call(operation, house.first, token=house.first.token)
            if operation.name in STAFF_ONLY
            else None
        ),
    )
    assert set(found) == STAFF_ONLY
    assert set(found.values()) == {(403, "not-permitted")}
    assert house.rows() == before


def test_everything_else_works_on_what_is_ones_own(house: ApiHouse) -> None:
    register = f"/api/lines/{house.first.line_id}/registered-phones"
    body = {"number": house.first.phone, "password": PASSWORD}
    assert house.ask("POST", register, token=house.first.token, body=body).status == 201
    found = {
        operation.name: house.call(operation, house.first, token=house.first.token).status
        for operation in sorted(house.operations(), key=when_to_call)
        if operation.takes_token and operation.name not in STAFF_ONLY | REFUSED_HERE
    }
    assert {name: status for name, status in found.items() if status >= 300} == {}


def when_to_call(operation: Operation) -> int:
    """What is taken away can be taken away first, so that it can be set, but for what nobody can make again; what
    others need, such as the password that they show, changes last."""
    if operation.name in {"DELETE /api/voicemail/{message_id}", "POST /api/mail/{mail_item_id}/not-mine"}:
        return 2
    if operation.name == "POST /api/account/passkeys/{passkey_id}/remove":
        return 3
    if operation.name == "PUT /api/account/password":
        return 4
    return 0 if operation.method == "DELETE" else 1


def names_somebody(operation: Operation) -> bool:
    """What is published names an operator, and is there for everybody; so are months, places, doors and spaces."""
    names = operation.parameters("path").keys() - {"door", "month", "period", "site", "space"}
    return operation.takes_token and (bool(names) or operation.name == "POST /api/lines")


# Staff see every member of their operator.
@pytest.mark.parametrize(
    ("who", "whose"), [("member", "second"), ("member", "foreign"), ("staff", "foreign")]
)
def test_what_is_anothers_is_as_if_it_were_not_there(house: ApiHouse, who: str, whose: str) -> None:
    before = house.rows()
    token = house.first.token if who == "member" else house.staff["nex"]
    tenant = getattr(house, whose)
    found = answers(
        house,
        lambda operation: (
            house.call(operation, tenant, token=token)
            if names_somebody(operation)
            and not (who == "member" and operation.name in STAFF_ONLY)
            and not (whose == "second" and operation.name in EVERY_MEMBERS)
            else None
        ),
    )
    assert len(found) >= 9
    assert {name: got for name, got in found.items() if got != (404, "not-found")} == {}
    assert house.rows() == before


def test_problems_speak_the_readers_language(house: ApiHouse) -> None:
    for language, word in (("ja", "サインイン"), ("en-GB,en;q=0.9", "Sign in")):
        answer = house.ask("GET", "/api/lines", headers={"accept-language": language})
        assert word in problem(answer)["detail"]


def test_no_such_place_is_a_problem_too(house: ApiHouse) -> None:
    for method, url, status, code in (
        ("GET", "/api/nothing", 404, "not-found"),
        ("GET", "/api/lines/abc", 422, "validation-failed"),
        ("PATCH", "/api/lines", 405, "http-405"),
    ):
        answer = house.ask(method, url, token=house.first.token)
        assert (answer.status, problem(answer)["code"]) == (status, code)
