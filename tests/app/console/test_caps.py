"""The list of caps that stop calls: whose each is, and which of them staff may let go."""

from __future__ import annotations

from datetime import timedelta

from tests.console_stand import Stand
from tests.factories.metering import make_cap_event
from tests.visitor import Visitor


def test_a_cap_of_the_whole_system_is_shown_and_is_not_the_operators_to_lift(
    stand: Stand, billing: Visitor
) -> None:
    now = stand.composition.clock.now()
    with stand.composition.database.transaction(stand.operator_id) as session:
        of_system = make_cap_event(session, stand.lines[0])
        of_system.subject, of_system.until = "system", now + timedelta(hours=1)
        session.flush()
        of_line = make_cap_event(session, stand.lines[0])
        of_line.until = of_system.until
    page = billing.get("/console/caps?lang=en").text
    assert "the whole system" in page
    assert [f"/console/caps/{cap_id}/lift" in page for cap_id in (of_line.id, of_system.id)] == [True, False]
    refused = billing.post_form(f"/console/caps/{of_system.id}/lift", "/console/caps")
    assert refused.status_code == 422
    assert "ask whoever runs the system" in refused.text
    billing.post_form(f"/console/caps/{of_line.id}/lift", "/console/caps")
    page = billing.get("/console/caps?lang=ja").text
    assert "システム全体" in page
    assert "/lift" not in page
