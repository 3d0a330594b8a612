"""What has to be paid ahead is held for its payment for half an hour, and longer only where nobody can know yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.billing import RulesOfBilling, standing_uses_of
from coworking.billing.at_once import invoice_by_card
from coworking.billing.cards.models import CardCharge
from coworking.billing.invoice_models import InvoiceBalance
from coworking.billing.uses import charge_key
from coworking.kit.clock import VirtualClock
from coworking.kit.notices import Notice, register_templates
from coworking.kit.outbox import Resources, TaskContext
from coworking.reservations import RulesOfReservations, mark_used, read_texts
from coworking.reservations.ending import occasion_of
from coworking.reservations.models import HeldSeat, Reservation
from coworking.reservations.unpaid import release_unpaid
from tests.factories.membership import NOW
from tests.factories.reservations import Place, make_place

MINUTE = timedelta(minutes=1)
WHEN = "2026-06-11 08:00-09:00"


def context(place: Place, minutes: int = 0) -> TaskContext:
    resources = Resources()
    resources.provide(RulesOfBilling, RulesOfBilling({place.operator_id: place.rules.billing}))
    resources.provide(RulesOfReservations, RulesOfReservations({place.operator_id: place.rules}))
    return TaskContext(place.session, VirtualClock(NOW + minutes * MINUTE), place.operator_id, resources)


def nothing(place: Place, reservation: Reservation) -> None:
    del place, reservation


def charge_without_answer(place: Place, reservation: Reservation) -> None:
    """The card's provider was asked, and has not answered."""
    [use] = standing_uses_of(place.session, [occasion_of(reservation.id)])
    invoice_by_card.run(context(place), member_id=reservation.member_id, charge_key=charge_key(use))
    [balance] = place.session.scalars(
        select(InvoiceBalance).where(InvoiceBalance.member_id == reservation.member_id)
    )
    place.session.add(
        CardCharge(
            operator_id=place.operator_id,
            member_id=reservation.member_id,
            invoice_id=balance.invoice_id,
            attempt=1,
            amount=balance.total,
            customer="cus_1",
            method="pm_1",
            status="unknown",
            asked_at=NOW,
            looked_up=0,
        )
    )
    place.session.flush()


def come(place: Place, reservation: Reservation) -> None:
    mark_used(place.session, reservation.id, NOW)


@pytest.mark.parametrize(
    ("meanwhile", "minutes", "status", "held_minutes"),
    [
        (nothing, 29, "held", 30),
        (nothing, 30, "released", 30),
        (nothing, 40, "held", 70),  # the worker had stood still
        (charge_without_answer, 30, "held", 60),
        (charge_without_answer, 24 * 60, "held", 30),  # its time is over: staff see the charge
        (come, 30, "used", 30),
    ],
)
def test_a_time_is_released_where_its_payment_does_not_come(
    session: Session,
    meanwhile: Callable[[Place, Reservation], None],
    minutes: int,
    status: str,
    held_minutes: int,
) -> None:
    register_templates("coworking.billing")
    read_texts()
    place = make_place(session)
    reservation = place.reserve(place.member("night"), "seat", WHEN)
    meanwhile(place, reservation)
    release_unpaid.run(context(place, minutes), reservation_id=reservation.id)
    assert (reservation.status, reservation.held_until) == (status, NOW + held_minutes * MINUTE)
    is_released = status == "released"
    assert bool(session.scalars(select(HeldSeat)).all()) != is_released
    told = session.scalars(select(Notice.kind).where(Notice.kind == "reservation-unpaid")).all()
    assert bool(told) == is_released


def test_what_is_not_paid_ahead_waits_for_nothing(session: Session) -> None:
    place = make_place(session)
    assert place.reserve(place.member(), "meeting-room", "2026-06-11 14:00-15:00").held_until is None
