"""Doors over the API: what is refused stays on record, whatever a reader is shown, and the way out is free."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coworking.doors import Credentials
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house

OPENS_IN = timedelta(minutes=1)


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def events(house: ApiHouse) -> list[tuple[str, bool, str | None]]:
    answer = house.ask("GET", "/api/door-events?limit=200", token=house.staff["nex"])
    return [(one["act"], one["allowed"], one["reason"]) for one in json.loads(answer.body)["items"]]


def read(house: ApiHouse, act: str, **shown: str) -> tuple[int, Any]:
    body = {"act": act, **shown, **({"door": "entrance"} if act == "unlock" else {})}
    answer = house.ask("POST", "/api/readings", token=house.staff["nex"], body=body)
    return answer.status, json.loads(answer.body)


def new_qr(house: ApiHouse, member: str = "first") -> str:
    tenant = getattr(house, member)
    answer = house.ask("POST", f"/api/members/{tenant.member_id}/qr", token=tenant.token)
    assert answer.status == 201
    return str(json.loads(answer.body)["code"])


def test_whatever_a_reader_is_shown_is_refused_with_its_reason_or_lets_out(house: ApiHouse) -> None:
    before = len(events(house))
    good, late = new_qr(house), new_qr(house)
    signer = house.composition.resources[Credentials].signer
    first = house.first
    ahead = signer.member_qr(
        first.operator_id, first.member_id, house.clock.now() + timedelta(hours=1), OPENS_IN
    )
    shown = [
        ("check-in", {"qr": "rsq1_" + "A" * 144}, 409, "qr-invalid"),
        ("check-in", {"qr": good[:-20] + "A" * 20}, 409, "qr-invalid"),
        ("check-in", {"qr": new_qr(house, "foreign")}, 409, "qr-invalid"),
        ("check-in", {"qr": ahead}, 409, "qr-invalid"),
        ("unlock", {"card": "no such card"}, 409, "card-unknown"),
        ("check-in", {"qr": good}, 201, None),
        ("check-in", {"qr": good}, 409, "qr-used"),
        ("unlock", {"qr": good}, 409, "qr-used"),
        ("check-out", {"qr": good}, 201, "qr-used"),
        ("check-out", {"qr": "nonsense"}, 201, "qr-invalid"),
        ("check-out", {"card": "no such card"}, 201, "card-unknown"),
    ]
    for act, what, status, reason in shown:
        found, body = read(house, act, **what)
        assert found == status, (act, body)
        assert body.get("code") == (reason if status == 409 else None)
    house.clock.advance_to(house.clock.now() + OPENS_IN)
    assert read(house, "check-in", qr=late)[1]["code"] == "qr-expired"

    wanted = [(act, status == 201, reason) for act, _, status, reason in shown]
    assert events(house)[before:] == [*wanted, ("check-in", False, "qr-expired")]


def test_a_refusal_stays_on_record_with_an_idempotency_key_as_well(house: ApiHouse) -> None:
    members = f"/api/members/{house.first.member_id}"
    before = len(events(house))
    house.clock.advance_to(house.clock.now() + timedelta(hours=12))

    for number in range(2):
        answer = house.ask(
            "POST",
            f"{members}/unlocks",
            token=house.first.token,
            body={"door": "entrance"},
            headers={"Idempotency-Key": f"unlock {number}"},
        )
        assert answer.status == 409
        assert json.loads(answer.body)["code"] == "closed"
    assert house.ask("POST", f"{members}/check-outs", token=house.first.token, body={}).status == 201

    refused = ("unlock", False, "closed")
    assert events(house)[before:] == [refused, refused, ("check-out", True, "no-entry")]


def test_a_code_that_is_none_of_the_entrance_is_refused_on_record(house: ApiHouse) -> None:
    first, before = house.first, len(events(house))
    signer = house.composition.resources[Credentials].signer
    leaving = signer.entrance_code(first.operator_id, 1, "exit")
    for code in ("rse1_" + "A" * 103, leaving, "nonsense"):
        path = f"/api/members/{first.member_id}/check-ins"
        answer = house.ask("POST", path, token=first.token, body={"code": code})
        assert (answer.status, json.loads(answer.body)["code"]) == (409, "qr-invalid")
    assert events(house)[before:] == [("check-in", False, "qr-invalid")] * 3


def test_numbers_of_nobody_are_refused(house: ApiHouse) -> None:
    staff, nobody = house.staff["nex"], 2**63
    voucher = house.ask("POST", "/api/parking-vouchers", token=staff, body={"member_id": nobody})
    revoked = house.ask("DELETE", f"/api/door-agents/{nobody}", token=staff)
    assert (voucher.status, revoked.status) == (422, 422)
