from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import Posting, list_charges, post, reverse, standing_charges, totals_by_month
from coworking.billing.models import Charge
from coworking.kit.db import belong_to
from coworking.kit.money import TaxMode
from tests.factories.membership import NOW, make_member, make_operator, make_profile_version

HOUR = timedelta(hours=1)


class Books:
    """An operator with one member, and postings for it."""

    def __init__(self, session: Session, operator: str = "nex") -> None:
        self.session = session
        self.operator_id = make_operator(session, operator)
        self.member_id = make_member(session, self.operator_id).id
        self.posting = Posting(
            key="call:CA1",
            member_id=self.member_id,
            what="call",
            quantity=2,
            unit_price=Decimal(32),
            amount=Decimal(64),
            tax_mode=TaxMode.EXCLUDED,
            service_month="2026-06",
            service_on=date(2026, 6, 10),
            closes_on=date(2026, 6, 30),
            due_on=date(2026, 7, 31),
            reason={"rule": "NEX-09"},
            profile_version_id=make_profile_version(session, self.operator_id),
        )

    def post(self, *postings: Posting, later: timedelta = timedelta(0)) -> None:
        post(self.session, self.operator_id, postings, NOW + later)

    def call(self, units: int, *, key: str = "call:CA1", **changes: object) -> Posting:
        amount = Decimal(32) * units
        return replace(self.posting, key=key, quantity=units, amount=amount, **changes)

    def rows(self, key: str = "call:CA1") -> list[Charge]:
        self.session.expire_all()
        return list(self.session.scalars(select(Charge).where(Charge.key == key).order_by(Charge.revision)))

    def amounts(self, key: str = "call:CA1") -> list[Decimal]:
        return [row.amount for row in self.rows(key)]


@pytest.fixture
def books(session: Session) -> Books:
    return Books(session)


def test_a_posting_is_a_row_with_all_of_it(books: Books) -> None:
    books.post(books.posting)
    [row] = books.rows()
    wanted = books.posting
    for name in ("key", "member_id", "what", "quantity", "unit_price", "amount", "service_month", "reason"):
        assert getattr(row, name) == getattr(wanted, name)
    assert (row.service_on, row.closes_on, row.due_on) == (wanted.service_on, wanted.closes_on, wanted.due_on)
    assert (row.tax_mode, row.posted_at, row.revision, row.reverses_id) == ("excluded", NOW, 1, None)
    assert row.profile_version_id == wanted.profile_version_id


def test_posting_the_same_again_changes_nothing(books: Books) -> None:
    for later in range(3):
        books.post(books.posting, later=later * HOUR)
    assert [(row.revision, row.posted_at) for row in books.rows()] == [(1, NOW)]
    books.post(books.posting, books.posting)
    assert len(books.rows()) == 1


def test_of_one_key_twice_in_a_batch_the_last_counts(books: Books) -> None:
    books.post(books.call(2), books.call(3), books.call(1, key="call:CA2"))
    assert books.amounts() == [64, -64, 96]
    assert books.amounts("call:CA2") == [32]


def test_nothing_is_posted_of_nothing(books: Books) -> None:
    books.post()
    assert books.rows() == []


def test_a_price_of_another_scale_is_the_same_price(books: Books) -> None:
    books.post(books.posting)
    books.post(replace(books.posting, unit_price=Decimal("32.000"), amount=Decimal("64.0")))
    assert len(books.rows()) == 1


def test_what_differs_is_reversed_and_posted_anew(books: Books) -> None:
    books.post(books.call(2))
    books.post(books.call(3), later=HOUR)
    first, reversal, second = books.rows()
    assert [first.amount, reversal.amount, second.amount] == [64, -64, 96]
    assert [first.quantity, reversal.quantity, second.quantity] == [2, -2, 3]
    assert [row.revision for row in (first, reversal, second)] == [1, 2, 3]
    assert (reversal.reverses_id, second.reverses_id) == (first.id, None)
    assert reversal.reason == {"reversed": "corrected"}
    assert (reversal.service_month, reversal.closes_on, reversal.due_on, reversal.what) == (
        first.service_month,
        first.closes_on,
        first.due_on,
        first.what,
    )
    assert reversal.posted_at == second.posted_at == NOW + HOUR
    books.post(books.call(3))
    assert len(books.rows()) == 3
    books.post(books.call(2))
    assert books.amounts() == [64, -64, 96, -96, 64]


