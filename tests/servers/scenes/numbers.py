"""Scenes of lines and of numbers in stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from telephony.numbers import Line, give_notice
from telephony.numbers.models import StockNumber
from tests.factories.membership import NOW
from tests.factories.numbers import ACTOR, line_rules, make_line
from tests.servers import dues, numbers
from tests.servers.task_house import House, Scenes

NEXT_MONTH = date(2026, 7, 1)


def queue_begin(house: House, session: Session) -> None:
    house.clock.advance_to(make_line(session, house.operator_id, starts_month=NEXT_MONTH).starts_at)


def line_is(status: str) -> Callable[[House, Session], bool]:
    return lambda _, session: session.scalars(select(Line.status)).one() == status


def queue_finish(house: House, session: Session) -> None:
    line = make_line(session, house.operator_id)
    give_notice(session, line_rules(), line, actor=ACTOR, now=NOW)
    assert line.ends_at is not None
    house.clock.advance_to(line.ends_at)


def queue_free(house: House, session: Session) -> None:
    queue_finish(house, session)
    house.clock.advance_to(house.clock.now() + timedelta(days=180))


def queue_line_months(house: House, session: Session, *, in_batches: bool = True) -> None:
    """Months after the first payment; the clock stands there."""
    house.clock.advance_to(NOW + timedelta(days=60))
    dues.queue_line_months(
        house.work.resources, session, house.operator_id, house.clock.now(), in_batches=in_batches
    )


def number_is_free(_: House, session: Session) -> bool:
    return session.scalars(select(StockNumber.status)).one() == "available"


SCENES: Scenes = {
    "numbers.begin-line": (queue_begin, line_is("active")),
    "numbers.buy-number": (
        lambda house, session: numbers.queue_purchase(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.number_is_bought(session),
    ),
    "numbers.complete-porting": (
        lambda house, session: numbers.queue_port_in(session, house.operator_id, house.clock),
        number_is_free,
    ),
    "numbers.complete-porting-out": (
        lambda house, session: numbers.queue_port_out(session, house.operator_id, house.clock),
        lambda _, session: numbers.number_is("ported-out")(session),
    ),
    "numbers.end-reservation": (
        lambda house, session: numbers.queue_end_of_reservation(session, house.operator_id, house.clock),
        number_is_free,
    ),
    "numbers.finish-line": (queue_finish, line_is("ended")),
    "numbers.free-number": (queue_free, number_is_free),
    "numbers.give-back": (
        lambda house, session: numbers.queue_give_back(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.number_is("released")(session),
    ),
    "numbers.post-line-months": (
        queue_line_months,
        lambda _, session: dues.line_months_are_posted(session),
    ),
    "numbers.post-line-months-of-batch": (
        lambda house, session: queue_line_months(house, session, in_batches=False),
        lambda _, session: dues.line_months_are_posted(session),
    ),
    "numbers.search-for-sale": (
        lambda house, session: numbers.queue_search(session, house.operator_id, house.work.resources),
        lambda _, session: numbers.search_has_found(session),
    ),
    "numbers.tell-halt": (
        lambda house, session: numbers.queue_halt(session, house.operator_id),
        lambda _, session: numbers.halt_is_told_twice(session),
    ),
}
