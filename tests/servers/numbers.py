"""Scenes of the tasks about numbers in stock and halts of the service."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.kit.clock import VirtualClock
from coworking.kit.notices import Notice
from coworking.kit.outbox import Resources
from coworking.kit.phone import parse_phone
from telephony.carrier import AvailableNumber, Carriers, NumberWebhooks, OwnedNumber
from telephony.numbers import NumberCallbacks, interrupt, read_texts, reason_among
from telephony.numbers.halts import tell_halt
from telephony.numbers.models import StockNumber
from telephony.numbers.number_searches import numbers_for_sale
from telephony.numbers.porting import port_in, port_out
from telephony.numbers.purchase_models import NumberSearch, PurchasedNumber
from telephony.numbers.purchases import approve_purchase, ask_for_numbers
from telephony.numbers.releasing import release_number
from telephony.numbers.reservations import reserve_number
from tests.factories.membership import NOW, make_member, nex
from tests.factories.numbers import ACTOR, line_rules, make_line, make_stock, stock_text

LATER = NOW + timedelta(hours=1)
NUMBER = parse_phone(stock_text("045", 1))
CALLBACKS = NumberCallbacks(
    "https://a.example", "https://b.example", "https://c.example", "https://d.example"
)


class Seller:
    """A carrier that has one number for sale."""

    def __init__(self) -> None:
        self.owned: dict[str, OwnedNumber] = {}

    def search_numbers(self, prefix: str, *, limit: int = 30) -> list[AvailableNumber]:
        return [
            AvailableNumber(
                e164=NUMBER.e164, locality=None, takes_calls=True, takes_sms=False, needs_address=True
            )
        ][:limit]

    def find_number(self, e164: str) -> OwnedNumber | None:
        return self.owned.get(e164)

    def buy_number(
        self, e164: str, webhooks: NumberWebhooks, *, bundle_id: str | None, address_id: str | None
    ) -> OwnedNumber:
        return self.owned.setdefault(
            e164,
            OwnedNumber(
                number_id="PN1",
                e164=e164,
                webhooks=webhooks,
                bundle_id=bundle_id,
                address_id=address_id,
                bought_at=NOW,
            ),
        )

    def release_number(self, number_id: str) -> None:
        self.owned.clear()


def sell(resources: Resources, operator_id: int) -> Seller:
    """Let the tasks find a seller."""
    seller = Seller()
    resources.provide(Carriers, Carriers({operator_id: seller}))  # type: ignore[dict-item]  # a part of it
    resources.provide(NumberCallbacks, CALLBACKS)
    return seller


def queue_end_of_reservation(session: Session, operator_id: int, clock: VirtualClock) -> None:
    [number] = make_stock(session, operator_id)
    member = make_member(session, operator_id)
    reserve_number(session, number.id, member.id, LATER, actor=ACTOR, now=NOW)
    clock.advance_to(LATER)


def queue_port_in(session: Session, operator_id: int, clock: VirtualClock) -> None:
    port_in(
        session,
        line_rules(),
        operator_id,
        NUMBER,
        carrier_sid=None,
        ports_at=LATER,
        to_line=None,
        actor=ACTOR,
        now=NOW,
    )
    clock.advance_to(LATER)


def queue_port_out(session: Session, operator_id: int, clock: VirtualClock) -> None:
    [number] = make_stock(session, operator_id)
    port_out(session, line_rules(), number.id, LATER, actor=ACTOR, now=NOW)
    clock.advance_to(LATER)


def queue_give_back(session: Session, operator_id: int, resources: Resources) -> None:
    [number] = make_stock(session, operator_id)
    sell(resources, operator_id).buy_number(
        number.number, CALLBACKS.webhooks(), bundle_id=None, address_id=None
    )
    release_number(session, number.id, actor=ACTOR, now=NOW)


def queue_search(session: Session, operator_id: int, resources: Resources) -> None:
    sell(resources, operator_id)
    numbers_for_sale(session, operator_id, "045", NOW)


def queue_purchase(session: Session, operator_id: int, resources: Resources) -> None:
    sell(resources, operator_id)
    purchase = ask_for_numbers(session, line_rules(), operator_id, "045", [NUMBER], actor=ACTOR, now=NOW)
    approve_purchase(session, purchase.id, actor="account:2", now=NOW)


def queue_halt(session: Session, operator_id: int) -> None:
    """The task tells once more what was told with the change."""
    read_texts()
    make_line(session, operator_id)
    reason = reason_among(nex().forwarding.interruption_reasons, "failure")
    halt = interrupt(session, operator_id, reason, None, actor=ACTOR, now=NOW)
    tell_halt.enqueue(
        session, operator_id=operator_id, now=NOW, halt_id=halt.id, phase="started", after_member_id=0
    )


def number_is(status: str) -> Callable[[Session], bool]:
    return lambda session: session.scalars(select(StockNumber.status)).one() == status


def search_has_found(session: Session) -> bool:
    return [one["number"] for one in session.scalars(select(NumberSearch.numbers)).one()] == [NUMBER.e164]


def number_is_bought(session: Session) -> bool:
    return session.scalars(select(PurchasedNumber.status)).one() == "bought" and number_is("available")(
        session
    )


def halt_is_told_twice(session: Session) -> bool:
    count = select(func.count()).select_from(Notice).where(Notice.kind == "interruption-started")
    return session.scalar(count) == 2
