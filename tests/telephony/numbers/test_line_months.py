"""The monthly fees of lines after the first payment (NEX-12, NEX-18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coworking.billing import list_charges
from telephony.numbers import FeeRules, Line, give_notice, post_first_fees
from telephony.numbers.line_months import bring_months_up_to_date
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version, nex
from tests.factories.numbers import ACTOR, line_rules, make_line


def at(text: str) -> datetime:
    """00:15 of a day in Tokyo."""
    return datetime.fromisoformat(f"{text}T00:15").replace(tzinfo=UTC) - timedelta(hours=9)


@pytest.fixture
def rules(session: Session) -> FeeRules:
    operator_id = make_operator(session)
    return FeeRules(
        nex().numbers, nex().billing, nex().calendar(), make_profile_version(session, operator_id)
    )


def rented(session: Session, rules: FeeRules, plan: str) -> Line:
    """A line from 10 June 2026, with its first payment for June and July."""
    operator_id = int(session.info["operator_id"])
    member = make_member(session, operator_id, plan=plan, capacity=1 if plan == "rental-office" else None)
    line_plan = "fixed-phone" if plan == "rental-office" else "incoming-outgoing"
    line = make_line(session, operator_id, member=member, line_plan=line_plan)
    post_first_fees(session, rules, line.id, NOW)
    return line


def months(session: Session, rules: FeeRules, line: Line, day: str) -> dict[str, str]:
    """What stands after the sweep of a day, run twice: the due day by month."""
    for again in range(2):
        bring_months_up_to_date(session, rules, [line], at(day) + timedelta(hours=again))
    amounts: dict[str, int] = {}
    due: dict[str, str] = {}
    for charge in list_charges(session):
        if charge.what == "line-monthly":
            amounts[charge.service_month] = amounts.get(charge.service_month, 0) + int(charge.amount)
            due[charge.service_month] = f"{charge.due_on}"
    return {month: f"{amount} {due[month]}" for month, amount in amounts.items() if amount}


def test_nex_18_the_next_month_for_coworking_and_virtual_office(session: Session, rules: FeeRules) -> None:
    line = rented(session, rules, "virtual-office")
    assert list(months(session, rules, line, "2026-06-30")) == ["2026-06", "2026-07"]
    assert months(session, rules, line, "2026-07-01")["2026-08"] == "2000 2026-07-31"


def test_nex_18_the_month_after_next_for_a_rental_office(session: Session, rules: FeeRules) -> None:
    line = rented(session, rules, "rental-office")
    assert months(session, rules, line, "2026-06-11")["2026-08"] == "3000 2026-06-30"
    assert "2026-09" not in months(session, rules, line, "2026-06-30")
    assert months(session, rules, line, "2026-07-01")["2026-09"] == "3000 2026-07-31"


def test_nothing_is_owed_after_the_end(session: Session, rules: FeeRules) -> None:
    line = rented(session, rules, "virtual-office")
    months(session, rules, line, "2026-09-01")
    give_notice(session, line_rules(), line, actor=ACTOR, now=at("2026-08-03"))
    # The line ends on 30 September; October, which had closed before, is taken back.
    assert list(months(session, rules, line, "2026-09-02")) == [
        "2026-06",
        "2026-07",
        "2026-08",
        "2026-09",
    ]
    assert "2026-10" not in months(session, rules, line, "2026-10-01")
