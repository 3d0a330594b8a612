from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import Posting
from coworking.billing.models import Charge
from coworking.kit.money import TaxMode
from telephony.metering import CallFacts, LegFacts, charge_key, legs_of, posting_for, settle
from telephony.metering.tariffs import TariffRules
from tests.factories.forwarding import FIXED, MOBILE, tariff_rules
from tests.factories.membership import NOW, make_operator, make_profile_version
from tests.factories.numbers import make_line

ANSWERED_AT = datetime(2026, 6, 10, 3, 0, tzinfo=UTC)
CALL = "CA" + "0" * 32


def leg(
    seconds: int,
    *,
    number: str = MOBILE,
    bridged_at: datetime | None = ANSWERED_AT,
    role: str = "forward",
    sid: str = "CA" + "1" * 32,
) -> LegFacts:
    ended_at = bridged_at + timedelta(seconds=seconds) if bridged_at else None
    status = "completed" if bridged_at else "no-answer"
    return LegFacts(sid, role, number, status, ANSWERED_AT, bridged_at, bridged_at, ended_at, seconds)


def call(
    *legs: LegFacts,
    line_plan: str = "incoming-outgoing",
    member_plan: str = "virtual-office",
    line_id: int = 1,
    member_id: int = 1,
) -> CallFacts:
    return CallFacts(CALL, "in", line_id, line_plan, member_id, member_plan, legs)


def posted(facts: CallFacts) -> Posting:
    posting = posting_for(tariff_rules(), facts, NOW)
    assert posting is not None
    return posting


@pytest.mark.parametrize(
    ("seconds", "number", "line_plan", "units", "amount"),
    [
        (61, MOBILE, "incoming-outgoing", 2, 64),
        (180, FIXED, "incoming-outgoing", 1, 15),
        (181, FIXED, "incoming-outgoing", 2, 30),
        (61, MOBILE, "fixed-phone", 2, 54),
        (180, FIXED, "fixed-phone", 1, 13),
        (60, "+815012345678", "incoming-outgoing", 1, 15),
    ],
)
def test_examples_of_nex(seconds: int, number: str, line_plan: str, units: int, amount: int) -> None:
    posting = posted(call(leg(seconds, number=number), line_plan=line_plan))
    assert (posting.quantity, posting.amount) == (units, Decimal(amount))


def test_three_calls_and_one_that_nobody_answered_nex_example() -> None:
    postings = [
        posting_for(tariff_rules(), call(leg(seconds), line_plan="fixed-phone"), NOW)
        for seconds in (59, 60, 61, 0)
    ]
    assert [posting.quantity if posting else 0 for posting in postings] == [1, 1, 2, 0]
    assert sum(posting.amount for posting in postings if posting) == 108


@pytest.mark.parametrize(
    ("answered_at", "month", "service_on"),
    [
        (datetime(2026, 6, 30, 14, 59, 30, tzinfo=UTC), "2026-06", date(2026, 6, 30)),
        (datetime(2026, 6, 30, 14, 59, 59, 999_999, tzinfo=UTC), "2026-06", date(2026, 6, 30)),
        (datetime(2026, 6, 30, 15, 0, tzinfo=UTC), "2026-07", date(2026, 7, 1)),
        (datetime(2028, 2, 29, 14, 59, 59, tzinfo=UTC), "2028-02", date(2028, 2, 29)),
        (datetime(2026, 12, 31, 15, 0, tzinfo=UTC), "2027-01", date(2027, 1, 1)),
    ],
)
def test_a_call_belongs_to_the_month_in_which_it_was_answered(
    answered_at: datetime, month: str, service_on: date
) -> None:
    posting = posted(call(leg(90, bridged_at=answered_at)))
    assert (posting.service_month, posting.service_on, posting.quantity) == (month, service_on, 2)


def test_charges_of_a_month_are_due_by_the_end_of_the_next_nex_18() -> None:
    posting = posted(call(leg(61)))
    assert (posting.closes_on, posting.due_on) == (date(2026, 6, 30), date(2026, 7, 31))


def test_what_a_charge_says_of_itself() -> None:
    posting = posted(call(leg(61), member_id=9))
    assert (posting.key, posting.member_id, posting.what) == (f"call:{CALL}", 9, "call")
    assert (posting.unit_price, posting.tax_mode) == (Decimal(32), TaxMode.EXCLUDED)
    assert posting.reason == {
        "line_plan": "incoming-outgoing",
        "rate_class": "forward-to-mobile",
        "seconds": 61,
        "unit_seconds": 60,
        "units": 2,
        "unit_price": "32",
        "rate_card": "2019-10-01",
        "rules": ["NEX-09"],
    }


