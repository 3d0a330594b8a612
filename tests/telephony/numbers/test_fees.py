"""What is paid at once for a line that is rented (NEX-08, NEX-12, NEX-17)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from coworking.billing import list_charges
from telephony.numbers import FeeRules, post_first_fees
from telephony.numbers.profile import Proration
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version, nex
from tests.factories.numbers import make_line


@pytest.fixture
def rules(session: Session) -> FeeRules:
    operator_id = make_operator(session)
    return FeeRules(
        nex().numbers, nex().billing, nex().calendar(), make_profile_version(session, operator_id)
    )


def fees(session: Session, rules: FeeRules, **line: object) -> Sequence[tuple[str, str, int, Decimal, date]]:
    operator_id = int(session.info["operator_id"])
    rented = make_line(session, operator_id, **line)
    post_first_fees(session, rules, rented.id, NOW)
    post_first_fees(session, rules, rented.id, NOW + timedelta(days=40))  # again: nothing changes
    return [
        (charge.what, charge.service_month, charge.quantity, charge.amount, charge.due_on)
        for charge in list_charges(session)
    ]


DUE = date(2026, 6, 17)  # a week after the day of NOW


def test_nex_08_incoming_outgoing(session: Session, rules: FeeRules) -> None:
    assert fees(session, rules) == [
        ("line-setup", "2026-06", 1, Decimal(2500), DUE),
        ("line-monthly", "2026-06", 1, Decimal(2000), DUE),
        ("line-monthly", "2026-07", 1, Decimal(2000), DUE),
    ]


def test_nex_08_fixed_phone(session: Session, rules: FeeRules) -> None:
    office = make_member(session, int(session.info["operator_id"]), plan="rental-office", capacity=1)
    assert [
        amount for _, _, _, amount, _ in fees(session, rules, member=office, line_plan="fixed-phone")
    ] == [
        Decimal(2500),
        Decimal(3000),
        Decimal(3000),
    ]


def test_a_line_of_a_later_month_pays_for_that_month_on(session: Session, rules: FeeRules) -> None:
    posted = fees(session, rules, starts_month=date(2026, 12, 1))
    assert [month for what, month, *_ in posted if what == "line-monthly"] == ["2026-12", "2027-01"]


def test_an_operator_that_prorates_charges_the_days_left(session: Session, rules: FeeRules) -> None:
    by_day = replace(rules, numbers=rules.numbers.model_copy(update={"proration": Proration.BY_DAY}))
    # 21 of 30 days from 10 June on: 1,400; the month after is whole.
    monthly = [amount for what, _, _, amount, _ in fees(session, by_day) if what == "line-monthly"]
    assert monthly == [Decimal(1400), Decimal(2000)]