@pytest.mark.parametrize(
    "changes",
    [
        {"what": "line-monthly"},
        {"quantity": 3},
        {"unit_price": Decimal(31)},
        {"amount": Decimal("64.001")},
        {"service_on": date(2026, 6, 11)},
        {"service_month": "2026-07"},
        {"tax_mode": TaxMode.INCLUDED},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_any_change_of_what_is_owed_is_a_correction(books: Books, changes: dict[str, object]) -> None:
    books.post(books.posting)
    changed = replace(books.posting, **changes)
    books.post(changed)
    rows = books.rows()
    assert len(rows) == 3
    for name, value in changes.items():
        assert getattr(rows[2], name) == value


def test_a_charge_moves_to_another_member_as_a_whole(books: Books) -> None:
    other = make_member(books.session, books.operator_id).id
    books.post(books.call(2))
    books.post(books.call(2, member_id=other))
    assert [(row.member_id, int(row.amount)) for row in books.rows()] == [
        (books.member_id, 64),
        (books.member_id, -64),
        (other, 64),
    ]


def test_taking_back_leaves_nothing_and_can_be_posted_again(books: Books) -> None:
    assert not reverse(books.session, books.operator_id, "call:CA1", reason="waived", now=NOW)
    books.post(books.call(2))
    assert reverse(books.session, books.operator_id, "call:CA1", reason="waived", now=NOW + HOUR)
    assert not reverse(books.session, books.operator_id, "call:CA1", reason="waived", now=NOW + HOUR)
    assert standing_charges(books.session, ["call:CA1"]) == {}
    assert books.amounts() == [64, -64]
    assert books.rows()[1].reason == {"reversed": "waived"}
    books.post(books.call(2))
    assert books.amounts() == [64, -64, 64]


def test_what_stands_is_found_by_its_key(books: Books) -> None:
    books.post(books.call(2), books.call(1, key="call:CA2"), books.call(5, key="call:CA3"))
    books.post(books.call(3))
    reverse(books.session, books.operator_id, "call:CA3", reason="waived", now=NOW)
    found = standing_charges(books.session, ["call:CA1", "call:CA2", "call:CA3", "call:CA4"])
    assert {key: charge.amount for key, charge in found.items()} == {"call:CA1": 96, "call:CA2": 32}
    assert standing_charges(books.session, []) == {}


def test_a_key_belongs_to_its_operator(books: Books) -> None:
    books.post(books.call(2))
    others = Books(books.session, "other")
    others.post(others.call(1))
    assert others.amounts() == [32]
    belong_to(books.session, books.operator_id)
    assert books.amounts() == [64]


def test_a_month_is_the_sum_of_its_rows(books: Books) -> None:
    other = make_member(books.session, books.operator_id).id
    books.post(
        books.call(2, key="a"),
        books.call(3, key="b"),
        books.call(1, key="c", service_month="2026-07", service_on=date(2026, 7, 1)),
        books.call(1, key="d", what="control"),
        books.call(7, key="e", member_id=other),
    )
    books.post(books.call(1, key="b"))
    totals = totals_by_month(books.session)
    assert [(t.service_month, t.member_id, t.what, t.count, t.quantity, int(t.amount)) for t in totals] == [
        ("2026-06", books.member_id, "call", 4, 3, 96),
        ("2026-06", books.member_id, "control", 1, 1, 32),
        ("2026-06", other, "call", 1, 7, 224),
        ("2026-07", books.member_id, "call", 1, 1, 32),
    ]
    assert all(isinstance(total.amount, Decimal) for total in totals)
    assert [t.member_id for t in totals_by_month(books.session, member_id=other)] == [other]
    assert [t.amount for t in totals_by_month(books.session, service_month="2026-07")] == [32]
    assert totals_by_month(books.session, service_month="2025-01") == []


def test_charges_are_listed_page_by_page(books: Books) -> None:
    books.post(*(books.call(1, key=f"call:{number}") for number in range(5)))
    rows = list_charges(books.session)
    assert [row.key for row in rows] == [f"call:{number}" for number in range(5)]
    assert [row.key for row in list_charges(books.session, after_id=rows[1].id, limit=2)] == [
        "call:2",
        "call:3",
    ]
    assert list_charges(books.session, what="control") == []
    assert list_charges(books.session, member_id=0) == []
    assert len(list_charges(books.session, service_month="2026-06", what="call", limit=10_000)) == 5


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.sampled_from("abc"), st.integers(0, 3)),
        st.tuples(st.just("reverse"), st.sampled_from("abc"), st.just(0)),
        st.tuples(st.just("batch"), st.just("abc"), st.integers(0, 3)),
    ),
    max_size=12,
)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_of_a_key_is_what_was_last_posted_for_it(
    session: Session, steps: list[tuple[str, str, int]]
) -> None:
    with session.begin_nested() as savepoint:
        books = Books(session)
        owed: dict[str, Decimal] = {}
        for step, keys, units in steps:
            if step == "reverse":
                reverse(session, books.operator_id, keys, reason="waived", now=NOW)
                owed[keys] = Decimal(0)
            else:
                books.post(*(books.call(units, key=key) for key in keys))
                owed.update(dict.fromkeys(keys, Decimal(32) * units))
        for key, amount in owed.items():
            rows = books.rows(key)
            assert sum(row.amount for row in rows) == amount
            assert [row.revision for row in rows] == list(range(1, len(rows) + 1))
            standing = standing_charges(session, [key])
            assert sum(charge.amount for charge in standing.values()) == amount
        assert sum(total.amount for total in totals_by_month(session)) == sum(owed.values())
        savepoint.rollback()
