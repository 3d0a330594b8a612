"""R12: what lets somebody in is used once, and what was revoked lets nobody in, however many try at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coworking.doors.cards import issue_card, revoke_card
from coworking.doors.credentials import card_shown, revoke_qrs, use_qr
from coworking.doors.entering import Outcome, refuse_unknown, unlock
from coworking.doors.locks.models import DoorCommand
from coworking.doors.models import DoorEvent, UsedQr
from coworking.doors.profile import Means
from coworking.kit.db import Database
from coworking.kit.errors import TryAgain
from coworking.membership.models import Member
from tests.factories.doors import CREDENTIALS, DoorHouse, make_door_house
from tests.factories.membership import NOW
from tests.factories.reservations import ACTOR

THREADS = 8
ROUNDS = 1_000
RACES = 25
PATIENCE_SECONDS = 120
MINUTE = timedelta(minutes=1)
CARD = "0123456789ABCDEF"


def in_threads(count: int, work: Callable[[int], None]) -> None:
    defects: list[Exception] = []
    ready = threading.Barrier(count, timeout=PATIENCE_SECONDS)

    def run(number: int) -> None:
        try:
            ready.wait()
            work(number)
        except Exception as error:
            defects.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert defects == []


def test_one_qr_on_eight_devices_lets_in_once(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        house = make_door_house(session)
        operator_id, member_id = house.operator_id, house.place.member().id
    qrs = [CREDENTIALS.signer.member_qr(operator_id, member_id, NOW, MINUTE) for _ in range(ROUNDS)]
    granted: list[list[int]] = [[] for _ in range(THREADS)]

    def show_all(thread: int) -> None:
        for number, qr in enumerate(qrs):
            with clean_database.transaction(operator_id) as session:
                whose, refusal = use_qr(session, CREDENTIALS, qr, NOW)
            assert whose == member_id
            if refusal is None:
                granted[thread].append(number)
            else:
                assert refusal.code == "qr-used"

    in_threads(THREADS, show_all)

    assert sorted(number for one in granted for number in one) == list(range(ROUNDS))
    with clean_database.transaction(operator_id) as session:
        assert session.scalar(select(func.count()).select_from(UsedQr)) == ROUNDS


def test_a_card_that_is_revoked_meanwhile_opens_before_or_not_at_all(clean_database: Database) -> None:
    """Whoever comes first: what the revocation has seen committed is all there ever is."""
    with clean_database.transaction() as session:
        house = make_door_house(session)
        at = house.place.at("2026-06-10 13:00")
        member_id = house.place.member().id
        house.check_in(member_id, at)
    for number in range(RACES):
        card = f"{CARD}{number}"
        with clean_database.transaction(house.operator_id) as session:
            issued = issue_card(session, house.rules, CREDENTIALS, member_id, card, actor=ACTOR, now=at)
        seen: list[int] = []

        def act(thread: int, card: str = card, card_id: int = issued.id, seen: list[int] = seen) -> None:
            with clean_database.transaction(house.operator_id) as session:
                if thread == 0:
                    revoke_card(session, card_id, actor=ACTOR, now=at)
                    seen.append(_opened(session, card_id))
                else:
                    _shown(session, house, card)

        in_threads(4, act)
        with clean_database.transaction(house.operator_id) as session:
            assert [_opened(session, issued.id)] == seen
            assert _shown(session, house, card).refusal is not None
    with clean_database.transaction(house.operator_id) as session:
        opened = (
            select(func.count()).select_from(DoorEvent).where(DoorEvent.act == "unlock", DoorEvent.allowed)
        )
        assert session.scalar(opened) == session.scalar(select(func.count()).select_from(DoorCommand))


def test_a_revoked_qr_is_void_and_a_new_one_is_not(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        house = make_door_house(session)
        member_id = house.place.member().id
        before = CREDENTIALS.signer.member_qr(house.operator_id, member_id, NOW, MINUTE)
        revoke_qrs(session, member_id, actor=ACTOR, now=NOW)
        later = NOW + timedelta(seconds=1)
        after = CREDENTIALS.signer.member_qr(house.operator_id, member_id, later, MINUTE)

        assert [use_qr(session, CREDENTIALS, qr, later)[1] is None for qr in (before, after)] == [False, True]


def _shown(session: Session, house: DoorHouse, card: str) -> Outcome:
    """As a reader at the door tells it."""
    at = house.place.at("2026-06-10 13:00")
    whose, card_id, refusal = card_shown(session, CREDENTIALS, card)
    attempt = replace(house.attempt(whose, at, Means.CARD), card_id=card_id)
    if refusal is not None:
        return refuse_unknown(session, attempt, "unlock", refusal, now=at)
    return unlock(session, house.rules, house.reserved, attempt, now=at)


def _opened(session: Session, card_id: int) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(DoorEvent).where(DoorEvent.card_id == card_id, DoorEvent.allowed)
        )
        or 0
    )


def test_a_card_is_held_after_its_member(clean_database: Database) -> None:
    """As whoever takes it back holds both: the other way round each would wait for the other."""
    with clean_database.transaction() as session:
        house = make_door_house(session)
        member_id = house.place.member().id
        issue_card(session, house.rules, CREDENTIALS, member_id, CARD, actor=ACTOR, now=NOW)
    with clean_database.transaction(house.operator_id) as session:
        assert card_shown(session, CREDENTIALS, CARD)[0] == member_id
        with pytest.raises(TryAgain), clean_database.transaction(house.operator_id) as other:
            other.execute(select(Member.id).where(Member.id == member_id).with_for_update(nowait=True))
