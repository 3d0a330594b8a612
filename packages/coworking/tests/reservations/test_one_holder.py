"""R10: a seat has at most one live holder at a time, however many reserve it at once."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import Database, violated_constraint
from coworking.reservations.errors import SlotTaken
from coworking.reservations.models import ONE_HOLDER, HeldSeat, Reservation
from coworking.reservations.seats import hold_seats
from tests.factories.membership import NOW
from tests.factories.reservations import ACTOR, Place, make_place

THREADS = 8
ROUNDS = 1_000
ROUNDS_A_TRANSACTION = 20
PATIENCE_SECONDS = 120
HOUR = timedelta(hours=1)


def made(place: Place, space: str, hours: int) -> Reservation:
    """Of a member's, without the rules of reserving: `hours` after NOW, for one hour."""
    member = place.member(has_card=False)
    row = place.reserve(member, space, "2026-06-11 14:00-15:00")
    reservation = Reservation(
        operator_id=place.operator_id,
        member_id=member.id,
        space_id=row.space_id,
        starts_at=NOW + hours * HOUR,
        ends_at=NOW + (hours + 1) * HOUR,
        people=1,
        via="site",
        status="held",
        reserved_at=NOW,
        reserved_by=ACTOR,
    )
    place.session.add(reservation)
    place.session.flush()
    return reservation


def held(reservation: Reservation, seat: int, minutes: int) -> dict[str, object]:
    return {
        "operator_id": reservation.operator_id,
        "reservation_id": reservation.id,
        "space_id": reservation.space_id,
        "seat": seat,
        "starts_at": reservation.starts_at + timedelta(minutes=minutes),
        "ends_at": reservation.ends_at + timedelta(minutes=minutes),
    }


@pytest.mark.parametrize(
    ("seat", "minutes", "refused"),
    [(1, 0, True), (1, 59, True), (1, -59, True), (1, 60, False), (1, -60, False), (2, 0, False)],
)
def test_the_database_refuses_a_second_holder(
    clean_database: Database, seat: int, minutes: int, refused: bool
) -> None:
    with clean_database.transaction() as session:
        reservation = made(make_place(session), "seat", 48)
        session.execute(insert(HeldSeat).values(held(reservation, 1, 0)))
        other = insert(HeldSeat).values(held(reservation, seat, minutes))
        if not refused:
            session.execute(other)
            return
        with pytest.raises(IntegrityError) as found, session.begin_nested():
            session.execute(other)
        assert violated_constraint(found.value) == ONE_HOLDER


@pytest.mark.parametrize(("space", "seats"), [("meeting-room", 1), ("seat", 3)])
def test_eight_threads_and_a_thousand_rounds(clean_database: Database, space: str, seats: int) -> None:
    with clean_database.transaction() as session:
        place = make_place(session)
        operator_id, row = place.operator_id, made(place, space, 0)
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    defects: list[Exception] = []
    taken = [0] * THREADS

    def reserve(thread: int) -> None:
        ready.wait()
        try:
            for first in range(0, ROUNDS, ROUNDS_A_TRANSACTION):
                with clean_database.transaction(operator_id) as session:
                    for number in range(first, first + ROUNDS_A_TRANSACTION):
                        taken[thread] += one_round(session, number)
        except Exception as error:
            defects.append(error)

    def one_round(session: Session, number: int) -> int:
        """All threads want the same hour; half of it is the next round's."""
        starts_at = NOW + number * HOUR / 2
        wanted = Reservation(
            id=row.id,
            operator_id=operator_id,
            space_id=row.space_id,
            starts_at=starts_at,
            ends_at=starts_at + HOUR,
        )
        try:
            hold_seats(session, wanted, wanted=1, seats=seats)
        except SlotTaken:
            return 0
        return 1

    threads = [threading.Thread(target=reserve, args=(thread,)) for thread in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert defects == []
    with clean_database.transaction(operator_id) as session:
        rows = session.scalars(
            select(HeldSeat)
            .where(HeldSeat.reservation_id == row.id)
            .order_by(HeldSeat.seat, HeldSeat.starts_at)
        ).all()
    assert sum(taken) == len(rows) > 0
    assert {one.seat for one in rows} <= set(range(1, seats + 1))
    assert all(
        one.seat != next_one.seat or one.ends_at <= next_one.starts_at for one, next_one in pairwise(rows)
    )
