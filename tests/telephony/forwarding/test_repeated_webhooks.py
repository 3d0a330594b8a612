"""R04 from the carrier's end: whole calls, their signed webhooks sent in any order, again, and up to 72 h late."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from coworking.kit.db import Database
from telephony.carrier.sandbox import Disturbances, Script
from tests.databases import delete_everything
from tests.factories.forwarding import FIXED, MOBILE
from tests.factories.membership import NOW
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door

HOURS_72 = timedelta(hours=72)


def told(carrier_line: CarrierLine, call_sid: str) -> dict[str, Any]:
    """The call as staff read it, with its charges."""
    token = carrier_line.door.token_of(None)
    call = carrier_line.door.json(f"/api/calls/{call_sid}", token)
    call.pop("id")
    charges = carrier_line.door.json("/api/charges?what=call", token)["items"]
    amounts = [(charge["key"], charge["amount"], charge["service_month"]) for charge in charges]
    return {"call": call, "charges": sorted(amounts)}


def forget_calls(door: Door) -> None:
    door.rows(
        "SET session_replication_role = replica; "
        "DELETE FROM carrier_events; DELETE FROM calls; DELETE FROM legs; DELETE FROM charges WHERE what = 'call'"
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
    door: Door,
    carrier_line: CarrierLine,
    press_one: bool,
    behaviours: dict[str, Any],
    outcome: str,
    amount: str,
) -> None:
    carrier_line.forward(*behaviours, press_one=press_one)
    sid = carrier_line.call(Script(talks_seconds=None), behaviours)
    expected = told(carrier_line, sid)
    assert (expected["call"]["outcome"], expected["call"]["amount"]) == (outcome, amount)
    recorded = list(carrier_line.sent)

    waited_for = [(one.at, one) for one in recorded if one.is_waited_for]
    told_only = [one for one in recorded if not one.is_waited_for]
    ends_at = recorded[-1].at

    @given(
        order=st.permutations(range(len(told_only))),
        again=st.lists(st.integers(0, len(recorded) - 1), max_size=8),
    )
    @settings(
        max_examples=4,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to make it smaller would take minutes
    )
    def replay(order: list[int], again: list[int]) -> None:
        forget_calls(door)
        door.clock.turn_back_to(NOW)
        # What the carrier waits for comes in its own time; what it only tells comes whenever it comes.
        late = [(ends_at + HOURS_72 * place / len(order), told_only[one]) for place, one in enumerate(order)]
        repeated = [
            (ends_at + HOURS_72 + timedelta(seconds=place), recorded[one]) for place, one in enumerate(again)
        ]
        assert set(carrier_line.deliver_again([*waited_for, *late, *repeated])) <= {200, 204}
        assert told(carrier_line, sid) == expected

    replay()


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
        with closing(Door(database_url, tmp_path)) as door, closing(CarrierLine(door)) as carrier_line:
            carrier_line.forward(MOBILE, press_one=True)
            carrier_line.sandbox.disturbances = disturbances
            sid = carrier_line.call(
                Script(talks_seconds=None),
                {MOBILE: Script(answers_after_seconds=3, presses="1", talks_seconds=61)},
            )
            call = told(carrier_line, sid)["call"]
        delete_everything(database_url)
        outcomes.append([call[name] for name in ("status", "outcome", "seconds", "amount", "ended_at")])
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert outcomes[0][:4] == ["ended", "answered", 61, "64"]
