from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from coworking.kit import db
from coworking.kit.db import Database, violated_constraint
from coworking.kit.errors import TryAgain
from coworking.membership.models import Member
from tests.factories.membership import make_member, make_operator

INSERT = text("INSERT INTO operators (name, created_at) VALUES (:name, '2026-06-10T00:00Z')")
NAMES = text("SELECT name FROM operators ORDER BY name")
PATIENCE_SECONDS = 30


def names(database: Database) -> list[str]:
    with database.transaction() as session:
        return list(session.scalars(NAMES))


def insert(session: Session, name: str) -> None:
    session.execute(INSERT, {"name": name})


def commit(database: Database, *work: Callable[[Session], object]) -> None:
    """All of it in one transaction."""
    with database.transaction() as session:
        for part in work:
            part(session)


def executing(statement: str) -> Callable[[Session], object]:
    return lambda session: session.execute(text(statement))


def inserting(name: str) -> Callable[[Session], object]:
    return lambda session: insert(session, name)


def hanging_up(session: Session) -> None:
    """The server ends this session's connection."""
    backend = session.scalar(text("SELECT pg_backend_pid()"))
    assert isinstance(session.bind, Engine)
    url = session.bind.url.render_as_string(hide_password=False)
    with closing(Database(url, role=None)) as owner, owner.transaction() as killer:
        killer.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})


def failing(_: Session) -> None:
    raise ZeroDivisionError


def raising(code: str) -> Callable[[Session], object]:
    return executing(f"DO $$ BEGIN RAISE EXCEPTION 'as it goes' USING ERRCODE = '{code}'; END $$")


def in_two_threads(first: Callable[[], object], second: Callable[[], object]) -> list[BaseException]:
    """Run both to their ends; the errors that they died of."""
    errors: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not any(thread.is_alive() for thread in threads)
    return errors


@pytest.fixture
def own_database(clean_database: Database) -> Iterator[Database]:
    """The same database through an engine of the test's own, which it may break."""
    with closing(Database(clean_database.url)) as database:
        yield database


def test_a_transaction_is_kept_at_its_end(clean_database: Database) -> None:
    commit(clean_database, inserting("kept"))
    assert names(clean_database) == ["kept"]


