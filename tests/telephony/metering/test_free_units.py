from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.metering import hold_charge, why
from telephony.metering.charging import charge_key
from telephony.metering.free_units import Claim, allot
from tests.factories.membership import NOW
from tests.telephony.metering.books import Books, forwarded

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
claims = st.lists(
    st.builds(
        Claim,
        leg_sid=st.uuids().map(str),
        call_sid=st.just("CA"),
        line_id=st.integers(1, 2),
        month=st.sampled_from(["2026-06", "2026-07"]),
        call_class=st.sampled_from(["forward-to-mobile", "control"]),
        answered_at=st.integers(0, 50).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
        units=st.integers(0, 5),
        allowed=st.just(7),
    ),
    max_size=12,
    unique_by=lambda claim: claim.leg_sid,
)


@given(claims=claims, data=st.data())
def test_free_units_go_to_who_was_answered_first_whatever_order_they_are_told_in(
    claims: list[Claim], data: st.DataObject
) -> None:
    allotted = allot(claims)
    assert allot(data.draw(st.permutations(claims))) == allotted
    groups: dict[tuple[int, str, str], list[Claim]] = {}
    for claim in claims:
        groups.setdefault((claim.line_id, claim.month, claim.call_class), []).append(claim)
    for group in groups.values():
        given_out = [
            allotted[one.leg_sid] for one in sorted(group, key=lambda one: (one.answered_at, one.leg_sid))
        ]
        assert sum(given_out) == min(7, sum(one.units for one in group))
        wants = [one.units for one in sorted(group, key=lambda one: (one.answered_at, one.leg_sid))]
        short = [
            index for index, (free, want) in enumerate(zip(given_out, wants, strict=True)) if free < want
        ]
        assert not short or not any(given_out[short[0] + 1 :])


def test_the_first_units_of_a_month_are_free(books: Books) -> None:
    books.price(free_units=3)
    calls = [forwarded(books.line, 61, answered_at=NOW + timedelta(hours=hour)) for hour in range(3)]
    for call in calls:
        books.settle(call)
    assert books.owed(calls) == [0, 32, 64]
    reason = books.charges(calls[1])[-1].reason
    assert (reason["units"], reason["free_units"]) == (2, 1)
    assert "2 (1 free) × 60 s at 32 yen = 32 yen" in why(reason, "en")
    assert "2（うち無料1） × 32円 = 32円" in why(reason, "ja")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_a_call_that_is_told_late_takes_the_units_that_are_its_own(
    books: Books, order: tuple[int, ...]
) -> None:
    books.price(free_units=3)
    calls = [forwarded(books.line, 61, answered_at=NOW + timedelta(hours=hour)) for hour in range(3)]
    for index in order:
        books.settle(calls[index])
        books.settle(calls[index])
    assert books.owed(calls) == [0, 32, 64]
    assert [leg.free_units for leg in books.billed()] == [2, 1, 0]


def test_what_is_corrected_or_taken_back_gives_its_free_units_to_the_next(books: Books) -> None:
    books.price(free_units=2)
    first = forwarded(books.line, 61, serial=901)
    second = forwarded(books.line, 61, answered_at=NOW + timedelta(hours=1))
    books.settle(first, second)
    assert books.owed([first, second]) == [0, 64]
    books.settle(forwarded(books.line, 0, serial=901))
    assert books.owed([first, second]) == [0, 0]
    books.settle(first)
    assert books.owed([first, second]) == [0, 64]
    hold_charge(
        books.session, books.operator_id, charge_key(first.call_sid), reason="x", held_by="account:1", now=NOW
    )
    books.settle(first)
    assert books.owed([first, second]) == [0, 0]


def test_another_month_and_another_line_have_their_own(books: Books) -> None:
    books.price(free_units=2)
    june = forwarded(books.line, 61, answered_at=datetime(2026, 6, 30, 14, 59, tzinfo=UTC))
    july = forwarded(books.line, 61, answered_at=datetime(2026, 6, 30, 15, 0, tzinfo=UTC))
    books.settle(june, july)
    assert books.owed([june, july]) == [Decimal(0), Decimal(0)]
