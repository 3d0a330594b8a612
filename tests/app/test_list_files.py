"""Every list of the HTTP API is sorted by whatever it offers, and comes whole as a file (issue 4)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import app.list_files
import coworking.kit.paging
from coworking.kit.audit import AuditEntry
from coworking.kit.db import Database
from tests.api_doors import REFUSED_HERE
from tests.api_house import ApiHouse, Operation, open_house, problem

CSV = {"accept": "text/csv"}
COUNTED = {"GET /api/billing-runs/{period}/preview"}
"""Not rows of a table: accounts as they would be billed, with an order and a file of their own."""


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def lists(house: ApiHouse) -> list[Operation]:
    return [
        one
        for one in house.operations()
        if one.method == "GET" and "after" in one.parameters("query") and one.name not in COUNTED
    ]


def url_of(house: ApiHouse, operation: Operation) -> str:
    return house.url_of(operation, house.first).replace("{operator}", "nex")


def rows_of(house: ApiHouse, url: str) -> Any:
    answer = house.ask("GET", url, token=house.staff["nex"])
    assert answer.status == 200, url
    return json.loads(answer.body)


def flat(item: dict[str, Any], column: str) -> str:
    found: Any = item
    for name in column.split("."):
        found = found.get(name) if found is not None else None
    if found is None or (isinstance(found, str | int | float) and not isinstance(found, bool)):
        return "" if found is None else str(found)
    return json.dumps(found, ensure_ascii=False)


def test_every_list_comes_in_every_order_it_offers_each_row_once(house: ApiHouse) -> None:
    walked = 0
    for operation in lists(house):
        url, names = url_of(house, operation), operation.parameters("query")["sort"]["enum"]
        assert {"id", "-id"} <= set(names), operation.name
        orders = {name: rows_of(house, f"{url}?limit=200&sort={name}")["items"] for name in names}
        for name, whole in orders.items():
            assert orders[name.removeprefix("-")] == whole[:: -1 if name.startswith("-") else 1], (
                operation.name
            )
            if not name.startswith("-") or len(whole) < 2:
                continue
            paged: list[Any] = []
            after: int | None = 0
            while after is not None:
                shown = rows_of(house, f"{url}?limit=1&after={after}&sort={name}")
                paged, after = paged + shown["items"], shown["next"]
            assert paged == whole, (operation.name, name)
            walked += 1
    assert walked >= 80


def test_every_list_comes_as_a_file_with_the_rows_of_its_pages(house: ApiHouse) -> None:
    described = [
        one
        for one in house.operations()
        if "text/csv" in one.described["responses"].get("200", {}).get("content", {})
        and "application/json" in one.described["responses"]["200"]["content"]
    ]
    assert {one.name for one in lists(house)} <= {one.name for one in described}
    for operation in described:
        if operation.name in REFUSED_HERE:
            continue
        url, token = url_of(house, operation), house.staff["nex"]
        answer = house.ask("GET", url, token=token)
        if answer.status != 200:  # what this house does not have, or asks more of
            continue
        file = house.ask("GET", url, token=token, headers=CSV)
        assert (file.status, file.header("content-type")) == (200, "text/csv; charset=utf-8"), operation.name
        assert "attachment" in (file.header("content-disposition") or "")
        shown = json.loads(answer.body)
        items = shown["items"] if isinstance(shown, dict) else shown
        header, *cells = csv.reader(io.StringIO(file.body.decode("utf-8-sig"), newline=""))
        assert [
            {name: cell.removeprefix("'") for name, cell in zip(header, row, strict=True)} for row in cells
        ] == [{name: flat(item, name) for name in header} for item in items], operation.name


def test_a_file_has_what_the_filter_leaves_and_ends_at_its_limit(
    house: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = house.staff["nex"]
    own = f"/api/charges?member_id={house.first.member_id}&limit=1"
    file = house.ask("GET", own, token=token, headers=CSV)
    found = list(csv.DictReader(io.StringIO(file.body.decode("utf-8-sig"), newline="")))
    assert {row["member_id"] for row in found} == {str(house.first.member_id)}
    assert (
        house.ask("GET", own, token=token, headers={"accept": "text/csv;q=0.5, application/json"}).header(
            "content-type"
        )
        == "application/json"
    )
    for module in (app.list_files, coworking.kit.paging):
        monkeypatch.setattr(module, "MOST_IN_FILE", len(found) - 1)
    long = house.ask("GET", own, token=token, headers=CSV)
    assert (long.status, problem(long)["code"]) == (422, "list-too-long")
    refused = house.ask("GET", "/api/charges?sort=reason", token=token, headers=CSV)
    assert (refused.status, problem(refused)["code"]) == (422, "validation-failed")
    assert house.ask("GET", "/api/charges", headers=CSV).status == 401


def test_who_takes_a_list_away_is_on_record_once(house: ApiHouse) -> None:
    own = f"/api/charges?member_id={house.first.member_id}"
    for headers in ({}, CSV):
        assert house.ask("GET", own, token=house.staff["nex"], headers=headers).status == 200
    assert house.ask("GET", "/api/charges?sort=reason", token=house.staff["nex"], headers=CSV).status == 422
    with house.composition.database.transaction(house.first.operator_id) as session:
        wanted = select(AuditEntry).where(AuditEntry.action == "list.exported")
        [entry] = session.scalars(wanted).all()
        assert (entry.subject, entry.details) == ("charges", {"narrowed_by": ["member_id"]})
        assert entry.actor.startswith("account:")
