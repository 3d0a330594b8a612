"""The scene of challenges that My Number Cards sign."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coworking.doors.my_number_cards import forget_challenges, make_challenge
from coworking.doors.my_number_cards.models import CardChallenge
from tests.factories.membership import NOW
from tests.servers.task_house import House, Scenes

DAY = timedelta(days=1)


def _queue(house: House, session: Session) -> None:
    make_challenge(session, house.operator_id, NOW - DAY)
    make_challenge(session, house.operator_id, NOW)
    forget_challenges.enqueue(session, operator_id=house.operator_id, now=NOW, day=f"{NOW:%Y-%m-%d}")


SCENES: Scenes = {
    "doors.forget-challenges": (
        _queue,
        lambda _, session: session.scalars(select(CardChallenge.made_at)).all() == [NOW],
    ),
}
