"""A door's computer over HTTP: made known, its list, its events once, revoked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.asgi import Answer
from coworking.doors.agent.signed_lists import SignedList, read_list
from coworking.kit.db import Database
from tests.api_house import ApiHouse, open_house, problem
from tests.factories.membership import NOW

LIST, EVENTS, AGENTS = "/api/door-agent/list", "/api/door-agent/events", "/api/door-agents"


@pytest.fixture
def house(clean_database: Database, tmp_path: Path) -> Iterator[ApiHouse]:
    house = open_house(clean_database.url, tmp_path)
    with closing(house.composition):
        yield house


def told_in(answer: Answer) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.body)
    return body


def event(sequence: int, member_id: int | None) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "door": "entrance",
        "kind": "exit",
        "means": "card",
        "member_id": member_id,
        "is_allowed": True,
        "reason": "",
        "list_version": 1,
        "at": NOW.isoformat(),
    }


def test_a_door_computer_from_its_making_to_its_end(house: ApiHouse) -> None:
    staff = house.staff["nex"]
    wanted = {"name": "entrance panel", "doors": ["entrance"]}
    assert problem(house.ask("POST", AGENTS, token=staff, body={**wanted, "doors": ["x"]}))["code"] == (
        "door-unknown"
    )
    made = house.ask("POST", AGENTS, token=staff, body=wanted)
    assert made.status == 201
    assert problem(house.ask("POST", AGENTS, token=staff, body=wanted))["code"] == "door-agent-name-taken"
    token, public_key = told_in(made)["token"], bytes.fromhex(told_in(made)["public_key"])

    kept = read_list(public_key, SignedList.model_validate_json(house.ask("GET", LIST, token=token).body))
    assert (kept.agent_id, kept.version, kept.last_sequence) == (told_in(made)["id"], 1, 0)
    assert {house.first.member_id, house.second.member_id} <= {one.id for one in kept.members}
    assert house.foreign.member_id not in {one.id for one in kept.members}

    # The second is not of this operator's members: it is kept, of nobody known.
    told = {
        "sent_at": NOW.isoformat(),
        "events": [event(1, house.first.member_id), event(2, house.foreign.member_id)],
    }
    answers = [told_in(house.ask("POST", EVENTS, token=token, body=told))["new"] for _ in range(2)]
    assert answers == [2, 0]
    for broken in (
        {**told, "sent_at": "yesterday"},
        {**told, "sent_at": "9999-12-31T23:59:59-12:00"},
        {**told, "events": [{**event(3, None), "at": "0001-01-01T00:00:00Z"}]},
        {**told, "clock_ahead_seconds": 2**62},
        {**told, "events": [{}]},
        {**told, "events": [None] * 501},
    ):
        assert house.ask("POST", EVENTS, token=token, body=broken).status == 422
    [listed] = [
        one
        for one in told_in(house.ask("GET", AGENTS, token=staff))["items"]
        if one["name"] == "entrance panel"
    ]
    assert (listed["clock_off_seconds"], "token" in listed) == (0, False)

    assert house.ask("DELETE", f"{AGENTS}/{listed['id']}", token=house.staff["other"]).status == 404
    assert house.ask("DELETE", f"{AGENTS}/{listed['id']}", token=staff).status == 204
    assert [house.ask("GET", LIST, token=one).status for one in (token, staff)] == [401, 401]
