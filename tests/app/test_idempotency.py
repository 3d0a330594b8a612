"""R01: a change with an Idempotency-Key happens once, whatever becomes of its answers."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import app.idempotent_requests
from app.asgi import Answer
from app.idempotent_requests import takes_key
from app.request_sizes import LARGEST_REQUEST
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house, problem

PARALLEL = 50
NEW_MEMBER = {"kind": "person", "name": "鈴木", "email": "suzuki@example.jp", "plan": "virtual-office"}


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def join(house: ApiHouse, key: str, body: Any = NEW_MEMBER, *, token: str | None = None) -> Answer:
    return house.ask(
        "POST",
        "/api/members",
        token=token or house.staff["nex"],
        body=body,
        headers={"idempotency-key": key},
    )


def members(house: ApiHouse) -> int:
    return house.rows()["members"]


def test_sent_again_it_has_the_same_answer_and_no_second_effect(house: ApiHouse) -> None:
    before = members(house)
    first, again = join(house, "join-1"), join(house, "join-1")
    assert (first.status, again.status) == (201, 201)
    assert json.loads(again.body) == json.loads(first.body)
    assert (first.header("idempotent-replayed"), again.header("idempotent-replayed")) == (None, "true")
    assert members(house) == before + 1
    assert join(house, "join-2").status == 201
    assert members(house) == before + 2


def test_a_key_with_another_request_is_refused(house: ApiHouse) -> None:
    assert join(house, "join-1").status == 201
    before = members(house)
    refused = join(house, "join-1", NEW_MEMBER | {"name": "田中"})
    assert (refused.status, problem(refused)["code"]) == (409, "idempotency-key-reused")
    assert members(house) == before


def test_a_refused_change_can_be_mended_under_its_key(house: ApiHouse) -> None:
    refused = join(house, "join-1", NEW_MEMBER | {"plan": "castle"})
    assert problem(refused)["code"] == "plan-not-allowed"
    assert join(house, "join-1").status == 201


def test_keys_belong_to_an_account(house: ApiHouse) -> None:
    url = f"/api/lines/{house.first.line_id}/forwarding"
    for token, status in ((house.first.token, 200), (house.second.token, 404)):
        answer = house.ask("PUT", url, token=token, body={"on": False}, headers={"idempotency-key": "off"})
        assert answer.status == status


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_has_a_length(house: ApiHouse, key: str) -> None:
    before = members(house)
    assert problem(join(house, key))["code"] == "validation-failed"
    assert members(house) == before


def test_parallel_posts_of_one_key_are_one_change(house: ApiHouse) -> None:
    before = members(house)
    with ThreadPoolExecutor(PARALLEL) as threads:
        answers = list(threads.map(lambda _: join(house, "join-1"), range(PARALLEL)))
    assert {answer.status for answer in answers} <= {201, 503}  # 503: no connection was free, send it again
    told = {answer.body for answer in answers if answer.status == 201}
    assert len(told) == 1
    assert members(house) == before + 1
    assert join(house, "join-1").body == told.pop()


def test_killed_between_the_commit_and_the_answer(house: ApiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    before = members(house)
    leave = app.idempotent_requests._leave

    def commit_and_die(*arguments: Any) -> None:
        leave(*arguments)
        os.kill(os.getpid(), signal.SIGKILL)

    house.composition.database.engine.dispose()
    child = os.fork()
    if child == 0:
        try:
            monkeypatch.setattr(app.idempotent_requests, "_leave", commit_and_die)
            join(house, "join-1")
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert members(house) == before + 1
    again = join(house, "join-1")
    assert (again.status, again.header("idempotent-replayed")) == (201, "true")
    assert members(house) == before + 1


def test_the_description_tells_of_the_key(house: ApiHouse) -> None:
    for operation in house.operations():
        takes = "Idempotency-Key" in operation.parameters("header")
        keeps = operation.method != "GET" and operation.takes_token and takes_key(operation.path)
        assert takes == keeps, operation.name
    assert not takes_key("/api/account/second-factor")


def test_a_request_has_a_size(house: ApiHouse) -> None:
    refused = house.ask("POST", "/api/members", token=house.staff["nex"], raw=b" " * (LARGEST_REQUEST + 1))
    assert (refused.status, problem(refused)["code"]) == (413, "request-too-large")
