"""Reconciliation, margins, what-if and what is unusual."""

from __future__ import annotations

import json
import re

from sqlalchemy import select

from telephony.metering.usage_models import Reconciliation, ReconciliationCase
from tests.console_stand import Stand
from tests.visitor import Visitor

RECONCILIATION, WHAT_IF = "/console/reconciliation", "/console/what-if"


def test_a_month_is_compared_when_asked(stand: Stand, billing: Visitor) -> None:
    for month in ("2026-08", "x", ""):
        answer = billing.post_form(f"{RECONCILIATION}/run", RECONCILIATION, month=month)
        assert answer.status_code == 422, month
    answer = billing.post_form(f"{RECONCILIATION}/run", RECONCILIATION, month="2026-07")
    assert answer.headers["location"] == f"{RECONCILIATION}?done=reconciling"
    with stand.composition.database.transaction(stand.operator_id) as session:
        run = session.scalars(select(Reconciliation)).one()
        assert (run.month, run.days_left) == ("2026-07", run.days)
    assert 'hx-trigger="every 3s"' in billing.get(RECONCILIATION).text


def test_a_case_is_closed_with_a_note(stand: Stand, billing: Visitor) -> None:
    page = billing.get(RECONCILIATION).text
    cases = re.findall(r'id="case-(\d+)"', page)
    assert len(cases) == 3
    assert "通信会社にない" in page
    path = f"{RECONCILIATION}/cases/{cases[0]}/close"
    assert billing.post_form(path, RECONCILIATION, note=" ").status_code == 422
    assert billing.post_form(path, RECONCILIATION, note="通信会社に確認した").status_code == 303
    assert len(re.findall(r'id="case-(\d+)"', billing.get(RECONCILIATION).text)) == 2
    assert "通信会社に確認した" in billing.get(f"{RECONCILIATION}?state=closed").text
    assert "すでに処理済み" in billing.post_form(path, RECONCILIATION, note="x").text
    with stand.composition.database.transaction(stand.operator_id) as session:
        assert session.get_one(ReconciliationCase, int(cases[0])).note == "通信会社に確認した"


def test_cases_are_filtered(billing: Visitor) -> None:
    for query, count in {"kind=price": 1, "kind=x": 3, "month=2026-06": 0, "state=all": 3}.items():
        page = billing.get(f"{RECONCILIATION}?{query}").text
        assert len(re.findall(r'id="case-', page)) == count, query


def test_an_open_case_stands_in_the_list_and_beside_its_call(billing: Visitor) -> None:
    listed = billing.get("/console/calls").text
    assert "長さの違い" in listed
    assert "通信会社の記録との相違が3件" in billing.get("/").text


def test_margins_stand_by_line(billing: Visitor) -> None:
    page = billing.get("/console/margins?month=2026-07").text
    assert len(re.findall(r'href="/console/calls\?line=\d+', page)) == 3
    assert "45.3" in page
    assert "この月は料金も原価もありません" in billing.get("/console/margins?month=2026-05").text
    assert billing.get("/console/margins?month=x", headers={"Accept": "text/html"}).status_code == 422


def test_other_prices_are_tried_on_a_month(billing: Visitor) -> None:
    form = billing.get(WHAT_IF).text
    fields = dict(re.findall(r'name="([a-z-]+:[a-z-]+)" value="([^"]+)"', form))
    seconds = dict(re.findall(r'name="([a-z-]+:[a-z-]+-s)" value="([^"]+)"', form))
    assert fields["incoming-outgoing:forward-to-mobile"] == "32"
    entered = {**fields, **seconds, "month": "2026-07"}
    same = billing.post_form(WHAT_IF, WHAT_IF, **entered).text
    assert "±0" in same
    dearer = billing.post_form(
        WHAT_IF, WHAT_IF, **{**entered, "incoming-outgoing:forward-to-mobile": "33"}
    ).text
    assert "+112" in dearer
    assert "みつば商会" in dearer


def test_a_whole_card_can_be_pasted(billing: Visitor) -> None:
    price = {"unit_seconds": 60, "unit_price": "0"}
    card = {
        "valid_from": "2026-08-01",
        "control_free_from_desk_phone": True,
        "line_plans": {"incoming-outgoing": {"forward-to-mobile": price, "forward-to-fixed": price}},
    }
    page = billing.post_form(WHAT_IF, WHAT_IF, month="2026-07", card=json.dumps(card)).text
    assert "−4,409" in page
    del card["line_plans"]["incoming-outgoing"]["forward-to-fixed"]
    for wrong in (json.dumps(card), "{}", "[]", "x", "[" * 5000, '{"valid_from": 1}'):
        answer = billing.post_form(WHAT_IF, WHAT_IF, month="2026-07", card=wrong)
        assert answer.status_code == 422, wrong[:20]


def test_prices_that_are_none_are_refused(billing: Visitor) -> None:
    for name, value in {
        "incoming-outgoing:forward-to-mobile": "x",
        "incoming-outgoing:forward-to-mobile-s": "0",
        "incoming-outgoing:forward-to-fixed": "-1",
        "incoming-outgoing:forward-to-fixed-s": "1.5",
    }.items():
        answer = billing.post_form(WHAT_IF, WHAT_IF, month="2026-07", **{name: value})
        assert answer.status_code == 422, name
        assert 'role="alert"' in answer.text


def test_unusual_lines_are_shown_or_nothing(billing: Visitor) -> None:
    assert "この月に気になる通話はありません" in billing.get("/console/anomalies?month=2026-05").text
