"""What billing staff ask of calls: filters, sums, charts, files, reversals."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.asgi import Answer, request
from telephony.carrier.sandbox import Script
from telephony.forwarding import call_export
from telephony.forwarding.call_export import HEADERS, csv_of
from telephony.forwarding.models import Call
from tests.factories.forwarding import FIXED, MOBILE
from tests.factories.membership import NOW, nex
from tests.telephony.forwarding.carrier_calls import CALLER
from tests.telephony.forwarding.carrier_line import CarrierLine
from tests.telephony.forwarding.door import Door

TALKS = Script(talks_seconds=None)


def post(door: Door, path: str, token: str, body: dict[str, Any] | None = None) -> Answer:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    content = json.dumps(body).encode() if body is not None else b""
    return door.run(request(door.application, "POST", path, headers=headers, body=content))


@pytest.fixture
def three_calls(carrier_line: CarrierLine) -> tuple[CarrierLine, list[str]]:
    """61 s to a mobile, nobody there, 181 s to a fixed phone; an hour apart."""
    carrier_line.forward(MOBILE)
    sids = [
        carrier_line.call(TALKS, {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)}),
        carrier_line.call(TALKS, {MOBILE: Script(rejects=True)}),
    ]
    carrier_line.forward(FIXED)
    sids.append(carrier_line.call(TALKS, {FIXED: Script(answers_after_seconds=3, talks_seconds=181)}))
    return carrier_line, sids


def review(door: Door, query: str = "") -> dict[str, Any]:
    found: dict[str, Any] = door.json(f"/api/call-review?{query}", door.token_of(None))
    return found


def test_calls_are_found_by_everything_that_staff_filter_by(
    three_calls: tuple[CarrierLine, list[str]],
) -> None:
    carrier_line, (mobile, unanswered, fixed) = three_calls
    line = carrier_line.line
    found = {
        "": [fixed, unanswered, mobile],
        f"member_id={line.member_id}&line_id={line.id}": [fixed, unanswered, mobile],
        f"member_id={line.member_id + 1}": [],
        f"line_id={line.id + 1}": [],
        "month=2026-06": [fixed, unanswered, mobile],
        "month=2026-05": [],
        "from_day=2026-06-10": [fixed, unanswered, mobile],
        "from_day=2026-06-11&to_day=2026-06-30": [],
        "call_class=forward-to-mobile": [mobile],
        "outcome=answered": [fixed, mobile],
        "outcome=busy&direction=in": [unanswered],
        "direction=out": [],
        "least_amount=31": [mobile],
        "most_amount=30": [fixed, unanswered],
        "least_amount=30&most_amount=30": [fixed],
        "least_seconds=61": [fixed, mobile],
        "least_seconds=62": [fixed],
        f"ending={CALLER[-4:]}": [fixed, unanswered, mobile],
        f"ending={FIXED[-4:]}": [fixed],
        "ending=0000": [],
        "is_reversed=true": [],
    }
    door = carrier_line.door
    assert {query: [call["carrier_sid"] for call in review(door, query)["items"]] for query in found} == found


def test_sums_are_of_all_that_matches_and_pages_go_back_in_time(
    three_calls: tuple[CarrierLine, list[str]],
) -> None:
    carrier_line, sids = three_calls
    totals = {"calls": 3, "seconds": 242, "units": 4, "amount": "94"}
    collected, after = [], 0
    while after is not None:
        page = review(carrier_line.door, f"limit=1&after={after}")
        assert page["totals"] == totals
        collected += [call["carrier_sid"] for call in page["items"]]
        after = page["next"]
    assert collected == sids[::-1]
    days = carrier_line.door.json("/api/call-review/days", carrier_line.door.token_of(None))
    assert [(one["day"], one["class"], one["calls"], one["seconds"], one["amount"]) for one in days] == [
        ("2026-06-10", "forward-to-fixed", 1, 181, "30"),
        ("2026-06-10", "forward-to-mobile", 1, 61, "64"),
        ("2026-06-10", None, 1, 0, "0"),
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from_day=2026-06-11&to_day=2026-06-10", "days-out-of-range"),
        ("from_day=2020-06-11&to_day=2026-06-10", "days-out-of-range"),
        ("month=2026-13", "validation-failed"),
        ("ending=12", "validation-failed"),
        ("least_amount=1.2345", "validation-failed"),
        ("call_class=x", "validation-failed"),
        ("from_day=9999-12-31&to_day=9999-12-31", "days-out-of-range"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(door: Door, query: str, code: str) -> None:
    answer = door.get(f"/api/call-review?{query}", door.token_of(None))
    assert (answer.status, json.loads(answer.body).get("code")) == (422, code)


def test_a_reversed_call_is_not_charged_again_until_it_is_reinstated(carrier_line: CarrierLine) -> None:
    carrier_line.forward(MOBILE)
    sid = carrier_line.call(TALKS, {MOBILE: Script(answers_after_seconds=3, talks_seconds=61)})
    door = carrier_line.door
    staff = door.token_of(None)
    answer = post(door, f"/api/calls/{sid}/reverse", staff, {"reason": "Cut off by our fault"})
    assert answer.status == 200
    reversed_call = json.loads(answer.body)
    assert (reversed_call["amount"], reversed_call["seconds"]) == ("0", 61)
    assert reversed_call["reversal"]["reason"] == "Cut off by our fault"
    again = post(door, f"/api/calls/{sid}/reverse", staff, {"reason": "again"})
    assert (again.status, json.loads(again.body)["code"]) == (422, "call-reversed-already")
    for sent in list(carrier_line.sent):
        carrier_line.deliver_again([(door.clock.now(), sent)])
    door.rows("UPDATE carrier_events SET handled_at = NULL")
    door.composition.work.perform()
    assert amounts(door) == [64, -64]
    assert [call["reversal"] is not None for call in review(door, "is_reversed=true")["items"]] == [True]
    assert review(door)["totals"]["amount"] == "0"
    assert json.loads(post(door, f"/api/calls/{sid}/reinstate", staff).body)["amount"] == "64"
    assert amounts(door) == [64, -64, 64]
    assert json.loads(post(door, f"/api/calls/{sid}/reinstate", staff).body)["code"] == "call-not-reversed"
    audited = door.rows("SELECT action FROM audit_entries WHERE action LIKE 'call.re%' ORDER BY id")
    assert [action for (action,) in audited] == ["call.reversed", "call.reinstated"]


def amounts(door: Door) -> list[int]:
    return [
        amount // 1000
        for (amount,) in door.rows("SELECT amount FROM charges WHERE key LIKE 'call:%' ORDER BY id")
    ]


def test_calls_as_a_file(three_calls: tuple[CarrierLine, list[str]]) -> None:
    carrier_line, sids = three_calls
    door = carrier_line.door
    token = door.token_of(carrier_line.line)
    for language in ("ja", "en"):
        answer = door.get("/api/calls.csv?month=2026-06", token, language)
        assert (answer.status, answer.header("content-type")) == (200, "text/csv; charset=utf-8")
        assert answer.body.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
        assert rows[0] == list(HEADERS["ja" if language == "ja" else "en"])
        assert [row[0] for row in rows[1:]] == sids[::-1]
        assert rows[3][5:9] == [
            national(carrier_line),
            "03-6666-7777",
            national(carrier_line),
            "forward-to-mobile",
        ]
        assert rows[3][10:14] == ["61", "2", "64", "2026-06-10"]
    [(subject, details), _] = door.rows(
        "SELECT subject, details FROM audit_entries WHERE action = 'calls.exported' ORDER BY id"
    )
    assert (subject, details["calls"]) == (f"member:{carrier_line.line.member_id}", 3)
    others = door.token_of(door.rent())
    assert len(door.get("/api/calls.csv?month=2026-06", others).body.splitlines()) == 1


def national(carrier_line: CarrierLine) -> str:
    national: str = carrier_line.door.json(
        f"/api/lines/{carrier_line.line.id}", carrier_line.door.token_of(None)
    )["number_national"]
    return national


def test_a_file_that_would_be_too_large_is_refused(
    three_calls: tuple[CarrierLine, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_export, "MOST_EXPORTED", 2)
    door = three_calls[0].door
    answer = door.get("/api/calls.csv", door.token_of(None))
    assert (answer.status, json.loads(answer.body)["code"]) == (422, "too-many-calls")


def test_nothing_in_a_file_is_run_by_a_spreadsheet() -> None:
    call = Call(
        id=1,
        carrier_sid="CA1",
        direction="in",
        status="ended",
        outcome=None,
        from_number='=HYPERLINK("x","y")',
        to_number="+14155550100",
        started_at=datetime(2026, 6, 10, 3, 0, tzinfo=UTC),
        answered_at=None,
        ended_at=NOW + timedelta(seconds=1),
        call_class=None,
        billed_seconds=0,
        units=0,
        amount=Decimal(0),
        counted_on=date(2026, 6, 10),
        is_held=True,
    )
    text = csv_of([call], {}, nex().calendar(), "en").decode("utf-8-sig")
    assert text.count("\r\n") == 2
    [row] = list(csv.DictReader(io.StringIO(text, newline="")))
    assert (row["from"], row["to"]) == ('\'=HYPERLINK("x","y")', "'+14155550100")
    assert (row["started"], row["reversed"]) == ("2026-06-10 12:00:00", "x")