@pytest.mark.parametrize(
    "legs",
    [
        (),
        (leg(0),),
        (leg(0, bridged_at=None),),
        (leg(61, role="caller"),),
        (leg(61, bridged_at=None),),
    ],
)
def test_nothing_is_owed(legs: tuple[LegFacts, ...]) -> None:
    assert posting_for(tariff_rules(), call(*legs), NOW) is None


def test_two_bridged_legs_are_one_charge_named_after_the_first() -> None:
    later = leg(181, number=FIXED, bridged_at=ANSWERED_AT + timedelta(minutes=5), sid="CA" + "2" * 32)
    posting = posted(call(later, leg(61)))
    assert (posting.quantity, posting.amount) == (4, Decimal(94))
    assert (posting.unit_price, posting.service_on) == (Decimal(32), date(2026, 6, 10))
    assert posting.reason["rate_class"] == "forward-to-mobile"
    assert [one["units"] for one in posting.reason["legs"]] == [2, 2]


def test_a_leg_that_has_no_telephone_number_has_no_class() -> None:
    assert leg(1, number="sip:desk-7@rusuban.example").number_class is None
    assert leg(1, number="").number_class is None
    assert leg(1).number_class == "mobile"


class Ledger:
    """An operator with a line; calls on it are settled and the rows of their key looked at."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.operator_id = make_operator(session)
        self.rules: TariffRules = tariff_rules(make_profile_version(session, self.operator_id))
        self.line = make_line(session, self.operator_id)

    def settle(self, *legs: LegFacts) -> list[Charge]:
        facts = call(*legs, line_id=self.line.id, member_id=self.line.member_id)
        settle(self.session, self.rules, self.operator_id, [facts], NOW)
        return self.rows()

    def rows(self) -> list[Charge]:
        statement = select(Charge).where(Charge.key == charge_key(CALL)).order_by(Charge.revision)
        return list(self.session.scalars(statement))


@pytest.fixture
def ledger(session: Session) -> Ledger:
    return Ledger(session)


def test_settling_again_changes_nothing(ledger: Ledger) -> None:
    first = ledger.settle(leg(61))
    assert [(row.revision, int(row.amount)) for row in first] == [(1, 64)]
    assert [row.id for row in ledger.settle(leg(61))] == [first[0].id]
    [stored] = legs_of(ledger.session, [CALL])[CALL]
    assert (stored.seconds, stored.number_class, stored.line_id) == (61, "mobile", ledger.line.id)


def test_later_facts_reverse_and_post_anew(ledger: Ledger) -> None:
    ledger.settle(leg(61))
    rows = ledger.settle(leg(121))
    assert [(row.revision, row.quantity, int(row.amount)) for row in rows] == [
        (1, 2, 64),
        (2, -2, -64),
        (3, 3, 96),
    ]
    assert rows[1].reverses_id == rows[0].id
    assert sum(row.amount for row in rows) == 96


def test_later_facts_by_which_nothing_is_owed_take_the_charge_back(ledger: Ledger) -> None:
    ledger.settle(leg(61))
    rows = ledger.settle(leg(0))
    assert [(row.revision, int(row.amount)) for row in rows] == [(1, 64), (2, -64)]
    assert len(ledger.settle(leg(0))) == 2
    assert sum(row.amount for row in ledger.settle(leg(61))) == 64


def test_a_call_that_was_never_owed_for_has_no_rows(ledger: Ledger) -> None:
    assert ledger.settle(leg(0, bridged_at=None)) == []


def test_many_calls_at_once(ledger: Ledger) -> None:
    calls = [
        CallFacts(
            f"CA{number:032x}",
            "in",
            ledger.line.id,
            "incoming-outgoing",
            ledger.line.member_id,
            "virtual-office",
            (leg(61, sid=f"CA{number + 10_000:032x}"),),
        )
        for number in range(501)
    ]
    settle(ledger.session, ledger.rules, ledger.operator_id, calls, NOW)
    amounts = ledger.session.scalars(select(Charge.amount)).all()
    assert len(amounts) == 501
    assert set(amounts) == {Decimal(64)}
