"""A month against the carrier's own records: what differs becomes a case, once, and closes when it agrees (R36)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.asgi import Answer, request
from telephony.carrier import Carriers
from telephony.carrier.sandbox import Script
from tests.factories.forwarding import MOBILE
from tests.telephony.forwarding.carrier_line import CarrierLine

TALKS = Script(talks_seconds=None)


def post(line: CarrierLine, path: str, body: dict[str, Any]) -> Answer:
    door = line.door
    headers = {"authorization": f"Bearer {door.token_of(None)}", "content-type": "application/json"}
    return door.run(request(door.application, "POST", path, headers=headers, body=json.dumps(body).encode()))


@pytest.fixture
def compared(carrier_line: CarrierLine) -> CarrierLine:
    """Three calls, compared once without finding anything."""
    door = carrier_line.door
    door.composition.resources[Carriers][door.operator_id] = carrier_line.carrier
    carrier_line.forward(MOBILE)
    for seconds in (61, 30, 200):
        carrier_line.call(TALKS, {MOBILE: Script(answers_after_seconds=3, talks_seconds=seconds)})
    carrier_line.wait_seconds(3600)
    assert cases(carrier_line) == []
    return carrier_line


def cases(line: CarrierLine) -> list[tuple[str, bool]]:
    """After another comparison: kind, and whether it is open; the newest first."""
    door = line.door
    answer = post(line, "/api/reconciliations", {"month": "2026-06"})
    assert answer.status == 202
    door.composition.work.perform()
    [done] = door.json("/api/reconciliations", door.token_of(None))
    assert (done["days"], done["days_left"]) == (11, 0)
    assert done["records"] == 6
    assert done["finished_at"] is not None
    found = door.json("/api/reconciliation-cases", door.token_of(None))["items"]
    return [(case["kind"], case["closed_at"] is None) for case in found]


def test_a_leg_of_another_length_is_a_case_until_it_agrees(compared: CarrierLine) -> None:
    change = "UPDATE legs SET ended_at = ended_at {} interval '3 s' WHERE role = 'forward' AND seconds = 61"
    compared.door.rows(change.format("+"))
    assert cases(compared) == cases(compared) == [("duration", True)]
    compared.door.rows(change.format("-"))
    assert cases(compared) == [("duration", False)]
    compared.door.rows(change.format("+"))
    assert cases(compared) == [("duration", True)]


def test_a_leg_that_only_one_of_us_knows_is_a_case(compared: CarrierLine) -> None:
    door = compared.door
    door.rows("UPDATE legs SET leg_sid = 'CA' || repeat('e', 32) WHERE role = 'forward' AND seconds = 30")
    assert sorted(cases(compared)) == [("extra", True), ("missing", True)]
    found = door.json("/api/reconciliation-cases?kind=missing&is_open=true", door.token_of(None))["items"]
    assert [(case["leg_sid"], case["carriers"]) for case in found] == [("CA" + "e" * 32, None)]


def test_a_case_that_staff_closed_stays_closed_until_the_figures_change(compared: CarrierLine) -> None:
    door = compared.door
    change = "UPDATE legs SET ended_at = ended_at + interval '3 s' WHERE role = 'forward' AND seconds = 61"
    door.rows(change)
    assert cases(compared) == [("duration", True)]
    [case] = door.json("/api/reconciliation-cases", door.token_of(None))["items"]
    path = f"/api/reconciliation-cases/{case['id']}/close"
    closed = post(compared, path, {"note": "The carrier says so"})
    assert (closed.status, json.loads(closed.body)["note"]) == (200, "The carrier says so")
    assert json.loads(post(compared, path, {"note": "x"}).body)["code"] == "case-closed"
    assert cases(compared) == [("duration", False)]
    door.rows(change)
    assert cases(compared) == [("duration", True)]


def test_prices_make_margins_and_a_changed_price_a_case(compared: CarrierLine) -> None:
    door, line = compared.door, compared.line
    token = door.token_of(None)
    door.rows("DELETE FROM carrier_prices")
    values = ", ".join(
        f"((SELECT leg_sid FROM legs WHERE role = 'forward' AND seconds = {seconds}), {door.operator_id}, {line.id},"
        f" '2026-06', {amount}, '{currency}')"
        for seconds, amount, currency in ((61, 3.5, "JPY"), (200, "0.07", "USD"))
    )
    door.rows(
        f"INSERT INTO carrier_prices (leg_sid, operator_id, line_id, month, amount, currency) VALUES {values}"
    )
    assert door.json("/api/margins?month=2026-06", token) == [
        {
            "line_id": line.id,
            "charged": "224",
            "carriers_yen": "3.5",
            "left_over": "220.5",
            "carriers_others": {"USD": "0.07"},
        }
    ]
    assert door.json("/api/margins?month=2026-05", token) == []


def test_a_month_that_has_not_begun_cannot_be_compared(carrier_line: CarrierLine) -> None:
    answer = post(carrier_line, "/api/reconciliations", {"month": "2026-07"})
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "month-not-begun")
