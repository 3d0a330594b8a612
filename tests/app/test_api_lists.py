"""What the lists of the HTTP API show to whom, and in which pages (R26)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from coworking.kit.db import Database
from tests.api_doors import REFUSED_HERE, STAFF_ONLY
from tests.api_house import ApiHouse, open_house, problem
from tests.factories.membership import make_account, make_token

EMPTY_HERE = {"GET /api/call-review", "GET /api/caps", "GET /api/reconciliation-cases"}
"""What nobody has reached or compared in this house; their pages are tested beside them."""

DAYS, TIMES = ("2026-06-01", "2026-06-02"), ("2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z")
SPANS = (
    ("from_day", "to_day", DAYS),
    ("issued_from", "issued_to", DAYS),
    ("due_from", "due_to", DAYS),
    ("booked_from", "booked_to", DAYS),
    ("from_at", "until_at", TIMES),
    ("starts_at", "ends_at", TIMES),
)
OTHER_SPANS = {"GET /api/call-review"}
"""Its days are also bounded, which its own refusal says."""


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def test_lists_show_what_is_ones_own(house: ApiHouse) -> None:
    others = [house.second, house.foreign]
    asked = 0
    for operation in house.operations():
        if (
            operation.method != "GET"
            or operation.parameters("path")
            or operation.name in STAFF_ONLY | REFUSED_HERE
        ):
            continue
        filters = [name for name in operation.parameters("query") if name in {"member_id", "line_id"}]
        queries = ["", *(f"?{name}={getattr(other, name)}" for name in filters for other in others)]
        for query in queries:
            answer = house.ask("GET", operation.path + query, token=house.first.token)
            text = answer.body.decode()
            assert answer.status == 200
            for other in others:
                assert other.call not in text
                assert other.number not in text
                assert f'member:{other.member_id}"' not in text
                assert f'"member_id":{other.member_id},' not in text
            asked += 1
    assert asked >= 8


def test_lists_of_staff_show_their_operator_only(house: ApiHouse) -> None:
    for operation in house.operations():
        if operation.name in REFUSED_HERE:
            continue
        if operation.method == "GET" and not operation.parameters("path"):
            answer = house.ask("GET", f"{operation.path}", token=house.staff["nex"])
            text = answer.body.decode()
            assert answer.status == 200
            for secret in (house.foreign.call, house.foreign.number, f'member:{house.foreign.member_id}"'):
                assert secret not in text, operation.name


def test_an_account_that_is_neither_staff_nor_a_member_sees_nothing(house: ApiHouse) -> None:
    operator_id = house.first.operator_id
    with house.composition.database.transaction(operator_id) as session:
        odd = make_token(session, make_account(session, operator_id, role="member"))
    for path in ("/api/charges", "/api/charges/months", "/api/notices", "/api/lines", "/api/calls"):
        answer = house.ask("GET", path, token=odd)
        shown = json.loads(answer.body)
        assert (shown["items"] if isinstance(shown, dict) else shown) == [], path


def test_lists_come_in_pages(house: ApiHouse) -> None:
    paged = [
        operation
        for operation in house.operations()
        # Lists of what belongs to one thing have tests of their own.
        if operation.method == "GET"
        and "after" in operation.parameters("query")
        and not operation.parameters("path")
        and operation.name not in EMPTY_HERE
    ]
    assert len(paged) >= 6
    for operation in paged:
        token = house.staff["nex"]
        whole = json.loads(house.ask("GET", operation.path, token=token).body)
        assert len(whole["items"]) >= 2, operation.name
        assert whole["next"] is None
        collected: list[Any] = []
        after: int | None = 0
        while after is not None:
            shown = json.loads(house.ask("GET", f"{operation.path}?limit=1&after={after}", token=token).body)
            assert len(shown["items"]) <= 1
            collected += shown["items"]
            after = shown["next"]
        assert collected == whole["items"], operation.name


def test_a_page_that_cannot_be_is_refused(house: ApiHouse) -> None:
    for path in ("/api/members", "/api/lines", "/api/numbers", "/api/charges", "/api/notices", "/api/calls"):
        for query in ("limit=0", "limit=201", "limit=x", "after=-1", "after=x", f"after={2**63}"):
            answer = house.ask("GET", f"{path}?{query}", token=house.staff["nex"])
            assert (answer.status, problem(answer)["code"]) == (422, "validation-failed"), (path, query)
        assert house.ask("GET", f"{path}?after={2**63 - 1}", token=house.staff["nex"]).status == 200
    spans = 0
    for operation in house.operations():
        asked = operation.parameters("query")
        for first, last, values in SPANS:
            if operation.name not in OTHER_SPANS and {first, last, "after"} <= set(asked):
                url = house.url_of(operation, house.first).replace("{operator}", "nex")
                answer = house.ask(
                    "GET", f"{url}?{first}={values[1]}&{last}={values[0]}", token=house.staff["nex"]
                )
                assert (answer.status, problem(answer)["code"]) == (422, "ends-before-it-starts"), url
                spans += 1
    assert spans >= 40
