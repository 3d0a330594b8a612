"""Scenes of reservations, and of the uses that they are charged as."""

from __future__ import annotations

from tests.servers import reservations
from tests.servers.task_house import Scenes

SCENES: Scenes = {
    "billing.credit-use": (
        lambda house, session: reservations.queue_credit(house.work.resources, session, house.operator_id),
        lambda _, session: reservations.is_credited(session),
    ),
    "billing.invoice-by-card": (
        lambda house, session: reservations.queue_card_payment(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: reservations.is_invoiced(session),
    ),
    "reservations.release": (
        lambda house, session: reservations.queue_release(house.work.resources, session, house.operator_id),
        lambda _, session: reservations.is_released(session),
    ),
    "reservations.release-of-member": (
        lambda house, session: reservations.queue_release_of_member(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: reservations.is_released(session),
    ),
    "reservations.release-unpaid": (
        lambda house, session: reservations.queue_release_unpaid(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: reservations.is_released(session),
    ),
    "reservations.release-day": (
        lambda house, session: reservations.queue_release_day(
            house.work.resources, session, house.operator_id
        ),
        lambda _, session: reservations.is_released(session),
    ),
}
