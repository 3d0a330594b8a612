"""Signing in over the HTTP API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house, problem
from tests.factories.membership import NOW, PASSWORD, make_account


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def test_signing_in_gives_a_token_that_works_until_its_end(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        make_account(session, operator_id, sign_in_name="sato@example.jp")
    body = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    answer = house.ask("POST", "/api/sign-in", body=body)
    assert answer.status == 200
    token = json.loads(answer.body)["token"]
    assert house.ask("GET", "/api/members", token=token).status == 200
    house.clock.advance_to(NOW + timedelta(days=30))
    assert house.ask("GET", "/api/members", token=token).status == 401


def test_a_refused_sign_in_looks_alike_whatever_was_wrong(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        make_account(session, operator_id, sign_in_name="sato@example.jp")
    right = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    wrong: list[dict[str, str | None]] = [
        {"password": "wrong"},
        {"email": "unknown@example.jp"},
        {"operator": "other"},
        {"operator": "nobody"},
        {"operator": None},  # two are served here
    ]
    found = {house.ask("POST", "/api/sign-in", body={**right, **change}).body for change in wrong}
    assert len(found) == 1
    assert json.loads(found.pop())["code"] == "sign-in-refused"


def test_guessing_is_slowed_down_alike_for_known_and_unknown_names(house: ApiHouse) -> None:
    with house.composition.database.transaction(house.first.operator_id) as session:
        make_account(session, house.first.operator_id, sign_in_name="sato@example.jp")
    found = []
    for name in ("sato@example.jp", "unknown@example.jp"):
        body = {"email": name, "password": "wrong", "operator": "nex"}
        answers = [house.ask("POST", "/api/sign-in", body=body) for _ in range(6)]
        found.append([(answer.status, answer.body, answer.header("retry-after")) for answer in answers])
    assert found[0] == found[1]
    assert [(status, waits) for status, _, waits in found[0]] == [(401, None)] * 5 + [(429, "30")]
    right = {"email": "sato@example.jp", "password": PASSWORD, "operator": "nex"}
    assert problem(house.ask("POST", "/api/sign-in", body=right))["code"] == "too-many-attempts"
    house.clock.advance_to(house.clock.now() + timedelta(seconds=30))
    assert house.ask("POST", "/api/sign-in", body=right).status == 200
