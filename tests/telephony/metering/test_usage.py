from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from coworking.kit.errors import ValidationFailed
from telephony.metering import charge_key, hold_charge, usage_of_line, usage_of_member
from telephony.metering.usage import usage_of_all
from tests.factories.forwarding import FIXED
from tests.factories.membership import NOW
from tests.factories.numbers import make_line
from tests.telephony.metering.books import Books, forwarded

LATER = NOW + timedelta(hours=2)


def test_usage_of_a_month_by_class(books: Books) -> None:
    last_month = forwarded(books.line, 600, answered_at=datetime(2026, 5, 31, 14, 59, 59, tzinfo=UTC))
    books.settle(
        forwarded(books.line, 61),
        forwarded(books.line, 30),
        forwarded(books.line, 181, number=FIXED),
        last_month,
    )
    usage = usage_of_line(books.session, books.rules, books.line.id, "2026-06", LATER)
    assert [(one.call_class, one.legs, one.seconds, one.units, int(one.amount)) for one in usage.classes] == [
        ("forward-to-fixed", 1, 181, 2, 30),
        ("forward-to-mobile", 2, 91, 3, 96),
    ]
    assert (usage.seconds, usage.units, usage.amount, usage.live_calls) == (272, 5, Decimal(126), 0)


def test_a_call_that_is_going_on_counts_as_if_it_ended_now(books: Books) -> None:
    books.settle(forwarded(books.line, 61), forwarded(books.line, 0, serial=500, ended=False))
    for minutes, amount in ((0, 64 + 32), (1, 64 + 32), (2, 64 + 64)):
        usage = usage_of_member(
            books.session, books.rules, books.line.member_id, "2026-06", NOW + timedelta(minutes=minutes)
        )
        assert (usage.amount, usage.live_calls) == (Decimal(amount), 1)
    books.settle(forwarded(books.line, 121, serial=500))
    usage = usage_of_member(books.session, books.rules, books.line.member_id, "2026-06", LATER)
    assert (usage.amount, usage.live_calls) == (Decimal(64 + 96), 0)
    assert usage_of_member(books.session, books.rules, books.line.member_id, "2026-05", LATER).classes == ()


def test_usage_is_of_who_is_asked_for(books: Books) -> None:
    other = make_line(books.session, books.operator_id)
    books.settle(forwarded(books.line, 61), forwarded(other, 300), forwarded(other, 0, ended=False))
    of_line = usage_of_line(books.session, books.rules, books.line.id, "2026-06", NOW)
    assert (of_line.seconds, of_line.live_calls) == (61, 0)
    of_all = usage_of_all(books.session, books.rules, "2026-06", NOW)
    assert (of_all.seconds, of_all.live_calls) == (362, 1)


def test_what_was_reversed_is_no_usage(books: Books) -> None:
    call = forwarded(books.line, 61)
    hold_charge(
        books.session, books.operator_id, charge_key(call.call_sid), reason="x", held_by="account:1", now=NOW
    )
    books.settle(call)
    assert usage_of_line(books.session, books.rules, books.line.id, "2026-06", LATER).classes == ()


def test_what_is_no_month_is_refused(books: Books) -> None:
    with pytest.raises(ValidationFailed):
        usage_of_line(books.session, books.rules, books.line.id, "2026-13", LATER)
