"""Places at events: free or not, limited, taken by two at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from coworking.kit.db import Database
from coworking.kit.events import Subscriptions
from coworking.membership import EventSignedUp, EventSignUpCancelled, MembershipNotActive
from coworking.membership.applications import read_texts
from coworking.membership.community.community_events import (
    cancel_sign_up,
    participants,
    sign_up,
    taken_places,
)
from coworking.membership.community.errors import AlreadySignedUp, EventFull, EventOver, NotSignedUp
from tests.factories.community import ACTOR, make_event
from tests.factories.membership import NOW, make_member, make_operator, nex

CALENDAR = nex().calendar()
PATIENCE_SECONDS = 60


@pytest.fixture(autouse=True)
def _texts() -> None:
    read_texts()


def test_a_sign_up_and_its_cancellation_are_told_with_the_price(session: Session) -> None:
    heard: list[object] = []
    subscriptions = session.info["subscriptions"] = Subscriptions()
    for event_type in (EventSignedUp, EventSignUpCancelled):
        subscriptions.subscribe(event_type, lambda _, told: heard.append(told))
    operator_id = make_operator(session)
    member = make_member(session, operator_id)
    event = make_event(session, operator_id, price=Decimal(3000))
    taken = sign_up(session, CALENDAR, event.id, member.id, actor=ACTOR, now=NOW)
    with pytest.raises(AlreadySignedUp):
        sign_up(session, CALENDAR, event.id, member.id, actor=ACTOR, now=NOW)
    assert [one.id for one, _ in participants(session, event.id, after_id=0, limit=10)] == [taken.id]
    cancel_sign_up(session, event.id, member.id, actor=ACTOR, now=NOW)
    with pytest.raises(NotSignedUp):
        cancel_sign_up(session, event.id, member.id, actor=ACTOR, now=NOW)
    assert taken_places(session, [event.id]) == {}
    assert heard == [
        EventSignedUp(member.id, event.id, taken.id, Decimal(3000), NOW),
        EventSignUpCancelled(member.id, event.id, taken.id, NOW),
    ]


def test_who_may_comes_before_whether_there_is_room(session: Session) -> None:
    operator_id = make_operator(session)
    members = [make_member(session, operator_id) for _ in range(2)]
    event = make_event(session, operator_id, capacity=1)
    sign_up(session, CALENDAR, event.id, members[0].id, actor=ACTOR, now=NOW)
    with pytest.raises(EventFull):
        sign_up(session, CALENDAR, event.id, members[1].id, actor=ACTOR, now=NOW)
    with pytest.raises(EventOver):
        sign_up(session, CALENDAR, event.id, members[1].id, actor=ACTOR, now=event.starts_at)
    members[1].status = "limited"
    session.flush()
    with pytest.raises(MembershipNotActive):
        sign_up(session, CALENDAR, event.id, members[1].id, actor=ACTOR, now=NOW + timedelta(days=30))


def test_two_at_once_cannot_take_the_last_place(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        members = [make_member(session, operator_id).id for _ in range(4)]
        event_id = make_event(session, operator_id, capacity=1).id
    together, outcomes = threading.Barrier(len(members)), list[str]()

    def take(member_id: int) -> None:
        together.wait(PATIENCE_SECONDS)
        try:
            with clean_database.transaction(operator_id) as session:
                sign_up(session, CALENDAR, event_id, member_id, actor=ACTOR, now=NOW)
            outcomes.append("taken")
        except EventFull:
            outcomes.append("full")

    threads = [threading.Thread(target=take, args=(member_id,)) for member_id in members]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(outcomes) == ["full", "full", "full", "taken"]
