"""R04 from the carrier's end: whole calls, their signed webhooks sent in any order, again, and up to 72 h late."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coworking.kit.db import Database
from telephony.carrier.sandbox import Disturbances, Script
from tests.databases import delete_everything
from tests.factories.forwarding import FIXED, MOBILE
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door

OTHER = "+818023456789"
HOURS_72 = timedelta(hours=72)


def told(carrier_line: CarrierLine, call_sid: str) -> dict[str, Any]:
    """The call as staff read it, with its charges."""
    token = carrier_line.door.token_of(None)
    call = carrier_line.door.json(f"/api/calls/{call_sid}", token)
    call.pop("id")
    charges = carrier_line.door.json("/api/charges", token)["items"]
    amounts = [(charge["key"], charge["amount"], charge["service_month"]) for charge in charges]
    return {"call": call, "charges": sorted(amounts)}


def forget_calls(door: Door) -> None:
    door.rows(
        "SET session_replication_role = replica; "
        "DELETE FROM carrier_events; DELETE FROM calls; DELETE FROM legs; DELETE FROM charges"
    )


@pytest.mark.parametrize(
    ("press_one", "behaviours", "outcome", "amount"),
    [
        (False, {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)}, "answered", "64"),
        (True, {MOBILE: Script(answers_after_seconds=3, presses="1", talks_seconds=61)}, "answered", "64"),
        (True, {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)}, "no-answer", "0"),
        (
            False,
            {MOBILE: Script(), FIXED: Script(answers_after_seconds=2, talks_seconds=181)},
            "answered",
            "30",
        ),
        (False, {MOBILE: Script(answers_after_seconds=2, talks_seconds=0)}, "answered", "0"),
    ],
)
def test_webhooks_in_any_order_and_number_tell_the_same_call_r04(
    door: Door, press_one: bool, behaviours: dict[str, Any], outcome: str, amount: str
) -> None:
    carrier_line = CarrierLine(door)
    carrier_line.forward(*behaviours, press_one=press_one)
    sid = carrier_line.call(Script(talks_seconds=None), behaviours)
    expected = told(carrier_line, sid)
    assert (expected["call"]["outcome"], expected["call"]["amount"]) == (outcome, amount)
    recorded = list(carrier_line.sent)

    @given(st.data())
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def replay(data: st.DataObject) -> None:
        forget_calls(door)
        starts_at = door.clock.now()
        shift = starts_at - recorded[0].at
        order = data.draw(st.permutations([one for one in recorded if not one.is_waited_for]))
        again = data.draw(st.lists(st.sampled_from(recorded), max_size=8))
        ends_at = recorded[-1].at + shift
        # What the carrier waits for comes in its own time; what it only tells comes whenever it comes.
        plan = [(one.at + shift, one) for one in recorded if one.is_waited_for]
        plan += [(ends_at + HOURS_72 * number / len(recorded), one) for number, one in enumerate(order)]
        plan += [(ends_at + HOURS_72 + timedelta(seconds=number), one) for number, one in enumerate(again)]
        assert set(carrier_line.deliver_again(plan)) <= {200, 204}
        assert without_receipt(told(carrier_line, sid), shift) == without_receipt(expected, timedelta(0))

    replay()


def without_receipt(told: dict[str, Any], shift: timedelta) -> dict[str, Any]:
    """The call as it is told, but for the hour at which our own clock stood when it came in."""

    def back(text: str) -> str:
        return (datetime.fromisoformat(text) - shift).isoformat()

    call = dict(told["call"])
    call["started_at"] = back(call["started_at"])
    caller = dict(call["legs"][0])
    caller["started_at"] = back(caller["started_at"])
    return {**told, "call": {**call, "legs": [caller, *call["legs"][1:]]}}


def test_the_carriers_own_disturbances_change_nothing_r04(
    clean_database: Database, database_url: str, tmp_path: Path
) -> None:
    """Everything twice, status callbacks late and out of order, some lost: the same call."""
    outcomes = []
    for disturbances in (
        Disturbances(),
        Disturbances(duplicate=True, reorder=True, delay_seconds=30),
        Disturbances(drop={"initiated", "ringing", "answered"}),
    ):
        door = Door(database_url, tmp_path)
        try:
            carrier_line = CarrierLine(door)
            carrier_line.forward(MOBILE, press_one=True)
            carrier_line.sandbox.disturbances = disturbances
            sid = carrier_line.call(
                Script(talks_seconds=None),
                {MOBILE: Script(answers_after_seconds=3, presses="1", talks_seconds=61)},
            )
            call = told(carrier_line, sid)["call"]
        finally:
            door.close()
            delete_everything(database_url)
        outcomes.append([call[name] for name in ("status", "outcome", "seconds", "amount", "ended_at")])
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][:4] == ["ended", "answered", 61, "64"]
