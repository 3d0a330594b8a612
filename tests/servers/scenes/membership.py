"""Scenes of members, their accounts and what is told them."""

from __future__ import annotations

from tests.servers import addresses, answers, community, contracts, guesses, mail_requests, people
from tests.servers.task_house import Scenes

SCENES: Scenes = {
    "membership.deliver-announcement": (
        lambda house, session: community.queue_announcement(session, house.operator_id),
        lambda _, session: community.is_announced(session),
    ),
    "membership.forget-answers": (
        lambda house, session: answers.queue_forget(session, house.operator_id),
        lambda _, session: answers.is_forgotten(session),
    ),
    "membership.forget-guesses": (
        lambda house, session: guesses.queue_forget(session, house.operator_id),
        lambda _, session: guesses.is_forgotten(session),
    ),
    "membership.forget-requests": (
        lambda house, session: mail_requests.queue_forget(session, house.operator_id),
        lambda _, session: mail_requests.is_forgotten(session),
    ),
    "membership.release-sign-ups": (
        lambda house, session: community.queue_call_off(house.work.resources, session, house.operator_id),
        lambda _, session: community.is_called_off(session),
    ),
    "membership.turn-day": (
        lambda house, session: contracts.queue_turn(house.work.resources, session, house.operator_id),
        lambda _, session: contracts.is_ended(session),
    ),
    "membership.turn-member": (
        lambda house, session: contracts.queue_turn(
            house.work.resources, session, house.operator_id, by_day=False
        ),
        lambda _, session: contracts.is_ended(session),
    ),
    "people.forget": (
        lambda house, session: people.queue_forget(house.work.resources, session, house.operator_id),
        lambda _, session: people.is_forgotten(session),
    ),
    "people.forget-identity": (
        lambda house, session: addresses.queue_forget(house.work.resources, session, house.operator_id),
        lambda _, session: addresses.is_forgotten(session),
    ),
    "membership.repeat-identity": (
        lambda house, session: addresses.queue_repeat(house.work.resources, session, house.operator_id),
        lambda _, session: addresses.is_repeat_told(session),
    ),
    "virtual-office.ask-for-proofs": (
        lambda house, session: addresses.queue_ask(house.work.resources, session, house.operator_id),
        lambda _, session: addresses.is_asked(session),
    ),
}
