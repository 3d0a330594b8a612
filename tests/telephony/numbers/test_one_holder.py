"""R10: a number has at most one live line, however many take it at once."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coworking.kit.db import Database, violated_constraint
from telephony.numbers import rent_line
from telephony.numbers.errors import NoFreeNumber
from telephony.numbers.models import LINE_STATES, Line, StockNumber
from telephony.numbers.stock import take_next_free
from tests.factories.membership import NOW, make_member, make_operator
from tests.factories.numbers import ACTOR, line_rules, make_line, make_stock

THREADS = 8
ROUNDS = 1_000
ROUNDS_A_TRANSACTION = 25
PATIENCE_SECONDS = 120


def rent(session: Session, member_id: int) -> Line:
    return rent_line(
        session,
        line_rules(),
        member_id=member_id,
        line_plan="incoming-outgoing",
        area_code=None,
        starts_month=None,
        base_address=None,
        actor=ACTOR,
        now=NOW,
    )


def raw_line(line: Line, status: str) -> dict[str, object]:
    return {
        "operator_id": line.operator_id,
        "member_id": line.member_id,
        "stock_number_id": line.stock_number_id,
        "line_plan": line.line_plan,
        "status": status,
        "applied_at": NOW,
        "starts_at": NOW,
    }


@pytest.mark.parametrize("first", LINE_STATES)
@pytest.mark.parametrize("second", LINE_STATES)
def test_the_database_refuses_a_second_live_line(session: Session, first: str, second: str) -> None:
    line = make_line(session, make_operator(session))
    line.status = first
    session.flush()
    if "ended" in (first, second):
        session.execute(insert(Line).values(raw_line(line, second)))
        return
    with pytest.raises(IntegrityError) as refused:
        session.execute(insert(Line).values(raw_line(line, second)))
    assert violated_constraint(refused.value) == "uq_lines_live_number"


def at_once(database: Database, operator_id: int, work: list[list[int]], member_id: int) -> list[Exception]:
    """Every thread takes numbers for its lines, some at a time, in transactions of its own."""
    ready = threading.Barrier(len(work), timeout=PATIENCE_SECONDS)
    defects: list[Exception] = []

    def take(rounds: list[int]) -> None:
        ready.wait()
        try:
            for size in rounds:
                with database.transaction(operator_id) as session:
                    lines = []
                    for _ in range(size):
                        number = take_next_free(session, operator_id, "045")
                        session.flush()
                        lines.append(lent(number, member_id))
                    session.execute(insert(Line), lines)
        except Exception as error:
            defects.append(error)

    threads = [threading.Thread(target=take, args=(rounds,)) for rounds in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    return defects


def lent(number: StockNumber, member_id: int) -> dict[str, object]:
    return {
        "operator_id": number.operator_id,
        "member_id": member_id,
        "stock_number_id": number.id,
        "line_plan": "incoming-outgoing",
        "status": "active",
        "applied_at": NOW,
        "starts_at": NOW,
    }


def test_eight_threads_and_a_thousand_rounds(clean_database: Database) -> None:
    total = THREADS * ROUNDS
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        member_id = make_member(session, operator_id).id
        make_stock(session, operator_id, count=total)
    rounds = [ROUNDS_A_TRANSACTION] * (ROUNDS // ROUNDS_A_TRANSACTION)
    assert at_once(clean_database, operator_id, [rounds] * THREADS, member_id) == []
    with clean_database.transaction(operator_id) as session:
        holders = Counter(session.scalars(select(Line.stock_number_id).where(Line.status != "ended")))
        assert (len(holders), set(holders.values())) == (total, {1})
        assert set(session.scalars(select(StockNumber.status))) == {"assigned"}
        with pytest.raises(NoFreeNumber):
            take_next_free(session, operator_id, "045")


def test_two_members_and_one_number(clean_database: Database) -> None:
    """The whole of renting, with fewer numbers than members."""
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        member_ids = [make_member(session, operator_id).id for _ in range(THREADS)]
        make_stock(session, operator_id, count=THREADS // 2)
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    outcomes: list[str] = []

    def try_to_rent(member_id: int) -> None:
        ready.wait()
        try:
            with clean_database.transaction(operator_id) as session:
                number = rent(session, member_id).number
            outcomes.append(number)
        except NoFreeNumber:
            outcomes.append("none")

    threads = [threading.Thread(target=try_to_rent, args=(member_id,)) for member_id in member_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(outcomes) == THREADS
    lent_numbers = [outcome for outcome in outcomes if outcome != "none"]
    assert len(lent_numbers) == len(set(lent_numbers)) == THREADS // 2


def test_a_quota_holds_however_many_ask_at_once(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        operator_id = make_operator(session)
        member_id = make_member(session, operator_id).id
        make_stock(session, operator_id, count=THREADS)
    ready = threading.Barrier(THREADS, timeout=PATIENCE_SECONDS)
    refusals: list[str] = []

    def try_to_rent() -> None:
        ready.wait()
        try:
            with clean_database.transaction(operator_id) as session:
                rent(session, member_id)
        except Exception as error:
            refusals.append(getattr(error, "code", repr(error)))

    threads = [threading.Thread(target=try_to_rent) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert refusals == ["line-quota-reached"] * (THREADS - 1)


def test_a_number_that_is_lent_by_hand_is_not_lent_again(session: Session) -> None:
    """The constraint is what counts, not the number's own state."""
    operator_id = make_operator(session)
    line = make_line(session, operator_id)
    session.execute(
        update(StockNumber).where(StockNumber.id == line.stock_number_id).values(status="available")
    )
    with pytest.raises(IntegrityError, match="uq_lines_live_number"):
        rent(session, make_member(session, operator_id).id)