def test_a_transaction_is_undone_by_any_error(clean_database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        commit(clean_database, inserting("undone"), failing)
    assert names(clean_database) == []


def test_a_refused_row_names_its_constraint(clean_database: Database) -> None:
    with pytest.raises(IntegrityError) as refused:
        commit(clean_database, inserting("twice"), inserting("twice"))
    assert violated_constraint(refused.value) == "uq_operators_name"
    assert "twice" not in str(refused.value).split("DETAIL")[0]  # parameters are hidden
    assert names(clean_database) == []


def test_run_returns_what_the_work_returns(clean_database: Database) -> None:
    assert clean_database.run(lambda session: session.scalar(text("SELECT 7"))) == 7


def test_run_repeats_the_whole_after_a_serialization_failure(own_database: Database) -> None:
    own_database.engine = own_database.engine.execution_options(isolation_level="SERIALIZABLE")
    both_have_read = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    attempts: list[str] = []

    def add(letter: str) -> Callable[[Session], None]:
        first = True

        def work(session: Session) -> None:
            nonlocal first
            attempts.append(letter)
            before = session.scalars(NAMES).one()
            if first:
                first = False
                both_have_read.wait()
            session.execute(text("UPDATE operators SET name = :name"), {"name": before + letter})

        return work

    commit(own_database, inserting("-"))
    errors = in_two_threads(lambda: own_database.run(add("a")), lambda: own_database.run(add("b")))
    assert errors == []
    assert len(attempts) == 3
    assert sorted(names(own_database)[0]) == ["-", "a", "b"]


def test_run_repeats_the_whole_after_a_deadlock(clean_database: Database) -> None:
    both_hold_one = threading.Barrier(2, timeout=PATIENCE_SECONDS)
    attempts: list[str] = []

    def lock(order: str) -> Callable[[Session], None]:
        first = True

        def work(session: Session) -> None:
            nonlocal first
            attempts.append(order)
            for name in order:
                session.execute(
                    text("UPDATE operators SET name = name || :order WHERE name LIKE :name"),
                    {"order": order, "name": f"{name}%"},
                )
                if first:
                    first = False
                    both_hold_one.wait()

        return work

    for name in "xy":
        commit(clean_database, inserting(name))
    errors = in_two_threads(lambda: clean_database.run(lock("xy")), lambda: clean_database.run(lock("yx")))
    assert errors == []
    assert len(attempts) == 3
    assert {name[0]: len(name) for name in names(clean_database)} == {"x": 5, "y": 5}


@pytest.mark.parametrize("code", [db.SERIALIZATION_FAILURE, db.DEADLOCK_DETECTED])
def test_run_gives_up_at_its_bound(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("coworking.kit.db.time.sleep", pauses.append)
    tried: list[Session] = []

    def work(session: Session) -> None:
        tried.append(session)
        insert(session, f"try {len(tried)}")
        raising(code)(session)

    with pytest.raises(TryAgain):
        clean_database.run(work)
    assert len(tried) == db.MOST_ATTEMPTS
    assert len({id(session) for session in tried}) == db.MOST_ATTEMPTS
    assert len(pauses) == db.MOST_ATTEMPTS - 1
    assert all(0 <= pause < db.FIRST_PAUSE_SECONDS * 2**db.MOST_ATTEMPTS for pause in pauses)
    assert names(clean_database) == []


def test_run_does_not_repeat_what_is_no_collision(clean_database: Database) -> None:
    tried: list[int] = []

    def work(_: Session) -> None:
        tried.append(1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        clean_database.run(work)
    assert tried == [1]


@pytest.mark.parametrize("code", sorted(db.UNAVAILABLE | db.REPEATABLE))
def test_what_is_not_the_users_fault_is_try_again(clean_database: Database, code: str) -> None:
    with pytest.raises(TryAgain):
        commit(clean_database, inserting("undone"), raising(code))
    assert names(clean_database) == []


@pytest.mark.parametrize("code", ["22012", "23502", "42P01", "P0001"])
def test_a_defect_stays_a_defect(clean_database: Database, code: str) -> None:
    with pytest.raises(DBAPIError):
        commit(clean_database, raising(code))


def test_a_lock_that_another_holds_is_try_again(clean_database: Database) -> None:
    commit(clean_database, inserting("held"))
    with clean_database.transaction() as holder:
        holder.execute(text("SELECT FROM operators FOR UPDATE"))
        with pytest.raises(TryAgain):
            commit(
                clean_database,
                executing("SET LOCAL lock_timeout = '20ms'"),
                executing("UPDATE operators SET name = 'taken'"),
            )
    assert names(clean_database) == ["held"]


def test_a_statement_that_takes_too_long_is_try_again(clean_database: Database) -> None:
    with pytest.raises(TryAgain):
        commit(
            clean_database,
            inserting("undone"),
            executing("SET LOCAL statement_timeout = '20ms'"),
            executing("SELECT pg_sleep(30)"),
        )
    assert names(clean_database) == []


def test_a_connection_has_its_limits(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        shown = {
            name: session.scalar(text(f"SELECT setting FROM pg_settings WHERE name = '{name}'"))
            for name in (
                "statement_timeout",
                "lock_timeout",
                "idle_in_transaction_session_timeout",
                "TimeZone",
            )
        }
    assert shown == {
        "statement_timeout": str(db.STATEMENT_TIMEOUT_MS),
        "lock_timeout": str(db.LOCK_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": str(db.IDLE_IN_TRANSACTION_TIMEOUT_MS),
        "TimeZone": "UTC",
    }


def test_a_database_that_is_not_there_is_try_again() -> None:
    # Port 9 is "discard": nobody listens.
    with (
        closing(Database("postgresql://nobody@127.0.0.1:9/nothing")) as database,
        pytest.raises(TryAgain),
        database.transaction(),
    ):
        raise AssertionError("unreachable")


def test_a_connection_that_breaks_in_the_middle_is_try_again(own_database: Database) -> None:
    with pytest.raises(TryAgain):
        commit(own_database, inserting("undone"), hanging_up, inserting("undone, too"))
    # The pool finds out that its connection is dead before it lends it again.
    assert names(own_database) == []


def test_a_connection_that_breaks_at_the_commit_is_try_again(own_database: Database) -> None:
    with pytest.raises(TryAgain):
        commit(own_database, inserting("undone"), hanging_up)
    assert names(own_database) == []


def test_a_pool_without_a_free_connection_is_try_again(
    clean_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "POOL_SIZE", 1)
    monkeypatch.setattr(db, "POOL_OVERFLOW", 0)
    monkeypatch.setattr(db, "POOL_TIMEOUT_SECONDS", 0.01)
    with (
        closing(Database(clean_database.url)) as database,
        database.transaction(),
        pytest.raises(TryAgain),
        database.transaction(),
    ):
        raise AssertionError("unreachable")


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgres://a@b/c", "postgresql+psycopg://a@b/c"),
        ("postgresql+psycopg2://a@b/c", "postgresql+psycopg://a@b/c"),
    ],
)
def test_every_spelling_of_postgresql_is_understood(url: str, used: str) -> None:
    assert db.sqlalchemy_url(url) == used


def test_another_database_is_refused_without_showing_its_password() -> None:
    with pytest.raises(ValueError, match=r"^not a PostgreSQL address: mysql://…$"):
        db.sqlalchemy_url("mysql://root:secret@localhost/x")


@pytest.mark.parametrize("how", ["get", "select"])
def test_what_is_locked_is_as_it_is_now_whatever_was_read_before(clean_database: Database, how: str) -> None:
    with clean_database.transaction() as session:
        member_id = make_member(session, operator_id := make_operator(session)).id
    with clean_database.transaction(operator_id) as session:
        read = session.get_one(Member, member_id)
        read.capacity = 3
        with clean_database.transaction(operator_id) as other:
            other.get_one(Member, member_id).status = "suspended"
        locked = (
            session.get_one(Member, member_id, with_for_update={"of": Member})
            if how == "get"
            else session.scalars(
                select(Member).where(Member.id == member_id).with_for_update(of=Member)
            ).one()
        )
        assert locked is read
        assert (locked.capacity, locked.status) == (3, "suspended")
