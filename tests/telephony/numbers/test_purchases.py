"""Numbers looked for at the carrier and bought from it: four eyes, limits, every outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from coworking.kit.audit import AuditEntry
from coworking.kit.errors import NotFound, UserError
from coworking.kit.phone import from_e164, parse_phone
from telephony.carrier import CarrierRefused
from telephony.numbers.buying import MOST_ATTEMPTS
from telephony.numbers.errors import (
    AlreadyApproved,
    FourEyesRequired,
    PrefixRefused,
    PurchaseLimitReached,
    PurchaseUnderWay,
    StockNumberRefused,
)
from telephony.numbers.models import StockNumber
from telephony.numbers.number_searches import numbers_for_sale
from telephony.numbers.profile import Purchase
from telephony.numbers.purchase_models import NumberPurchase, NumberSearch
from telephony.numbers.purchases import approve_purchase, ask_for_numbers
from tests.factories.membership import NOW
from tests.factories.numbers import stock_text
from tests.telephony.numbers.carrier_shop import Shop, buying, refusing
from tests.telephony.numbers.desk import CALLBACKS, Counter, stock

ASKER, APPROVER = "account:1", "account:2"
MINUTE = timedelta(minutes=1)


def with_limits(counter: Counter, **limits: object) -> None:
    profile = counter.rules.profile
    purchase = profile.purchase.model_copy(update=limits)
    counter.rules = replace(counter.rules, profile=profile.model_copy(update={"purchase": purchase}))


def ask(counter: Counter, *serials: int, area_code: str = "045") -> NumberPurchase:
    numbers = [parse_phone(stock_text("045", serial)) for serial in serials]
    return ask_for_numbers(
        counter.session,
        counter.rules,
        counter.operator_id,
        area_code,
        numbers,
        actor=ASKER,
        now=counter.clock.now(),
    )


def approve(counter: Counter, purchase: NumberPurchase, actor: str = APPROVER) -> NumberPurchase:
    return approve_purchase(counter.session, purchase.id, actor=actor, now=counter.clock.now())


def states(purchase: NumberPurchase) -> list[tuple[str, str | None]]:
    return [(number.status, number.refusal) for number in purchase.numbers]


def in_stock(counter: Counter) -> list[StockNumber]:
    return list(counter.session.scalars(select(StockNumber).order_by(StockNumber.id)))


# Looking


def test_what_is_for_sale_is_asked_by_a_task_and_kept_a_while(counter: Counter, shop: Shop) -> None:
    def look() -> NumberSearch:
        return numbers_for_sale(counter.session, counter.operator_id, "045", counter.clock.now())

    assert look().status == "asked"
    assert shop.asked == []
    assert look().status == "asked"
    counter.pass_time(NOW)
    found = look()
    assert (found.status, found.answered_at, len(shop.asked)) == ("found", NOW, 1)
    assert all(from_e164(one["number"]).area_code == "045" for one in found.numbers)
    assert found.numbers
    counter.clock.advance_to(NOW + 10 * MINUTE)
    assert look().status == "asked"
    counter.pass_time(counter.clock.now())
    assert len(shop.asked) == 2


def test_a_carrier_that_is_away_is_told_and_asked_anew_soon(counter: Counter, shop: Shop) -> None:
    def away(request: httpx.Request) -> httpx.Response | None:
        raise httpx.ConnectError("no way", request=request)

    shop.fails = away
    numbers_for_sale(counter.session, counter.operator_id, "045", NOW)
    counter.pass_time(NOW)
    assert numbers_for_sale(counter.session, counter.operator_id, "045", NOW).status == "failed"
    later = NOW + MINUTE
    assert numbers_for_sale(counter.session, counter.operator_id, "045", later).status == "asked"


@pytest.mark.parametrize("prefix", ["", "0", "45", "00", "0450000", "０45", "+8145", "04a"])
def test_what_is_no_prefix(counter: Counter, prefix: str) -> None:
    with pytest.raises(PrefixRefused):
        numbers_for_sale(counter.session, counter.operator_id, prefix, NOW)


# Asking and approving


def test_a_purchase_from_asking_to_stock(counter: Counter, shop: Shop) -> None:
    purchase = ask(counter, 501, 502)
    counter.pass_time(NOW)
    assert (states(purchase), shop.asked) == ([("asked", None)] * 2, [])
    approve(counter, purchase)
    counter.pass_time(NOW)
    assert states(purchase) == [("bought", None)] * 2
    first, second = in_stock(counter)
    assert [(number.status, number.area_code) for number in (first, second)] == [("available", "045")] * 2
    owned = counter.carriers[counter.operator_id].find_number(first.number)
    assert owned is not None
    assert (owned.number_id, owned.webhooks) == (first.carrier_sid, CALLBACKS.webhooks())
    assert (purchase.asked_by, purchase.approved_by, purchase.approved_at) == (ASKER, APPROVER, NOW)


def test_who_asked_does_not_approve(counter: Counter, shop: Shop) -> None:
    purchase = ask(counter, 501)
    with pytest.raises(FourEyesRequired):
        approve(counter, purchase, ASKER)
    approve(counter, purchase)
    with pytest.raises(AlreadyApproved):
        approve(counter, purchase, "account:3")
    with pytest.raises(NotFound):
        approve_purchase(counter.session, purchase.id + 1000, actor=APPROVER, now=NOW)


def test_there_are_limits(counter: Counter) -> None:
    with_limits(counter, most_per_purchase=2, most_per_month=3)
    with pytest.raises(PurchaseLimitReached):
        ask(counter, 1, 2, 3)
    ask(counter, 1, 2)
    with pytest.raises(PurchaseLimitReached):
        ask(counter, 3, 4)
    ask(counter, 3)
    counter.clock.advance_to(NOW + timedelta(days=30))
    ask(counter, 4, 5)


def test_what_cannot_be_asked_for(counter: Counter) -> None:
    stock(counter, count=1, first=7)
    ask(counter, 8)
    cases: list[tuple[int, str, type[UserError]]] = [
        (7, "045", PurchaseUnderWay),
        (8, "045", PurchaseUnderWay),
        (9, "03", StockNumberRefused),
    ]
    for serial, area_code, refusal in cases:
        with pytest.raises(refusal):
            ask(counter, serial, area_code=area_code)


# Outcomes


@pytest.mark.parametrize(
    ("code", "status", "refusal"),
    [
        (21649, 400, "bundle-required"),
        (21631, 400, "address-required"),
        (21422, 400, "number-not-available"),
        (20003, 401, "authentication-failed"),
    ],
)
def test_a_refusal_of_the_carrier_is_the_end(
    counter: Counter, shop: Shop, code: int, status: int, refusal: str
) -> None:
    shop.fails = refusing(code, status)
    purchase = approve(counter, ask(counter, 501))
    counter.pass_time(NOW + timedelta(days=1))
    assert states(purchase) == [("refused", refusal)]
    assert in_stock(counter) == []
    shop.fails = lambda _: None
    assert states(ask(counter, 501)) == [("asked", None)]


def test_papers_that_are_missing_in_the_profile_are_a_refusal(counter: Counter, shop: Shop) -> None:
    with_limits(counter, **Purchase().model_dump())
    purchase = approve(counter, ask(counter, 501))
    counter.pass_time(NOW)
    assert states(purchase) == [("refused", "bundle-required")]


def test_a_passing_refusal_is_tried_again_by_the_outbox(counter: Counter, shop: Shop) -> None:
    shop.fails = refusing(20429, 429)
    purchase = approve(counter, ask(counter, 501))
    with pytest.raises(CarrierRefused):
        counter.perform("numbers.buy-number", purchased_number_id=purchase.numbers[0].id)
    assert states(purchase) == [("approved", None)]


def test_a_purchase_whose_answer_was_lost_is_found(counter: Counter, shop: Shop) -> None:
    shop.loses = buying
    purchase = approve(counter, ask(counter, 501))
    counter.pass_time(NOW)
    assert states(purchase) == [("unknown", None)]
    assert in_stock(counter) == []
    counter.pass_time(NOW + MINUTE)
    assert states(purchase) == [("bought", None)]
    assert [number.number for number in in_stock(counter)] == [parse_phone(stock_text("045", 501)).e164]
    assert shop.count("POST IncomingPhoneNumbers.json") == 1


def test_a_purchase_that_never_arrived_is_repeated(counter: Counter, shop: Shop) -> None:
    lost = iter([True])

    def never_arrives(request: httpx.Request) -> httpx.Response | None:
        if buying(request) and next(lost, False):
            raise httpx.ReadTimeout("timed out", request=request)
        return None

    shop.fails = never_arrives
    purchase = approve(counter, ask(counter, 501))
    counter.pass_time(NOW + MINUTE)
    assert states(purchase) == [("bought", None)]
    assert shop.count("POST IncomingPhoneNumbers.json") == 2


def test_a_carrier_that_never_answers_is_not_asked_for_ever(counter: Counter, shop: Shop) -> None:
    def silent(request: httpx.Request) -> httpx.Response | None:
        if buying(request):
            raise httpx.ReadTimeout("timed out", request=request)
        return None

    shop.fails = silent
    purchase = approve(counter, ask(counter, 501))
    counter.pass_time(NOW + timedelta(days=1))
    assert states(purchase) == [("refused", "carrier-failed")]
    assert shop.count("POST IncomingPhoneNumbers.json") == MOST_ATTEMPTS


def test_buying_twice_buys_once(counter: Counter, shop: Shop) -> None:
    """As after a crash between the carrier's answer and the commit."""
    purchase = approve(counter, ask(counter, 501))
    [wanted] = purchase.numbers
    counter.pass_time(NOW)
    wanted.status = "approved"
    counter.perform("numbers.buy-number", purchased_number_id=wanted.id)
    assert wanted.status == "bought"
    assert shop.count("POST IncomingPhoneNumbers.json") == 1
    assert len(in_stock(counter)) == 1


def test_a_number_that_was_given_back_comes_back(counter: Counter, shop: Shop) -> None:
    [number] = stock(counter, count=1, first=501)
    number.status = "released"
    counter.session.flush()
    approve(counter, ask(counter, 501))
    counter.pass_time(NOW)
    assert number.status == "available"


def test_no_number_stands_in_the_record(counter: Counter, shop: Shop) -> None:
    approve(counter, ask(counter, 501))
    counter.pass_time(NOW)
    entries = counter.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [entry.action for entry in entries] == [
        "purchase.asked",
        "purchase.approved",
        "number.bought",
        "purchase.bought",
    ]
    assert "454110501" not in str([entry.details for entry in entries])
