from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from telephony.numbers import Line, give_notice
from telephony.numbers.line_record_models import ProhibitedAct, ServiceHalt, ZoneEvidence
from tests.console_stand import NOW, Stand
from tests.factories.numbers import line_rules
from tests.visitor import Visitor

LINE = re.compile(r'href="/console/lines/(\d+)"')


def status_of(stand: Stand, line_id: int) -> str:
    with stand.composition.database.transaction(stand.operator_id) as session:
        return session.get_one(Line, line_id).status


def test_lines_are_found_by_number_member_and_state(stand: Stand, billing: Visitor) -> None:
    first, second, third = (str(line.id) for line in stand.lines)
    for query, found in {
        "": [first, second, third],
        "q=045-411-0002": [second],
        "q=0003": [third],
        "q=みつば": [third],
        "q=%": [],
        "state=active": [first, second, third],
        "state=suspended": [],
        "state=without-evidence": [first, second, third],
        "state=not-removed": [],
        f"after={first}": [second, third],
    }.items():
        assert LINE.findall(billing.get(f"/console/lines?{query}").text) == found, query


def test_a_line_is_suspended_and_taken_up_again(stand: Stand, billing: Visitor) -> None:
    line_id = stand.lines[0].id
    page = f"/console/lines/{line_id}"
    assert billing.post_form(f"{page}/suspend", page, reason="x").status_code == 422
    answer = billing.post_form(f"{page}/suspend", page, reason="disturbs-others")
    assert answer.headers["location"] == f"{page}?done=suspended"
    assert status_of(stand, line_id) == "suspended"
    shown = billing.get(page).text
    assert "ほかの会員や通信環境への影響" in shown
    assert "受付 太郎" in shown
    assert billing.post_form(f"{page}/suspend", page, reason="unpaid").status_code == 409
    billing.post_form(f"{page}/lift", page)
    assert status_of(stand, line_id) == "active"


def test_a_prohibited_act_is_the_ground_of_a_suspension(stand: Stand, billing: Visitor) -> None:
    line_id = stand.lines[0].id
    page = f"/console/lines/{line_id}"
    act = {"kind": "mass-mail", "happened_on": "2026-07-10", "evidence": "送信記録"}
    for wrong in ({"kind": "x"}, {"happened_on": "x"}, {"happened_on": "2026-07-16"}, {"evidence": " "}):
        assert billing.post_form(f"{page}/prohibited-acts", page, **{**act, **wrong}).status_code == 422
    billing.post_form(f"{page}/prohibited-acts", page, **act)
    with stand.composition.database.transaction(stand.operator_id) as session:
        kept = session.scalars(select(ProhibitedAct)).one()
        assert (kept.line_id, kept.kind, kept.evidence) == (line_id, "mass-mail", "送信記録")
    answer = billing.post_form(f"{page}/suspend", page, reason="prohibited-act", act=str(kept.id))
    assert answer.status_code == 303


def test_evidence_of_a_base_is_kept(stand: Stand, billing: Visitor) -> None:
    page = f"/console/lines/{stand.lines[0].id}"
    evidence = {"base_address": "横浜市中区", "kind": "lease", "valid_until": "2027-07-31"}
    assert (
        billing.post_form(f"{page}/evidence", page, **{**evidence, "valid_until": "2026-07-01"}).status_code
        == 422
    )
    billing.post_form(f"{page}/evidence", page, **evidence)
    with stand.composition.database.transaction(stand.operator_id) as session:
        assert session.scalars(select(ZoneEvidence.area_code)).one() == "045"
    assert "2027年7月31日" in billing.get(page).text
    assert str(stand.lines[0].id) not in LINE.findall(
        billing.get("/console/lines?state=without-evidence").text
    )


def test_who_confirmed_that_the_number_was_taken_off(stand: Stand, billing: Visitor) -> None:
    line_id = stand.lines[1].id
    page = f"/console/lines/{line_id}"
    assert billing.post_form(f"{page}/number-removed", page).status_code == 409
    with stand.composition.database.transaction(stand.operator_id) as session:
        give_notice(session, line_rules(), session.get_one(Line, line_id), actor="account:1", now=NOW)
    assert LINE.findall(billing.get("/console/lines?state=not-removed").text) == [str(line_id)]
    billing.post_form(f"{page}/number-removed", page)
    assert "に取り下げを確認 · 受付 太郎" in billing.get(page).text.replace("\n", " ")
    assert LINE.findall(billing.get("/console/lines?state=not-removed").text) == []


def test_an_interruption_of_some_lines_begins_and_ends(stand: Stand, billing: Visitor) -> None:
    page = "/console/interruptions"
    for lines in ("", "x", "03-0000-0000", "\n".join(["045-411-0001"] * 201)):
        answer = billing.post_form(page, page, reason="failure", covers="some", lines=lines)
        assert answer.status_code == 422, lines
    assert billing.post_form(page, page, reason="x", covers="all").status_code == 422
    answer = billing.post_form(
        page, page, reason="failure", covers="some", lines="045-411-0001\n045-411-0001"
    )
    assert answer.headers["location"] == f"{page}?done=halt-started"
    assert "中断中" in billing.get(f"/console/lines/{stand.lines[0].id}").text
    assert "設備の障害" in billing.get("/").text
    with stand.composition.database.transaction(stand.operator_id) as session:
        halt_id = session.scalars(select(ServiceHalt.id)).one()
    billing.post_form(f"{page}/{halt_id}/end", page)
    assert "中断はありません" in billing.get(page).text
    assert billing.post_form(f"{page}/{halt_id}/end", page).status_code == 409


def test_every_act_is_on_record_with_who_did_it(stand: Stand, billing: Visitor) -> None:
    line_id = stand.lines[0].id
    page = f"/console/lines/{line_id}"
    billing.post_form(f"{page}/priority", page, priority="1")
    with stand.composition.database.transaction(stand.operator_id) as session:
        actors = session.scalars(
            select(AuditEntry.actor).where(
                AuditEntry.action == "line.priority-set", AuditEntry.at > NOW - timedelta(days=1)
            )
        ).all()
    assert len(actors) == 1
    assert "line.priority-set" in billing.get(page).text
