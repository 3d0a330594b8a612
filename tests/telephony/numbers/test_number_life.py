"""The life of a number beside its lines: reserved, ported, made a control number, given back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.errors import NotFound, UserError
from coworking.kit.notices import Notice
from coworking.kit.phone import parse_phone
from telephony.numbers import Line, NumberChanged, control_numbers, line_of_number
from telephony.numbers.control_numbers import free_control_number, make_control_number
from telephony.numbers.errors import (
    LineQuotaReached,
    NoFreeNumber,
    NumberStateRefused,
    StockNumberRefused,
    TimePast,
    TooFarAhead,
)
from telephony.numbers.models import StockNumber
from telephony.numbers.number_states import FOLLOWING, NUMBER_STATES, move
from telephony.numbers.porting import PortedLine, port_in, port_out
from telephony.numbers.releasing import release_number
from telephony.numbers.reservations import free_reserved, reserve_number
from tests.factories.membership import NOW
from tests.factories.numbers import ACTOR
from tests.telephony.numbers.carrier_shop import Shop, releasing
from tests.telephony.numbers.desk import CALLBACKS, SECOND, Counter, member, stock

DAY = timedelta(days=1)


def reserve(
    counter: Counter, number: StockNumber, member_id: int, until: datetime = NOW + 7 * DAY
) -> StockNumber:
    return reserve_number(counter.session, number.id, member_id, until, actor=ACTOR, now=counter.clock.now())


# The table


@given(st.sampled_from(NUMBER_STATES), st.sampled_from(NUMBER_STATES))
def test_only_what_the_table_says_follows(before: str, after: str) -> None:
    number = StockNumber(status=before, reserved_for_member_id=1, reserved_until=NOW, quarantined_until=NOW)
    if after in FOLLOWING[before]:
        move(number, after)
        assert number.status == after
        assert (number.reserved_until is not None) == (after == "reserved")
        assert (number.quarantined_until is not None) == (after == "quarantined")
    else:
        with pytest.raises(NumberStateRefused) as refused:
            move(number, after)
        assert refused.value.code == "number-state"
        assert number.status == before


def test_every_state_can_be_left_for_one_that_is_known() -> None:
    assert all(FOLLOWING[state] and FOLLOWING[state] <= set(NUMBER_STATES) for state in NUMBER_STATES)


# Reservation


def test_a_reserved_number_is_its_members(counter: Counter) -> None:
    first, second, _ = stock(counter, count=3)
    sato, suzuki = member(counter), member(counter)
    reserve(counter, first, suzuki.id)
    assert counter.rent(sato).number == second.number
    line = counter.rent(suzuki)
    assert line.number == first.number
    assert (first.status, first.reserved_for_member_id, first.reserved_until) == ("assigned", None, None)
    counter.pass_time(NOW + 8 * DAY)
    assert first.status == "assigned"


def test_a_reservation_ends_with_its_time(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    suzuki = member(counter)
    reserve(counter, number, suzuki.id)
    with pytest.raises(NoFreeNumber):
        counter.rent(member(counter))
    counter.pass_time(NOW + 7 * DAY - SECOND)
    assert number.status == "reserved"
    counter.pass_time(NOW + 7 * DAY)
    assert number.status == "available"


def test_a_reservation_is_given_up_and_made_again(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    suzuki = member(counter)
    reserve(counter, number, suzuki.id)
    free_reserved(counter.session, number.id, actor=ACTOR, now=NOW)
    reserve(counter, number, suzuki.id, NOW + 20 * DAY)
    counter.pass_time(NOW + 8 * DAY)
    assert number.status == "reserved"


def test_a_reservation_of_another_area_is_not_taken(counter: Counter) -> None:
    [tokyo_number] = stock(counter, "03", count=1)
    stock(counter, count=1)
    suzuki = member(counter)
    reserve(counter, tokyo_number, suzuki.id)
    assert counter.rent(suzuki).stock_number.area_code == "045"
    assert tokyo_number.status == "reserved"


def test_what_cannot_be_reserved(counter: Counter) -> None:
    number, lent = stock(counter, count=2)
    suzuki = member(counter)
    lent.status = "assigned"
    for stock_number, until, refusal in (
        (number, NOW, TimePast),
        (number, datetime(9999, 1, 1, tzinfo=UTC), TooFarAhead),
        (lent, NOW + DAY, NumberStateRefused),
    ):
        with pytest.raises(refusal):
            reserve(counter, stock_number, suzuki.id, until)
    with pytest.raises(NotFound):
        reserve(counter, number, suzuki.id + 1000)
    with pytest.raises(NumberStateRefused):
        free_reserved(counter.session, number.id, actor=ACTOR, now=NOW)


# Porting


def ports_in(
    counter: Counter, at: datetime, to_line: PortedLine | None = None, text: str = "045-411-0900"
) -> tuple[StockNumber, Line | None]:
    return port_in(
        counter.session,
        counter.rules,
        counter.operator_id,
        parse_phone(text),
        carrier_sid="PN1",
        ports_at=at,
        to_line=to_line,
        actor=ACTOR,
        now=counter.clock.now(),
    )


def test_a_number_comes_into_stock_on_its_day(counter: Counter) -> None:
    number, line = ports_in(counter, NOW + 5 * DAY)
    assert (number.status, number.ported_in_at, line) == ("porting-in", NOW + 5 * DAY, None)
    with pytest.raises(NoFreeNumber):
        counter.rent(member(counter))
    counter.pass_time(NOW + 5 * DAY)
    assert counter.rent(member(counter)).stock_number == number


def test_a_number_that_is_here_is_free_at_once(counter: Counter) -> None:
    number, _ = ports_in(counter, NOW - DAY)
    assert number.status == "available"


def test_a_number_comes_to_a_members_line_on_its_day(counter: Counter) -> None:
    sato = member(counter)
    number, line = ports_in(counter, NOW + 5 * DAY, PortedLine(sato.id, "incoming-outgoing"))
    assert line is not None
    assert (line.status, line.starts_at, line.stock_number) == ("pending", NOW + 5 * DAY, number)
    assert number.status == "assigned"
    counter.pass_time(NOW + 5 * DAY)
    assert line.status == "active"
    with pytest.raises(LineQuotaReached):
        ports_in(counter, NOW + 9 * DAY, PortedLine(sato.id, "incoming-outgoing"), "045-411-0901")


@pytest.mark.parametrize("text", ["090-1234-5678", "0120-123-456", "+12125550123"])
def test_what_is_no_number_to_lend_is_not_ported_in(counter: Counter, text: str) -> None:
    with pytest.raises(StockNumberRefused):
        ports_in(counter, NOW, None, text)


def test_a_number_in_stock_does_not_come_again(counter: Counter) -> None:
    stock(counter, count=1, first=900)
    with pytest.raises(NumberStateRefused):
        ports_in(counter, NOW)


def ports_out(counter: Counter, number: StockNumber, at: datetime) -> StockNumber:
    return port_out(counter.session, counter.rules, number.id, at, actor=ACTOR, now=counter.clock.now())


def test_a_line_ends_when_its_number_goes(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    line = counter.rent(member(counter))
    ports_out(counter, number, NOW + 3 * DAY)
    ports_out(counter, number, NOW + 5 * DAY)
    counter.told.clear()
    counter.pass_time(NOW + 5 * DAY - SECOND)
    assert line.status == "active"
    counter.pass_time(NOW + 5 * DAY)
    assert (line.status, line.ends_at, number.status) == ("ended", NOW + 5 * DAY, "ported-out")
    assert [told.line_id for told in counter.told] == [line.id]
    notices = counter.session.scalars(select(Notice).order_by(Notice.id)).all()
    assert [notice.kind for notice in notices] == ["line-ported-out"] * 2
    assert "2026年6月15日 12:00" in notices[1].body


def test_a_number_in_quarantine_goes_too_and_comes_back(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    line = counter.rent(member(counter))
    counter.end(line)
    assert line.ends_at is not None
    counter.pass_time(line.ends_at + DAY)
    assert number.status == "quarantined"
    ports_out(counter, number, counter.clock.now())
    assert (number.status, counter.told[-1].line_id) == ("ported-out", line.id)
    counter.pass_time(counter.clock.now() + 300 * DAY)
    assert number.status == "ported-out"
    again, _ = ports_in(counter, counter.clock.now(), None, "045-411-0001")
    assert (again, again.status, again.ports_out_at) == (number, "available", None)


def test_a_number_that_is_gone_does_not_go_again(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    ports_out(counter, number, NOW)
    with pytest.raises(NumberStateRefused):
        ports_out(counter, number, NOW)


# Control numbers


def test_a_control_number_is_lent_to_nobody(counter: Counter) -> None:
    first, second = stock(counter, count=2)
    make_control_number(counter.session, first.id, actor=ACTOR, now=NOW)
    assert control_numbers(counter.session) == [first.number]
    assert counter.rent(member(counter)).number == second.number
    with pytest.raises(NumberStateRefused):
        make_control_number(counter.session, second.id, actor=ACTOR, now=NOW)
    free_control_number(counter.session, first.id, actor=ACTOR, now=NOW)
    assert control_numbers(counter.session) == []
    assert counter.events == [NumberChanged(first.id, NOW)] * 2
    with pytest.raises(NumberStateRefused):
        free_control_number(counter.session, first.id, actor=ACTOR, now=NOW)
    with pytest.raises(NotFound):
        make_control_number(counter.session, second.id + 1000, actor=ACTOR, now=NOW)


# Release


@pytest.fixture
def bought(counter: Counter, shop: Shop) -> StockNumber:
    """A number in stock that the carrier knows as ours."""
    [number] = stock(counter, count=1)
    carrier = counter.carriers[counter.operator_id]
    owned = carrier.buy_number(
        number.number, CALLBACKS.webhooks(), bundle_id="BU" + "0" * 32, address_id="AD" + "0" * 32
    )
    number.carrier_sid = owned.number_id
    shop.asked.clear()
    return number


def release(counter: Counter, number: StockNumber) -> StockNumber:
    return release_number(counter.session, number.id, actor=ACTOR, now=counter.clock.now())


def test_a_number_is_given_back(counter: Counter, shop: Shop, bought: StockNumber) -> None:
    release(counter, bought)
    assert bought.status == "releasing"
    with pytest.raises(NoFreeNumber):
        counter.rent(member(counter))
    counter.pass_time(NOW)
    assert bought.status == "released"
    assert counter.carriers[counter.operator_id].find_number(bought.number) is None


def test_a_release_of_unknown_outcome_is_looked_up(counter: Counter, shop: Shop, bought: StockNumber) -> None:
    shop.loses = releasing
    release(counter, bought)
    counter.pass_time(NOW)
    assert bought.status == "releasing"
    counter.pass_time(NOW + timedelta(minutes=1))
    assert bought.status == "released"
    assert sum(one.startswith("DELETE") for one in shop.asked) == 1


def test_a_number_that_the_carrier_does_not_know_is_released(counter: Counter, shop: Shop) -> None:
    [number] = stock(counter, count=1, first=70)
    release(counter, number)
    counter.pass_time(NOW)
    assert number.status == "released"


def test_only_a_free_number_is_given_back(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    counter.rent(member(counter))
    with pytest.raises(NumberStateRefused):
        release(counter, number)
    assert line_of_number(counter.session, number.number) is not None


Move = Callable[[Counter, StockNumber], object]


def test_every_change_of_a_number_is_on_record(counter: Counter) -> None:
    [number] = stock(counter, count=1)
    suzuki = member(counter)
    moves: list[Move] = [
        lambda counter, number: reserve(counter, number, suzuki.id),
        lambda counter, number: free_reserved(counter.session, number.id, actor=ACTOR, now=NOW),
        lambda counter, number: make_control_number(counter.session, number.id, actor=ACTOR, now=NOW),
        lambda counter, number: free_control_number(counter.session, number.id, actor=ACTOR, now=NOW),
        lambda counter, number: ports_out(counter, number, NOW),
        lambda counter, _: ports_in(counter, NOW, None, "045-411-0001"),
        release,
    ]
    for change in moves:
        change(counter, number)
    entries = counter.session.scalars(
        select(AuditEntry).where(AuditEntry.subject == f"number:{number.id}").order_by(AuditEntry.id)
    ).all()
    assert [entry.action for entry in entries] == [
        "number.reserved",
        "number.reservation-ended",
        "number.control-begun",
        "number.control-ended",
        "number.porting-out",
        "number.ported-out",
        "number.porting-in",
        "number.releasing",
    ]
    assert not any(number.number[3:] in str(entry.details) for entry in entries)


def test_a_refusal_names_both_states() -> None:
    refused: UserError = NumberStateRefused(status="assigned", wanted="control")
    assert "assigned" in refused.sentence("ja")
    assert "control" in refused.sentence("en")
