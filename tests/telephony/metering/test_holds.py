from __future__ import annotations

from telephony.metering import charge_key, hold_charge, release_charge
from tests.factories.membership import NOW
from tests.telephony.metering.books import Books, forwarded


def test_a_held_call_is_taken_back_and_never_charged_again_until_it_is_released(books: Books) -> None:
    call = forwarded(books.line, 61, serial=77)
    key = charge_key(call.call_sid)
    books.settle(call)
    assert hold_charge(books.session, books.operator_id, key, reason="fault", held_by="account:1", now=NOW)
    assert not hold_charge(books.session, books.operator_id, key, reason="x", held_by="account:2", now=NOW)
    for seconds in (61, 61, 500):
        books.settle(forwarded(books.line, seconds, serial=77))
    rows = books.charges(call)
    assert [int(row.amount) for row in rows] == [64, -64]
    assert rows[1].reason == {"reversed": "held"}
    assert [(leg.seconds, leg.amount, leg.is_held) for leg in books.billed()] == [(500, 0, True)]
    assert release_charge(books.session, key)
    assert not release_charge(books.session, key)
    books.settle(forwarded(books.line, 500, serial=77))
    assert books.owed([call]) == [9 * 32]
